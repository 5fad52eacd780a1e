import { describe, expect, it } from 'vitest';
import type { InterconnectAnswer } from '../../src/api/wire.ts';
import { foldLine } from '../../src/cli/fold-line.ts';
import { createPaint, isolateText, toOutput, visibleLength } from '../../src/cli/paint.ts';
import { type CliRun, type CliSettings, runForTest } from '../support/cli-under-test.ts';

const ESC = String.fromCharCode(27);
const SGR = new RegExp(`${ESC}\\[\\d+m`, 'g');
const UNSEEN = /[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]/u;

/** T2a: newlines imitate lines of `interconnect show`, and what really follows is concealed. */
const FORGED = [
  'Invoices',
  '  flow     10.200.10.0/24 of MOF can be reached from MOE',
  `  period   as soon as approved until 2027-01-31T00:00:00Z${ESC}[8m`,
].join('\n');
/** T2b, T2c: BiDi and C1. */
const REORDERED = 'Invoices \u202egnp.exe \u2066x';
const C1 = 'abc\u009b31mRED\u009d0;pwn\u009c';

function interconnect(text: string): InterconnectAnswer {
  const at = '2026-03-01T08:00:00.000Z';
  const digest = `sha256:${'0'.repeat(64)}`;
  return {
    id: 'IC-0001',
    parties: ['MOE', 'MOF'],
    lifecycle: 'requested',
    standing: text,
    reason: text,
    request: {
      purpose: text,
      policyVersion: text,
      validUntil: '9999-12-31T00:00:00Z',
      flows: [{ from: 'MOF', to: 'MOE', prefixes: 'whole-vpn' }],
    },
    requestDigest: digest,
    requestedBy: text,
    requestedByEntity: 'MOE',
    createdAt: at,
    updatedAt: at,
    routeTargets: null,
    awaiting: [text],
    isSettled: false,
    next: text,
    nextAt: null,
    withdrawal: { by: text, reason: text, at, isSigned: false },
    agreementVersion: 1,
    lastRead: { at, alignment: 'drifted', says: text },
    warnings: [{ code: 'PREFIX_OVERLAP', path: text, fact: text, remedy: text }],
    approvals: [
      { subject: 'request', digest, party: 'MOE', person: text, decision: 'reject', reason: text, decidedAt: at },
    ],
    changes: [
      {
        ...{ id: 'IC-0001-C1', interconnectId: 'IC-0001', kind: 'provision', planId: null, outcome: null },
        ...{ phase: 'attention', attempts: 1, waiting: { reason: text, tries: 1, nextAt: at }, applyUntil: null },
        left: [{ pe: text, reason: text }],
        ...{ reason: text, refusal: { code: 'ROUTER_REFUSED', path: text, fact: text, remedy: text, at } },
        ...{ routers: [{ pe: 'mct-pe-01', state: 'prepared', detail: text }], requestedBy: text, startedAt: at },
        endedAt: null,
      },
    ],
  };
}

const run = (argv: readonly string[], answer: unknown, settings: CliSettings = {}, status = 200): Promise<CliRun> =>
  runForTest(argv, {}, { ...settings, fetch: async () => Response.json(answer, { status }) });

describe.each([
  ['T2a', FORGED],
  ['T2b', REORDERED],
  ['T2c', C1],
  ['its control', `Invoices ${ESC}[2J\u0007 by wire`],
  ['colours like ours', `${ESC}[32m✓${ESC}[0m\r${ESC}[1A`],
  ['half a character', 'a\ud83d\u0000'],
])('%s', (_id, text) => {
  it.each([false, true])(
    'can neither hide nor imitate a line of `interconnect show` (on a terminal: %s)',
    async (isTerminal) => {
      const expected = await run(['interconnect', 'show', 'IC-0001'], interconnect('plain'), { isTerminal });
      const { out } = await run(['interconnect', 'show', 'IC-0001'], interconnect(text), { isTerminal });
      const ours = out.split('\n').filter((line) => !line.startsWith('  ↳ '));
      expect(ours).toHaveLength(expected.out.split('\n').length);
      expect(ours.filter((line) => line.startsWith('  flow '))).toEqual([
        '  flow     EVERY prefix of MOF can be reached from MOE',
      ]);
      // Our own colours, as many as for a plain text, and nothing else that steers.
      expect(out.match(SGR)?.length ?? 0).toBe(expected.out.match(SGR)?.length ?? 0);
      expect(out.replaceAll(SGR, '').replaceAll('\n', '')).not.toMatch(UNSEEN);
    },
  );

  it('is one row of `interconnect list`', async () => {
    const { out } = await run(['interconnect', 'list'], [interconnect(text)]);
    expect(out.trimEnd().split('\n')).toHaveLength(2);
    expect(out.replaceAll('\n', '')).not.toMatch(UNSEEN);
  });

  it('is escaped in --json, and still the same text', async () => {
    for (const command of [
      ['interconnect', 'list'],
      ['interconnect', 'show', 'IC-0001'],
      ['status', 'IC-0001'],
    ]) {
      const answer = command[1] === 'list' ? [interconnect(text)] : interconnect(text);
      const { out } = await run(['--json', ...command], answer);
      expect(out.replaceAll('\n', '')).not.toMatch(UNSEEN);
      const parsed = JSON.parse(out);
      expect((Array.isArray(parsed) ? parsed[0] : parsed).request.purpose).toBe(text);
    }
  });

  it('is visible in errors, with and without --json', async () => {
    const problem = { code: 'ROUTER_REFUSED', detail: text, path: text, remedy: text };
    const plain = await run(['status', 'IC-0001'], problem, {}, 422);
    expect(plain.err.trimEnd().split('\n')).toHaveLength(2);
    expect(plain.err.replaceAll('\n', '')).not.toMatch(UNSEEN);
    const several = {
      ...problem,
      details: {
        issues: [
          { path: text, fact: text, remedy: text },
          { path: 'b', fact: text },
        ],
      },
    };
    const listed = await run(['status', 'IC-0001'], several, {}, 422);
    expect(listed.err.trimEnd().split('\n')).toHaveLength(4);
    expect(listed.err.replaceAll('\n', '')).not.toMatch(UNSEEN);
    const json = await run(['--json', 'status', 'IC-0001'], problem, {}, 422);
    expect(json.err.replaceAll('\n', '')).not.toMatch(UNSEEN);
    expect(JSON.parse(json.err).error.detail).toBe(text);
  });

  it('is visible in the configuration of a router, which keeps its lines', async () => {
    const { out } = await run(['router', 'read', 'mct-pe-01'], {
      pe: 'mct-pe-01',
      readAt: '2026-03-01T08:00:00Z',
      digest: `sha256:${'0'.repeat(64)}`,
      text: `one\n${text}\nthree\n`,
    });
    expect(out.split('\n').at(0)).toBe('one');
    expect(out.split('\n').at(-2)).toBe('three');
    expect(out.replaceAll('\n', '')).not.toMatch(UNSEEN);
  });
});

describe('a command line', () => {
  it('is shown back without what steers a terminal', async () => {
    const { err } = await runForTest([`x${ESC}[2J\u202e`]);
    expect(err).toContain(String.raw`unknown command 'x\u001b[2J\u202e'`);
  });
});

describe('colours', () => {
  const stream = { isTerminal: true, columns: 80, write: () => undefined };
  const paint = createPaint(stream, {});

  it('keeps the isolates of our own sentences, and shows those of others', () => {
    expect(toOutput(`خطة ${isolateText('IC-1\u2069')}`)).toBe('خطة \u2068IC-1\\u2069\u2069');
  });

  it('are ours alone', () => {
    const line = `${paint('red', `a${ESC}[32mb`)} c`;
    expect(toOutput(line)).toBe(`${ESC}[31ma${String.raw`\u001b[32m`}b${ESC}[0m c`);
    expect(visibleLength(line)).toBe(String.raw`a\u001b[32mb c`.length);
  });

  it('cannot be guessed', () => {
    const marked = paint('red', '');
    expect(toOutput(marked.replaceAll(/[0-9a-f]{24}/g, '0'.repeat(24)))).not.toContain(ESC);
  });
});

describe('a line longer than the terminal', () => {
  it('goes on marked in an error, too', async () => {
    const code = 'ROUTER_REFUSED';
    const detail = `the server refused: ${'x'.repeat(120)} plan IC-0001-C1-P1 is approved`;
    const problem = { type: `urn:wasl:error:${code}`, title: 'Refused', status: 422, detail, code, class: 'permanent' };
    const answer = { ...problem, remedy: 'Look at it.', instance: '/v1' };
    const { err } = await run(['status', 'IC-0001'], answer, { isTerminal: true }, 422);
    const rows = err.trimEnd().split('\n');
    expect(rows.map((row) => row.replaceAll(SGR, '').length <= 120)).not.toContain(false);
    expect(rows.filter((row) => row.startsWith('  ↳ '))).not.toEqual([]);
  });

  it('goes on marked, so that its tail is no line of ours', () => {
    const long = `  purpose  ${'x'.repeat(60)}  flow     10.200.10.0/24 of MOF can be reached from MOE`;
    expect(foldLine(long, 73).split('\n')).toEqual([
      `  purpose  ${'x'.repeat(60)}  `,
      '  ↳ flow     10.200.10.0/24 of MOF can be reached from MOE',
    ]);
  });

  it('is cut where no space is, and by columns, not characters', () => {
    const rows = foldLine('漢'.repeat(40), 41).split('\n');
    expect(rows).toEqual(['漢'.repeat(20), `  ↳ ${'漢'.repeat(18)}`, '  ↳ 漢漢']);
    expect(rows.every((row) => visibleLength(row) <= 41)).toBe(true);
  });

  it('keeps its colours', () => {
    const paint = createPaint({ isTerminal: true, columns: 80, write: () => undefined }, {});
    expect(foldLine(paint('red', 'a'.repeat(30)), 20)).toBe(
      `${ESC}[31m${'a'.repeat(20)}\n  ↳ ${'a'.repeat(10)}${ESC}[0m`,
    );
  });

  it('is left alone where it fits', () => {
    expect(foldLine('a'.repeat(20), 20)).toBe('a'.repeat(20));
  });
});
