/** Where answers leave: what stands in them for a person's own words becomes those words, or that they are gone. */
import type { IncomingHttpHeaders } from 'node:http';
import type { InterconnectId } from '../domain/names.ts';
import { referredIds, replaceReferences } from '../domain/sealed-text.ts';
import { visibleLines } from '../domain/visible-text.ts';
import { WaslError } from '../errors.ts';
import type { OpenedText, TextOfRecord } from '../store/personal-rows.ts';
import type { Store } from '../store/store.ts';
import type { Principal } from './authentication.ts';
import { isPartyOnly } from './authorisation.ts';
import type { ApiServer } from './server-types.ts';
import { readVisible } from './visible-interconnect.ts';

type Texts = Pick<Store, 'openPersonalTexts' | 'readInterconnect' | 'readOwners'>;

const INSTEAD: Readonly<Record<Exclude<OpenedText['state'], 'open'>, string>> = {
  erased: '[erased]',
  locked: '[sealed: its key is not here]',
  altered: '[altered]',
};

/** What is hashed and signed is shown as it was hashed and signed. */
const AS_RECORDED = /^\/v1\/(ledger|codec)\b|\/evidence$/;

export function showPersonalTexts(app: ApiServer, { store }: { readonly store: Texts }): void {
  const refused = refuseReferences(app);
  app.addHook('onSend', async (request, reply, payload) => {
    // What was sent may be quoted where it is refused.
    const isUnread = request.body === undefined && hasBody(request.headers);
    if (refused.has(request) || (isUnread && reply.statusCode >= 400)) return payload;
    const isJson = /\bjson\b/.test(String(reply.getHeader('content-type')));
    const isRecord = AS_RECORDED.test(request.routeOptions.url ?? '');
    return isJson && !isRecord && typeof payload === 'string'
      ? withPersonalTexts(store, payload, request.principal)
      : payload;
  });
}

const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/**
 * Only wasl writes references. One that a caller sends would come back as the text that it stands for, to somebody who read no more than its id in a table
 * or a backup; and would say something else when that text is erased. The requests that were refused.
 */
function refuseReferences(app: ApiServer): WeakSet<object> {
  const refused = new WeakSet<object>();
  const refuse = (request: object, sent: string, path: string) => {
    if (referredIds(sent.normalize('NFKC')).length === 0) return;
    refused.add(request);
    const remedy = 'Write it in other words: [text: and ] stand for what wasl keeps sealed.';
    throw new WaslError('INPUT_INVALID', 'a reference to a sealed text is given', { path, remedy });
  };
  app.addHook('onRequest', async (request) => {
    refuse(request, decoded(request.url), 'url');
    refuse(request, JSON.stringify(request.headers), 'headers');
  });
  app.addHook('preValidation', async (request) => {
    refuse(request, JSON.stringify(request.body ?? null), 'body');
  });
  return refused;
}

/** As a route would read it, once. */
function decoded(url: string): string {
  try {
    return decodeURIComponent(url.replaceAll('+', ' '));
  } catch {
    return url;
  }
}

/**
 * `json`: with references in its strings. Opened for whoever may see what they are of: a row that was made to name another record's text shows its reader
 * nothing of others. `caller`: null for one who is not known, who is shown none.
 */
export async function withPersonalTexts(store: Texts, json: string, caller: Principal | null): Promise<string> {
  const ids = caller === null ? [] : referredIds(json);
  if (caller === null || ids.length === 0) return json;
  const texts = await store.openPersonalTexts(ids);
  const hidden = await recordsHidden(store, [...texts.values()], caller);
  return replaceReferences(json, (id) => {
    const found = texts.get(id);
    if (found === undefined || hidden.has(found.record.id)) return null;
    const text = found.state === 'open' ? visibleLines(found.text) : INSTEAD[found.state];
    return JSON.stringify(text).slice(1, -1);
  });
}

/** The ids of those that a party does not see: all but its own interconnects. */
async function recordsHidden(
  store: Texts,
  texts: readonly TextOfRecord[],
  caller: Principal,
): Promise<ReadonlySet<string>> {
  const hidden = new Set<string>();
  if (!isPartyOnly(caller)) return hidden;
  for (const { kind, id } of new Map(texts.map(({ record }) => [record.id, record])).values()) {
    const isSeen = kind === 'interconnect' && (await isVisible(store, id as InterconnectId, caller));
    if (!isSeen) hidden.add(id);
  }
  return hidden;
}

async function isVisible(store: Texts, id: InterconnectId, caller: Principal): Promise<boolean> {
  try {
    await readVisible(store, id, caller);
    return true;
  } catch (error) {
    if (error instanceof WaslError && error.code === 'INTERCONNECT_UNKNOWN') return false;
    throw error;
  }
}
