import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalJson, type Digest, digestOf } from '../../src/domain/canonical-json.ts';
import { GENESIS_HASH, hashLedgerEntry, type LedgerEntry } from '../../src/domain/ledger-entry.ts';
import type { ChangeId } from '../../src/domain/names.ts';
import { signCheckpoint } from '../../src/ledger/checkpoint.ts';
import { collectEvidence, type EvidenceBundle, verifyEvidence } from '../../src/ledger/evidence.ts';
import { growTree, rootAt } from '../../src/ledger/ledger-tree.ts';
import type { KeptCheckpoint } from '../../src/ledger/review-ledger.ts';
import { cosign, parseNote, readSigner } from '../../src/ledger/signed-note.ts';
import { runForTest } from '../support/cli-under-test.ts';
import { rowsInMemory } from './ledger-rows-in-memory.ts';

const CHANGE = 'IC-0001-C1' as ChangeId;
const AT = new Date('2026-11-29T10:00:00Z');
const PYTHON = new URL('../../docs/verify-evidence.py', import.meta.url).pathname;
const newPem = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
const log = readSigner(newPem(), 'log', 'wasl/a1b2c3', 'key.pem');
const witness = readSigner(newPem(), 'witness', 'moh.example/witness', 'key.pem');

const XML = '<config attr="a&amp;b">\n\t<name>وصل – "quoted" 𝄞</name>\n</config>';
const payloads = [{ pe: 'mct-pe-01', xml: XML }];
const contents = {
  ...{ changeId: CHANGE, ratio: 0.25, tiny: 1e-9, large: 1e21, none: null, on: true },
  numbers: [0, -1.5, 0.1, 1e-6, 1e-7, 123456789012345680000, 2 ** 53, 5e-324, Number.MAX_VALUE, 1 / 3, -1e25],
  routers: [{ pe: 'mct-pe-01', payloadDigest: digestOf(XML) }, { pe: 'sll-pe-01' }],
};
const plans = [{ id: `${CHANGE}-P1`, contents, payloads }];

/** Old rows without a nonce, then rows with one. */
function chain(): LedgerEntry[] {
  const facts: readonly (readonly [string, string, Readonly<Record<string, unknown>>])[] = [
    ['request.submitted', 'IC-0001', { request: { purpose: 'a 𝄞 "purpose" \\ of\tone', '€': 1, '\ufb33': 2, '𝄞': 3 } }],
    ['request.submitted', 'IC-0009', { secret: 'of others' }],
    ['change.started', CHANGE, { kind: 'provision', ms: 12.5 }],
    ['plan.saved', `${CHANGE}-P1`, { digest: digestOf(contents) }],
    ['change.started', 'IC-0001-C10', {}],
    ['approval.recorded', 'IC-0001', { subject: 'plan', decision: 'approve' }],
    ['change.ended', CHANGE, { outcome: 'applied' }],
    ...Array.from({ length: 300 }, () => ['test.recorded', 'IC-0002', {}] as const),
  ];
  let previousHash: Digest = GENESIS_HASH;
  return facts.map(([action, subject, body], index) => {
    const nonce = index === 0 ? null : `nonce-${index}`;
    const fact = { actor: 'engineer-1', action, subject, body, at: AT.toISOString(), nonce };
    const sequence = index + 1;
    const entry = { ...fact, sequence, previousHash, hash: hashLedgerEntry(sequence, previousHash, fact) };
    previousHash = entry.hash;
    return entry;
  });
}

const rows = {
  ...rowsInMemory(chain()),
  listLedgerOf: async (subjects: readonly string[]) => chain().filter(({ subject }) => subjects.includes(subject)),
  listCheckpoints: async ({ afterSize }: { afterSize: number }) => kept.filter(({ size }) => size > afterSize),
};
let kept: KeptCheckpoint[] = [];
let text: string;
let folder: string;
beforeAll(async () => {
  const tree = await growTree(rows);
  const signed = (size: number, root: Buffer) => {
    const note = signCheckpoint({ size, root }, log);
    const line = cosign(parseNote(note)?.body ?? '', witness, AT);
    return { size, note, cosignatures: [{ witness: witness.verifier.text, line, receivedFrom: 'witness-1' }] };
  };
  const [early, covering] = [
    signed(6, await rootAt(rows, 6)),
    signed(tree.size - 1, await rootAt(rows, tree.size - 1)),
  ];
  kept = [early];
  await expect(collectEvidence(rows, CHANGE, plans)).rejects.toThrow('row 7 is younger than the last checkpoint');
  // One witness with two keys is one.
  const doubled = signed(tree.size - 2, await rootAt(rows, tree.size - 2));
  const cosignatures = [...doubled.cosignatures, ...doubled.cosignatures];
  kept = [early, { ...doubled, cosignatures }, covering, { ...signed(tree.size, tree.root), cosignatures: [] }];
  text = await collectEvidence(rows, CHANGE, plans);
  folder = await mkdtemp(join(tmpdir(), 'wasl-evidence-'));
});
afterAll(() => rm(folder, { recursive: true }));

const verify = (given: string) => verifyEvidence(given, log.verifier, [witness.verifier]);
/** With something changed, and written as it should be. */
const bent = (change: (bundle: EvidenceBundle) => unknown) => {
  const bundle = JSON.parse(text);
  change(bundle);
  return `${canonicalJson(bundle)}\n`;
};

describe('the evidence of a change', () => {
  test('holds its rows, those of its plans and of its interconnect, under the checkpoint that witnesses vouch for', () => {
    const found = verify(text);
    if (!found.intact) throw new Error(found.reason);
    expect(found).toMatchObject({ changeId: CHANGE, size: 306, plans: ['IC-0001-C1-P1'] });
    expect(found.entries.map(({ sequence }) => sequence)).toEqual([1, 3, 4, 6, 7]);
    expect(found.witnessed).toMatchObject([{ witness: witness.verifier.name, at: AT }]);
    expect(text).not.toContain('of others');
    expect(text).not.toContain('IC-0002');
  });

  test.each<[string, Parameters<typeof bent>[0], string]>([
    [
      'a row of something else',
      (b) => Object.assign(b, { changeId: 'IC-0001-C2' as ChangeId }),
      'row 3 is of something else',
    ],
    [
      'no row of its start',
      (b) => Object.assign(b, { entries: b.entries.filter((_, at) => at !== 1) }),
      'was never started',
    ],
    ['rows in another order', (b) => Object.assign(b, { entries: b.entries.toReversed() }), 'does not come after row'],
    [
      'a row twice',
      (b) => Object.assign(b, { entries: b.entries.flatMap((each) => [each, each]) }),
      'does not come after row 1',
    ],
    ['no plan', (b) => Object.assign(b, { plans: [] }), 'plan IC-0001-C1-P1 is missing'],
    ['no XML', (b) => Object.assign(b, { plans: [{ ...plans[0], payloads: [] }] }), 'for mct-pe-01 is missing'],
    [
      'XML of nobody',
      (b) => Object.assign(b, { plans: [{ ...plans[0], payloads: [...payloads, { pe: 'x', xml: '' }] }] }),
      'for x is not',
    ],
    ['something more', (b) => Object.assign(b, { remark: 'true' }), 'it has other members'],
    [
      'something more in a row',
      (b) => Object.assign(b.entries[0]?.entry ?? {}, { remark: 'true' }),
      'it has other members',
    ],
    ['another format', (b) => Object.assign(b, { format: 'wasl-evidence/3' }), 'it is not of the format'],
  ])('with %s is refused by both verifiers', async (_what, change, reason) => {
    const other = bent(change);
    expect(verify(other)).toEqual({ intact: false, reason: expect.stringContaining(reason) });
    expect(await verifyInPython(other)).toMatchObject({ code: 2 });
  });

  test('of another installation’s key, or with a witness that is another, counts for nothing', async () => {
    const other = readSigner(newPem(), 'log', 'wasl/a1b2c3', 'key.pem').verifier;
    expect(verifyEvidence(text, other).intact).toBe(false);
    expect(await verifyInPython(text, other.text)).toMatchObject({ code: 2 });
    const stranger = readSigner(newPem(), 'witness', witness.verifier.name, 'key.pem').verifier;
    expect(verifyEvidence(text, log.verifier, [stranger])).toMatchObject({ intact: true, witnessed: [] });
    const keys = [witness.verifier.text, stranger.text];
    expect(await verifyInPython(text, log.verifier.text, ...keys)).toMatchObject({ code: 2 });
    const file = join(folder, 'evidence.json');
    await writeFile(file, text);
    const given = ['evidence', 'verify', file, '--log-key', log.verifier.text, '--witness'];
    expect(await runForTest([...given, witness.verifier.text])).toMatchObject({ code: 0 });
    // A witness that changed its key kept its name.
    const out = `NOT SOUND: ${stranger.text} did not cosign its checkpoint\n`;
    expect(await runForTest([...given, ...keys])).toMatchObject({ code: 2, out });
  });
});

async function verifyInPython(given: string, ...keys: string[]) {
  const file = join(folder, 'change.json');
  await writeFile(file, given);
  const [key = log.verifier.text, ...witnesses] = keys;
  return promisify(execFile)('python3', [PYTHON, file, key, ...witnesses]).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }) => ({ code, stdout: String(stdout) }),
  );
}

/** Flips of single bits, spread over all bytes. */
const FLIPS = 2_000;
/** Loaded once for all copies; what was verified of the same bytes by the same key is not verified again. */
const IN_PYTHON = `
import base64, functools, importlib.util, json, sys
spec = importlib.util.spec_from_file_location("verify_evidence", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
module.is_signed = functools.lru_cache(None)(module.is_signed)
def is_sound(given):
    return module.verify(given, sys.argv[4]) is not None
def is_canonical(given):
    return module.canonical(json.loads(given)) == given.decode()
def holds(given):
    try:
        return "01"[globals()[sys.argv[3]](given)]
    except Exception:
        return "0"
print("".join(holds(base64.b64decode(line)) for line in open(sys.argv[2])))
`;

/** Of each copy 1 where it holds, and 0 where it does not. */
async function askPython(question: 'is_sound' | 'is_canonical', copies: readonly (Uint8Array | string)[]) {
  const file = join(folder, 'copies');
  await writeFile(file, copies.map((each) => Buffer.from(each).toString('base64')).join('\n'));
  const { stdout } = await promisify(execFile)('python3', ['-c', IN_PYTHON, PYTHON, file, question, log.verifier.text]);
  return stdout.trim();
}

/** Of every member of the bundle a copy with each of these in its place, and one with it in a list. */
const STRANGE = [{}, [], '', null, 1];
function bentCopies(): string[] {
  const copies: string[] = [];
  const bend = (path: readonly string[], value: unknown) => {
    const bundle = JSON.parse(text);
    const holder = path.slice(0, -1).reduce((at, name) => at[name], bundle);
    holder[path.at(-1) ?? ''] = value;
    copies.push(`${canonicalJson(bundle)}\n`);
  };
  const visit = (value: unknown, path: readonly string[]) => {
    if (path.length > 0) for (const strange of [...STRANGE, [value]]) bend(path, strange);
    if (Array.isArray(value)) bend(path, [...value, ...value.slice(-1)]);
    if (typeof value !== 'object' || value === null) return;
    // The others of a list, of a proof for one, are like the first.
    const members = Array.isArray(value) && typeof value[0] === 'string' ? value.slice(0, 1) : value;
    for (const [name, member] of Object.entries(members)) visit(member, [...path, name]);
  };
  visit(JSON.parse(text), []);
  return copies.filter((copy) => copy !== text);
}

describe('a second verifier, in Python', () => {
  test('says the same of what is sound', async () => {
    expect(await verifyInPython(text, log.verifier.text, witness.verifier.text)).toEqual({
      code: 0,
      stdout: 'SOUND: IC-0001-C1, rows 5 of 306, plans 1\n',
    });
  });

  // A dozen seconds of two processors' time, which a busy machine has in minutes.
  test(`refuses ${FLIPS} copies of which one bit is another, as the first one does`, { timeout: 600_000 }, async () => {
    const bytes = Buffer.from(text);
    const flips = Array.from({ length: FLIPS }, (_, index) => ({
      at: Math.floor((index * bytes.length) / FLIPS),
      bit: (index * 5) % 8,
    }));
    const copies = flips.map(({ at, bit }) => {
      const other = Buffer.from(bytes);
      other[at] = (other[at] ?? 0) ^ (1 << bit);
      return other;
    });
    const here = copies.map((each) => (verify(new TextDecoder().decode(each)).intact ? '1' : '0'));
    expect(await askPython('is_sound', [bytes, ...copies])).toBe(`1${'0'.repeat(FLIPS)}`);
    expect(here.join('')).toBe('0'.repeat(FLIPS));
  });

  test('takes nothing else for a list or a text, as the first one does', async () => {
    const copies = bentCopies();
    const there = await askPython('is_sound', copies);
    const taken = copies.filter((each, at) => verify(each).intact || there[at] !== '0');
    // Who cosigned is no fact of the change: without a line nobody vouches by it.
    expect(taken).toEqual([bent((b) => Object.assign(b, { cosignatures: [] }))]);
  });

  test('steers no terminal by what a hostile file says', async () => {
    const says = '\u001b[2K\rSOUND: IC-0001-C1, rows 5 of 306, plans 1\n\u202e';
    const hostile = bent((b) => Object.assign(b.entries[0]?.entry ?? {}, { sequence: says }));
    const { code, stdout } = await verifyInPython(hostile);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^NOT SOUND: row \\x1b\[2K\\rSOUND: .*\\n\\u202e was altered\n$/);
  });

  test('knows of each number the one form that the first one writes', async () => {
    const all = fc.sample(fc.double({ noDefaultInfinity: true, noNaN: true }), 300).map(canonicalJson);
    expect(await askPython('is_canonical', all)).toBe('1'.repeat(all.length));
    const odd = [
      '1.0',
      '1e0',
      '-0',
      '-0.0',
      '9007199254740993',
      '1E+21',
      '1000000000000000000000',
      '0.10',
      'NaN',
      '1e400',
    ];
    expect(await askPython('is_canonical', odd)).toBe('0'.repeat(odd.length));
  });

  test('takes no cosignature of a time that no calendar has', async () => {
    const late = bent((b) => {
      const line = cosign(parseNote(b.checkpoint)?.body ?? '', witness, new Date(253_402_300_800_000));
      Object.assign(b, { cosignatures: [{ witness: witness.verifier.text, line }] });
    });
    expect(verify(late)).toEqual({ intact: false, reason: 'a line is not the cosignature of its witness' });
    expect(await verifyInPython(late)).toMatchObject({ code: 2 });
  });
});
