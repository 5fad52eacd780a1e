/** When two texts are the same to a reader, whatever the case, the normal form or the width of their letters. */

/** Compatibility composed and case folded (Unicode §3.13): through capitals, so that ß and ss, ς and σ are one. */
export function foldText(text: string): string {
  let folded = text;
  // A fold can bring forth letters that fold again; a few rounds reach the end.
  for (let round = 0; round < 4; round++) {
    const next = folded.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
    if (next === folded) break;
    folded = next;
  }
  return folded;
}

/** For names: also without joiners, stretching (tatweel) and surplus spaces. */
export function comparableText(text: string): string {
  return foldText(text)
    .replace(/[\p{Default_Ignorable_Code_Point}\u0640]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** Letters that look alike in several scripts, as Latin and Cyrillic do (UTS 39 §5.1). */
export function mixesScripts(word: string): boolean {
  return (
    /\p{Script=Latin}/u.test(word) &&
    /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u.test(word)
  );
}
