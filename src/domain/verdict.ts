/** `unknown` never passes a gate. */
export type Verdict = 'pass' | 'fail' | 'unknown';

/** One fail is a fail; otherwise one unknown is an unknown; nothing examined is unknown. */
export function combineVerdicts(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('fail')) return 'fail';
  if (verdicts.length === 0 || verdicts.includes('unknown')) return 'unknown';
  return 'pass';
}
