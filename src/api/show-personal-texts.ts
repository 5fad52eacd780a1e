/** Where answers leave: what stands in them for a person's own words becomes those words, or that they are gone. */
import { referredIds, replaceReferences } from '../domain/sealed-text.ts';
import { visibleLines } from '../domain/visible-text.ts';
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
  app.addHook('onSend', async (request, reply, payload) => {
    const isJson = /\bjson\b/.test(String(reply.getHeader('content-type')));
    const isRecord = AS_RECORDED.test(request.routeOptions.url ?? '');
    return isJson && !isRecord && typeof payload === 'string' ? withPersonalTexts(store, payload) : payload;
  });
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
