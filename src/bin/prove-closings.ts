/** Asks, as long as it takes, for what shows that the signatures under closings hold: they waited for no authority when they came. */
import { setTimeout as sleep } from 'node:timers/promises';
import { readSigningDocument } from '../domain/signing-document.ts';
import { planStatement, type Statement, withdrawalStatement } from '../domain/statement.ts';
import { WaslError } from '../errors.ts';
import {
  askListsOnce,
  judgeClosing,
  readSignedDocument,
  type SignatureMeans,
  withoutNames,
  writeSignedDocument,
} from '../signatures/index.ts';
import type { Store } from '../store/store.ts';
import type { UnprovenClosing } from '../store/unproven-rows.ts';
import type { WorkerLog } from './worker.ts';

const EVERY_MS = 60_000;
/** For one document: a source that is slow may answer, and the next one has its turn. */
const PATIENCE_MS = 30_000;

type ProvenStore = Pick<Store, 'listUnproven' | 'settleUnproven' | 'readInstallation'>;

export interface ProvedClosings {
  readonly proven: number;
  readonly refuted: number;
  /** Nothing shows yet that they hold. */
  readonly left: number;
}

/** One look at all of them. Throws TRUST_INVALID. */
export async function proveClosings(
  store: ProvenStore,
  means: SignatureMeans,
  log: WorkerLog,
  patienceMs = PATIENCE_MS,
): Promise<ProvedClosings> {
  const counts = { proven: 0, refuted: 0, left: 0 };
  const closings = await store.listUnproven();
  if (closings.length === 0) return counts;
  const trust = means.trust();
  const installation = trust.installation ?? (await store.readInstallation());
  const asking = { trust, ask: askListsOnce(means.ask(trust)), installation, patienceMs };
  for (const closing of closings) {
    const { about, interconnectId } = closing;
    const judged = await judge(closing, { ...asking, at: means.clock(), receivedAt: new Date(closing.decidedAt) });
    if (judged.holds && judged.unproven !== null) counts.left += 1;
    else if (judged.holds) {
      if (await store.settleUnproven(closing, { proven: writeSignedDocument(judged.signed) })) counts.proven += 1;
    } else if (await store.settleUnproven(closing, { refuted: withoutNames(judged.reason, closing.signed) })) {
      counts.refuted += 1;
      log('error', 'an interconnect was closed under a signature that does not hold: find out who did it', {
        ...{ interconnect: interconnectId, about, why: withoutNames(judged.reason, closing.signed) },
      });
    }
  }
  return counts;
}

function judge(closing: UnprovenClosing, means: Parameters<typeof judgeClosing>[2]): ReturnType<typeof judgeClosing> {
  try {
    const signed = readSignedDocument(closing.signed);
    return judgeClosing(signed, statementOf(closing, signed.payload), means);
  } catch (error) {
    if (!(error instanceof WaslError)) throw error;
    return Promise.resolve({ holds: false, reason: error.message });
  }
}

/** That it is of this very plan the gate at push has seen; here is asked whether whoever signed it may. */
function statementOf({ about }: UnprovenClosing, payload: string): Statement {
  const { subject, signers } = readSigningDocument(Buffer.from(payload, 'base64url'));
  const of = { id: subject.id, digest: subject.digest as Statement['subject']['digest'] };
  return about === 'plan'
    ? planStatement(of)
    : withdrawalStatement(signers[0]?.party ?? ('' as Statement['party']), of);
}

/** Every worker does; what one has done, another finds done. */
export function startProvingClosings(
  store: ProvenStore,
  means: SignatureMeans | null,
  log: WorkerLog,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const proving = means === null ? Promise.resolve() : proveNowAndThen(store, means, log, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await proving;
    },
  };
}

async function proveNowAndThen(store: ProvenStore, means: SignatureMeans, log: WorkerLog, signal: AbortSignal) {
  let told = '';
  while (!signal.aborted) {
    try {
      const { left } = await proveClosings(store, means, log);
      told = left === 0 ? '' : told;
      if (left > 0 && told === '') {
        told = 'left';
        log('warn', 'signatures under closings are not proven yet: the authorities are asked every minute', { left });
      }
    } catch (error) {
      // Database or trust file away: the next look finds what this one would have.
      const why = error instanceof Error ? error.message : String(error);
      if (told !== why) log('warn', 'signatures under closings could not be looked at', { why });
      told = why;
    }
    await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
