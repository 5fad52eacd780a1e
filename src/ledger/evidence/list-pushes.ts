/** What a change did at the routers, by its rows. */
import { ATTEMPT_RECORDED } from '../../domain/attempt-record.ts';
import { digestOfText } from '../../domain/canonical-json.ts';
import type { EvidenceBundle, ShownEntry } from './format.ts';

export interface Pushed {
  /** Of the row by which the first attempt with the plan began. */
  readonly sequence: number;
  readonly planId: string;
  /** When it began. */
  readonly at: Date;
  /** When the last attempt began of which it is on record that something was sent; the first one, if there is none. */
  readonly lastAt: Date;
}

/**
 * By plan. An attempt that is on record without the row of its beginning is one all the same; one without a plan sends nothing, and neither does one
 * that ended refused, as by the gate, with nothing on record as sent.
 */
export function listPushes(entries: readonly ShownEntry[]): Pushed[] {
  const pushes = new Map<string, Pushed>();
  const begun = new Map<string, Pick<Pushed, 'sequence' | 'at'>>();
  const ended = entries.filter(({ action, body }) => action === 'transaction.ended' && body.outcome === 'refused');
  const refused = new Set(ended.map(({ body }) => body.attempt));
  for (const entry of entries) {
    const { sequence, action, at, body } = entry;
    const [planId] = planOfAttempt(entry);
    const isRecord = action === ATTEMPT_RECORDED;
    if (planId === undefined || (isRecord && listSent(body).length === 0)) continue;
    if (!isRecord) begun.set(planId, { sequence, at: new Date(at) });
    if (!isRecord && refused.has(body.attempt)) continue;
    const began = begun.get(planId) ?? { sequence, at: new Date(at) };
    const { lastAt, ...first } = pushes.get(planId) ?? { ...began, planId, lastAt: began.at };
    pushes.set(planId, { ...first, lastAt: isRecord ? began.at : lastAt });
  }
  return [...pushes.values()];
}

/** The plan that a row of an attempt names; none: it is no such row, or an attempt began for which nothing could be planned. */
export function planOfAttempt({ action, body }: ShownEntry): string[] {
  const isBegun = action === 'transaction.begun' && body.planId !== null;
  return isBegun || action === ATTEMPT_RECORDED ? [String(body.planId)] : [];
}

/** Routers that were sent other XML than their plan has: it was rebased on what others had changed since, or somebody else's was sent. */
export function listUnplanned({ plans }: Pick<EvidenceBundle, 'plans'>, entries: readonly ShownEntry[]) {
  const planned = new Set(
    plans.flatMap(({ id, payloads }) => payloads.map(({ pe, xml }) => `${id} ${pe} ${digestOfText(xml)}`)),
  );
  return entries
    .filter(({ action }) => action === ATTEMPT_RECORDED)
    .flatMap(({ body }) => listSent(body).map(({ pe, pushed }) => ({ planId: String(body.planId), pe, pushed })))
    .filter(({ planId, pe, pushed }) => !planned.has(`${planId} ${pe} ${pushed}`));
}

/** What was sent in an attempt, router by router. */
export function listSent(body: ShownEntry['body']): { readonly pe: string; readonly pushed: string }[] {
  const routers = body.routers as readonly { readonly pe: string; readonly pushed: string | null }[];
  return routers.flatMap(({ pe, pushed }) => (pushed === null ? [] : [{ pe, pushed }]));
}
