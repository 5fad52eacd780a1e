import type { AskSource } from './stamp.ts';

/** For one look at several signatures: the same list is fetched once. What is asked with a random number (OCSP, timestamps) is asked each time. */
export function askListsOnce(ask: AskSource): AskSource {
  const lists = new Map<string, Promise<Uint8Array>>();
  return (question) => {
    if (question.kind !== 'crl') return ask(question);
    const known = lists.get(question.url) ?? ask(question);
    lists.set(question.url, known);
    return known;
  };
}
