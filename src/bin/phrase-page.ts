/** What a phrase is called, and its words. */
export type NamedPhrase = readonly [name: string, words: string];

/** A catalogue side by side in its languages, for those who review the translation. */
export function phrasePage(
  title: string,
  about: readonly string[],
  { en, ar }: { readonly en: readonly NamedPhrase[]; readonly ar: readonly NamedPhrase[] },
): string {
  const arabic = new Map(ar);
  const rows = en.map(([name, english]) => `| \`${name}\` | ${english} | ${arabic.get(name)} |`);
  return [`# ${title}`, '', ...about, '', '| phrase | English | Arabic |', '|---|---|---|', ...rows, ''].join('\n');
}
