import type { RequestCheck, WireFinding } from '../api/wire.ts';
import { countOf } from '../domain/count-of.ts';
import type { Paint } from './paint.ts';

/** What inventory and register say about a request: what refuses it, then what one should know. */
export function showCheck({ parties, errors, warnings }: RequestCheck, paint: Paint): string[] {
  const who = parties === null ? '' : ` between ${parties.join(' and ')}`;
  const verdict =
    errors.length > 0
      ? `${paint('red', 'cannot be planned')}: ${countOf(errors.length, 'fault')}, ${countOf(warnings.length, 'warning')}`
      : `${paint('green', 'can be asked')}${who}: ${countOf(warnings.length, 'warning')}`;
  return [
    ...errors.flatMap((finding) => showFinding(finding, paint('red', 'fault'), paint)),
    ...showWarnings(warnings, paint),
    verdict,
  ];
}

export function showWarnings(warnings: readonly WireFinding[], paint: Paint): string[] {
  return warnings.flatMap((finding) => showFinding(finding, paint('yellow', 'warning'), paint));
}

function showFinding({ code, path, fact, remedy }: WireFinding, label: string, paint: Paint): string[] {
  return [`${label} ${paint('bold', path)}: ${fact} (${code})`, `  ${remedy}`];
}
