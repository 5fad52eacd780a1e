/** Where answers leave: what stands in them for a person's own words becomes those words, or that they are gone. */
import type { IncomingHttpHeaders } from 'node:http';
import { referredIds, replaceReferences } from '../domain/sealed-text.ts';
import { visibleLines } from '../domain/visible-text.ts';
import { WaslError } from '../errors.ts';
import type { OpenedText } from '../store/personal-rows.ts';
import type { Store } from '../store/store.ts';
import type { ApiServer } from './server-types.ts';

type Texts = Pick<Store, 'openPersonalTexts'>;

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
    return isJson && !isRecord && typeof payload === 'string' ? withPersonalTexts(store, payload) : payload;
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

/** `json`: with references in its strings. */
export async function withPersonalTexts(store: Texts, json: string): Promise<string> {
  const ids = referredIds(json);
  if (ids.length === 0) return json;
  const texts = await store.openPersonalTexts(ids);
  return replaceReferences(json, (id) => {
    const found = texts.get(id);
    if (found === undefined) return null;
    const text = found.state === 'open' ? visibleLines(found.text) : INSTEAD[found.state];
    return JSON.stringify(text).slice(1, -1);
  });
}
