/** docs/planted-faults.md. */
import type { Fault } from './faults.ts';

export interface Seen {
  readonly fault: Fault;
  /** How many worlds that took; null: none of those that were tried. */
  readonly after: number | null;
}

export function renderFaults(seen: readonly Seen[], runs: number): string {
  const rows = seen.map(({ fault: { name, file }, after }) => {
    return `| ${name} | [${file.slice(file.lastIndexOf('/') + 1)}](../src/${file}) | ${after ?? `not in ${runs}`} |`;
  });
  return `${[...HEAD, ...rows].join('\n')}\n`;
}

const HEAD = [
  '# Would the slow model notice?',
  '',
  'Written by `npm run differential -- --faults`. Each fault of [test/proof/faults.ts](../test/proof/faults.ts) is planted by itself in the code of the proof;',
  'then small random worlds are looked at until the slow model of [proof.md](proof.md#what-was-compared) says something else. The number is how many that took.',
  'Where that took few, the test of this page plants some again.',
  '',
  '| fault | in | worlds |',
  '|---|---|---|',
];
