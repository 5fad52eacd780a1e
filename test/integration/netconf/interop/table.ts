/** docs/netconf-interop.md, made of the cases and of what the servers do in them: the tests hold that it is so. */
import { readFile, writeFile } from 'node:fs/promises';
import { BASE_CASES } from './base-cases.ts';
import type { InteropCase } from './case.ts';
import { CONFIRMED_COMMIT_CASES } from './confirmed-commit-cases.ts';
import { type InteropServer, SERVERS } from './servers.ts';

export const TABLE_PATH = 'docs/netconf-interop.md';

export function renderInteropTable(): string {
  return [
    '# NETCONF interop',
    '',
    'Made of `test/integration/netconf/interop/`; `npm run docs` writes it. Every case runs in `npm test` against every server that offers what it',
    'needs, and a server that does otherwise than stands here fails it.',
    '',
    ...SERVERS.map(({ name, what }) => `- **${name}**: ${what}`),
    '',
    '## Sessions, datastores, locks, errors',
    '',
    ...renderCases(BASE_CASES),
    '',
    '## Confirmed commit (RFC 6241 §8.4)',
    '',
    ...renderCases(CONFIRMED_COMMIT_CASES),
    '',
    'netconfd looks at its confirm timer only when no request arrives: a client that polls keeps it from firing. The cases wait in silence.',
    '',
  ].join('\n');
}

function renderCases(cases: readonly InteropCase[]): string[] {
  return [
    `| case | what the RFC says | ${SERVERS.map(({ name }) => name).join(' | ')} |`,
    `|---|---|${SERVERS.map(() => '---|').join('')}`,
    ...cases.map((entry) => {
      const cells = SERVERS.map((server) => outcomeOf(server, entry));
      return `| ${[entry.name, entry.expected, ...cells].join(' | ')} |`;
    }),
  ];
}

function outcomeOf({ lacks, deviations }: InteropServer, { name, needs }: InteropCase): string {
  if (needs !== undefined && lacks.includes(needs)) return 'not offered';
  const otherwise = deviations[name];
  return otherwise === undefined ? 'so' : `**${otherwise}**`;
}

if (process.argv[1] === import.meta.filename) {
  const file = new URL(`../../../../${TABLE_PATH}`, import.meta.url);
  const text = renderInteropTable();
  const stale = (await readFile(file, 'utf8').catch(() => null)) !== text;
  if (stale) await writeFile(file, text);
  process.stdout.write(stale ? `written: ${TABLE_PATH}\n` : `${TABLE_PATH} is not stale\n`);
}
