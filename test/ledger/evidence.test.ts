import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalJson, digestOf } from '../../src/domain/canonical-json.ts';
import type { ChangeId } from '../../src/domain/names.ts';
import { planStatement, type Statement } from '../../src/domain/statement.ts';
import { collectEvidence } from '../../src/ledger/evidence/collect-evidence.ts';
import type { EvidenceBundle } from '../../src/ledger/evidence/format.ts';
import { judgeDecisions } from '../../src/ledger/evidence/judge-decisions.ts';
import { verifyEvidence } from '../../src/ledger/evidence/verify-evidence.ts';
import { cosign, parseNote, readSigner } from '../../src/ledger/signed-note.ts';
import { createDevelopmentAuthority, type DevelopmentAuthority } from '../../src/signatures/index.ts';
import { runForTest } from '../support/cli-under-test.ts';
import {
  bend,
  CHANGE,
  type Fact,
  log,
  makeWorld,
  newPem,
  PLAN,
  payloads,
  STATEMENTS,
  witness,
} from './evidence-world.ts';

const PYTHON = new URL('../../docs/verify-evidence.py', import.meta.url).pathname;
let authority: DevelopmentAuthority;
let text: string;
let forParties: string;
let small: string;
let folder: string;
let trustFile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wasl-evidence-'));
  authority = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => new Date() });
  const world = await makeWorld({ authority });
  await expect(collectEvidence(world.source, CHANGE, 'whole')).rejects.toThrow('row 17 is younger than the last');
  await world.signCheckpoints();
  text = await collectEvidence(world.source, CHANGE, 'whole');
  forParties = await collectEvidence(world.source, CHANGE, 'parties');
  // For what is done to thousands of copies: with one signed document.
  const one = await makeWorld({ authority, instead: { 0: null, 1: null, 3: null, 4: null } });
  await one.signCheckpoints();
  small = await collectEvidence(one.source, CHANGE, 'whole');
  trustFile = join(folder, 'trust.json');
  await writeFile(trustFile, `# For development only.\n${JSON.stringify(authority.trustSettings(), null, 1)}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

const verify = (given: string) => verifyEvidence(given, log.verifier, [witness.verifier]);
const bent = (change: (bundle: EvidenceBundle) => unknown, from = text) => bend<EvidenceBundle>(from, change);

/** Whether it is sound for both, and what they say. */
async function judge(given: string, by = authority) {
  const found = verify(given);
  const faults = found.intact ? (await judgeDecisions(found, by.trust())).faults : [found.reason];
  const python = await verifyInPython(given, log.verifier.text, '--trust', trustFile);
  return { faults, python };
}

async function verifyInPython(given: string, ...more: string[]) {
  const file = join(folder, 'change.json');
  await writeFile(file, given);
  const argv = [PYTHON, file, ...(more.length === 0 ? [log.verifier.text] : more)];
  return promisify(execFile)('python3', argv).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }) => ({ code, stdout: String(stdout) }),
  );
}

describe('the evidence of a change', () => {
  test('holds its rows, those of its plans, of its interconnect and of its parties’ policy, under the checkpoint that witnesses vouch for', () => {
    const found = verify(text);
    if (!found.intact) throw new Error(found.reason);
    expect(found).toMatchObject({ changeId: CHANGE, size: 316 });
    expect(found.entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 6, 8, 9, 10, 11, 12, 14, 15, 16, 17]);
    expect(found.witnessed).toMatchObject([{ witness: witness.verifier.name, key: witness.verifier.text }]);
    for (const foreign of ['of others', 'IC-0002', 'MOE-person']) expect(text).not.toContain(foreign);
  });

  test('shows who signed and sealed what, and when, to both verifiers', async () => {
    const found = verify(text);
    if (!found.intact) throw new Error(found.reason);
    const { decisions, faults, isPushed } = await judgeDecisions(found, authority.trust());
    expect([faults, isPushed]).toEqual([[], true]);
    expect(decisions.map(({ sequence, kind, party, verdict }) => [sequence, kind, party, verdict])).toEqual([
      [3, 'policy-acceptance', 'MOH', 'pass'],
      [4, 'policy-acceptance', 'MOF', 'pass'],
      [8, 'request', 'MOH', 'pass'],
      [9, 'request', 'MOF', 'pass'],
      [14, 'plan-approval', 'operator', 'pass'],
    ]);
    const [accepted] = decisions;
    expect(accepted?.signatures.map(({ signer, designation, level }) => [signer?.role, designation, level])).toEqual([
      ['signatory', 'Director of networks', 'B-LT'],
      ['seal', null, 'B-LT'],
    ]);
    const stdout = 'SOUND: IC-0001-C1, rows 14 of 316, plans 1, signed decisions 5\n';
    const keys = [log.verifier.text, witness.verifier.text];
    expect(await verifyInPython(text, ...keys, '--trust', trustFile)).toEqual({ code: 0, stdout });
  });

  test('holds the texts of the policy byte for byte, what was sent and read, and says by name what it has not', () => {
    const { documents, absent } = JSON.parse(text) as EvidenceBundle;
    const texts = documents.map((each) => ('text' in each ? each.text : Buffer.from(each.base64, 'base64')));
    expect(texts).toEqual(
      expect.arrayContaining(['السياسة', Buffer.from([0xff, 0xfe, 0, 1, 2, 0x80]), payloads[0]?.xml]),
    );
    expect(absent).toEqual([{ what: expect.stringMatching(/^sha256:/), why: 'not-kept' }]);
  });

  test('shows parties nothing of third parties, and still who signed what', async () => {
    const { python, faults } = await judge(forParties);
    expect(faults).toEqual([]);
    expect(python.stdout).toBe('SOUND: IC-0001-C1, rows 10 of 316, plans 0, signed decisions 5\n');
    // As a word: three letters come by chance in base64.
    for (const foreign of ['MOE', 'mct-pe-01', 'sll-pe-01', 'vrfs'])
      expect(forParties).not.toMatch(new RegExp(`(?<![\\w+/])${foreign}(?![\\w+/=])`));
    expect(verify(bent((b) => Object.assign(b, { edition: 'whole' }), forParties)).intact).toBe(false);
  });

  const withheld = ({ entries }: EvidenceBundle) => {
    const { sequence, previousHash, hash } = entries[0]?.entry ?? {};
    return { sequence, previousHash, hash, fact: `sha256:${'0'.repeat(64)}` };
  };
  const BENT: readonly [string, Parameters<typeof bent>[0], string][] = [
    [
      'a row of something else',
      (b) => Object.assign(b, { changeId: 'IC-0001-C2' as ChangeId }),
      'by its rows IC-0001-C2 was never started',
    ],
    [
      'no row of its start',
      (b) => Object.assign(b, { entries: b.entries.filter(({ entry }) => entry.sequence !== 10) }),
      'was never started',
    ],
    ['rows in another order', (b) => Object.assign(b, { entries: b.entries.toReversed() }), 'does not come after row'],
    [
      'a row twice',
      (b) => Object.assign(b, { entries: b.entries.flatMap((each) => [each, each]) }),
      'does not come after row 1',
    ],
    ['no plan', (b) => Object.assign(b, { plans: [] }), 'plan IC-0001-C1-P1 is missing'],
    ['no XML', (b) => Object.assign(b, { plans: [{ ...b.plans[0], payloads: [] }] }), 'for mct-pe-01 is missing'],
    [
      'XML of nobody',
      (b) => Object.assign(b, { plans: [{ ...b.plans[0], payloads: [...payloads, { pe: 'x', xml: '' }] }] }),
      'for x is not',
    ],
    ['something more', (b) => Object.assign(b, { remark: 'true' }), 'it has another form'],
    [
      'something more in a row',
      (b) => Object.assign(b.entries[0]?.entry ?? {}, { remark: 'true' }),
      'it has another form',
    ],
    ['another format', (b) => Object.assign(b, { format: 'wasl-evidence/2' }), 'it is not of the format'],
    ['a row withheld', (b) => Object.assign(b.entries[0] ?? {}, { entry: withheld(b) }), 'row 1 is not shown'],
    ['no signed document', (b) => b.signed.pop(), 'the signed document of row 14 is missing'],
    [
      'a signed document of another row',
      (b) => Object.assign(b.signed[0] ?? {}, { document: b.signed[1]?.document, digest: b.signed[1]?.digest }),
      'the signed document of row 3 is not what its row names',
    ],
    ['signed documents in another order', (b) => b.signed.reverse(), 'its signed documents are not in order'],
    ['a document less', (b) => b.documents.pop(), 'is missing'],
    [
      'a document that no row names',
      (b) => b.documents.push({ digest: `sha256:${'f'.repeat(64)}` as never, text: '' }),
      'is not what its row names',
    ],
    ['another text of the policy', (b) => Object.assign(b.documents[0] ?? {}, { text: 'x' }), ''],
    ['what is there said to be absent', (b) => b.absent.push({ what: 'row 3', why: 'withheld' }), 'absent'],
  ];
  test.each(BENT)('with %s is no evidence', (_what, change, reason) => {
    const found = verify(bent(change));
    expect(found).toEqual({ intact: false, reason: expect.stringContaining(reason) });
  });

  test('that is none is refused by the second verifier, too', async () => {
    const others = BENT.map(([, change]) => ['read', bent(change)] as const);
    expect(await askPython(text, [['read', text], ...others])).toBe(`1${'0'.repeat(BENT.length)}`);
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
    const given = ['evidence', 'verify', file, '--log-key', log.verifier.text];
    const shown = await runForTest([...given, '--witness', witness.verifier.text, '--trust', trustFile]);
    expect(shown).toMatchObject({ code: 0, err: '' });
    expect(shown.out).toMatch(/^pass MOH accepted the policy 2026-1 at \S+ \(MOH-person\)$/m);
    expect(shown.out).toMatch(/^ {2}signed by O=MOH, CN=moh-person, Director of networks, there at \S+ \(B-LT, ES256/m);
    expect(shown.out).toMatch(/^ {2}sealed by O=MOH, CN=seal of MOH, there at /m);
    expect((await runForTest(given)).out).toContain('not verified: 5 signed documents; name --trust for that');
    // A witness that changed its key kept its name.
    const out = `NOT SOUND: ${stranger.text} did not cosign its checkpoint\n`;
    expect(await runForTest([...given, '--witness', ...keys])).toMatchObject({ code: 2, out });
  });
});

describe('what was pushed without the signatures that it needs', () => {
  const OTHER_PLAN = planStatement({ id: PLAN, digest: digestOf('another plan') });
  const late = (facts: readonly Fact[]) => {
    const at = facts.findIndex(([, action]) => action === 'transaction.begun');
    const approval = facts[at - 1];
    return approval === undefined ? facts : facts.toSpliced(at - 1, 2, ...facts.slice(at, at + 1), approval);
  };

  test.each<[string, Omit<Parameters<typeof makeWorld>[0], 'authority'>, string]>([
    [
      'no acceptance of MOF',
      { instead: { 1: null } },
      "MOF's acceptance of the communication policy is the word of a token",
    ],
    ['no signature of MOH', { instead: { 3: null } }, "MOH's signature under request IC-0001 is the word of a token"],
    [
      'a signature under another plan',
      { instead: { 5: OTHER_PLAN } },
      'row 14: it is about IC-0001-C1-P1 with the digest',
    ],
    [
      'MOH’s request in MOF’s place',
      { instead: { 4: STATEMENTS[3] as Statement } },
      'row 9: it is not to be signed by MOF as signatory',
    ],
    [
      'an approval that came after the push',
      { altered: late },
      "the network side's signature under plan IC-0001-C1-P1 is missing",
    ],
  ])('is not sound: %s', async (_what, wish, fault) => {
    const world = await makeWorld({ ...wish, authority });
    await world.signCheckpoints();
    const other = await collectEvidence(world.source, CHANGE, 'whole');
    expect(verify(other).intact).toBe(true);
    const { faults, python } = await judge(other);
    expect(faults.join()).toContain(fault);
    expect(python).toMatchObject({ code: 2 });
  });

  test('is not sound by somebody with all the code and none of the keys', async () => {
    const forger = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => new Date() });
    const world = await makeWorld({ authority: forger });
    await world.signCheckpoints();
    const { faults, python } = await judge(await collectEvidence(world.source, CHANGE, 'whole'));
    expect(faults.join()).toContain('no anchor for a timestamp stands behind');
    expect(python).toMatchObject({ code: 2, stdout: expect.stringContaining('does not sign for MOH as signatory') });
  });

  test('is not sound with a bit changed in what is beside a signature, though the file agrees with itself', async () => {
    const found = verify(text);
    if (!found.intact) throw new Error(found.reason);
    const [place, one] = [0, found.bundle.signed[0]];
    const items = one?.document.signatures[0]?.header?.etsiU ?? [];
    const kinds = items.map((item) => Buffer.from(item, 'base64url').toString().slice(2, 8));
    expect(kinds).toEqual(['sigTst', 'xVals"', 'rVals"']);
    for (const [index, item] of items.entries()) {
      for (const part of [0.2, 0.5, 0.8]) {
        const json = Buffer.from(item, 'base64url').toString();
        const [value = ''] = /[A-Za-z0-9+/]{40,}={0,2}/.exec(json) ?? [];
        const der = Buffer.from(value, 'base64');
        const where = Math.floor(der.length * part);
        der[where] = (der[where] ?? 0) ^ 4;
        const flipped = Buffer.from(json.replace(value, der.toString('base64'))).toString('base64url');
        const other = bent((b) => {
          const signed = b.signed[place];
          const header = signed?.document.signatures[0]?.header;
          if (signed === undefined || header === undefined) throw new Error('no signature');
          header.etsiU[index] = flipped;
          Object.assign(signed, { digest: digestOf(signed.document) });
        });
        const again = verify(other);
        if (!again.intact) throw new Error(again.reason);
        expect((await judgeDecisions(again, authority.trust())).faults).not.toEqual([]);
      }
    }
  });
});

/** Flips of single bits, spread over all bytes. */
const FLIPS = 2_000;
/** Loaded once for all copies; what was verified of the same bytes by the same key is not verified again. */
const IN_PYTHON = `
import functools, importlib.util, json, sys
spec = importlib.util.spec_from_file_location("verify_evidence", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
module.is_signed = functools.lru_cache(None)(module.is_signed)
data = open(sys.argv[2], "rb").read()
def flipped(at, bit):
    other = bytearray(data)
    other[at] ^= 1 << bit
    return bytes(other)
def read(text):
    return text.encode()
def bent(path, value):
    bundle = json.loads(data, parse_float=module.Literal)
    holder = functools.reduce(lambda at, name: at[int(name) if isinstance(at, list) else name], path[:-1], bundle)
    holder[int(path[-1]) if isinstance(holder, list) else path[-1]] = value
    return (module.canonical(bundle) + "\\n").encode()
def is_sound(given):
    try:
        return "01"[module.verify(given, sys.argv[4]) is not None]
    except Exception:
        return "0"
print("".join(is_sound(globals()[name](*more)) for name, *more in json.load(open(sys.argv[3], encoding="utf-8"))))
`;

type Altering =
  | readonly ['read', string]
  | readonly ['flipped', number, number]
  | readonly ['bent', readonly string[], unknown];

/** Of each copy 1 where it holds, and 0 where it does not. */
async function askPython(base: string, alterings: readonly Altering[]) {
  const [file, list] = [join(folder, 'base.json'), join(folder, 'alterings.json')];
  await writeFile(file, base);
  await writeFile(list, JSON.stringify(alterings));
  const { stdout } = await promisify(execFile)('python3', ['-c', IN_PYTHON, PYTHON, file, list, log.verifier.text]);
  return stdout.trim();
}

/** Of every member of the bundle a copy with each of these in its place, and one with it in a list. */
const STRANGE = [{}, [], '', null, 1];
function listBendings(): (readonly ['bent', readonly string[], unknown])[] {
  const found: (readonly ['bent', readonly string[], unknown])[] = [];
  const visit = (value: unknown, path: readonly string[]) => {
    const others = [...STRANGE, [value], ...(Array.isArray(value) ? [[...value, ...value.slice(-1)]] : [])];
    const isSame = (other: unknown) => canonicalJson(other) === canonicalJson(value);
    if (path.length > 0)
      found.push(...others.filter((other) => !isSame(other)).map((other) => ['bent', path, other] as const));
    if (typeof value !== 'object' || value === null) return;
    // The others of a list, of a proof for one, are like the first; rows are like the first three.
    const isAlike = Array.isArray(value) && typeof value[0] === 'string';
    const members = isAlike ? value.slice(0, 1) : path.at(-1) === 'entries' ? Object.values(value).slice(0, 3) : value;
    for (const [name, member] of Object.entries(members)) visit(member, [...path, name]);
  };
  visit(JSON.parse(small), []);
  return found;
}

describe('a second verifier, in Python', () => {
  // Some seconds of two processors' time, which a busy machine has in minutes.
  test(`refuses ${FLIPS} copies of which one bit is another, as the first one does`, { timeout: 600_000 }, async () => {
    const bytes = Buffer.from(small);
    const flips = Array.from({ length: FLIPS }, (_, index) => {
      return ['flipped', Math.floor((index * bytes.length) / FLIPS), (index * 5) % 8] as const;
    });
    const here = flips.map(([, at, bit]) => {
      const other = Buffer.from(bytes);
      other[at] = (other[at] ?? 0) ^ (1 << bit);
      return verify(new TextDecoder().decode(other)).intact ? '1' : '0';
    });
    expect(here.join('')).toBe('0'.repeat(FLIPS));
    expect(await askPython(small, flips)).toBe('0'.repeat(FLIPS));
  });

  test('takes nothing else for what is there, as the first one does', { timeout: 600_000 }, async () => {
    const bendings = listBendings();
    expect(bendings.length).toBeGreaterThan(700);
    const there = await askPython(small, bendings);
    const taken = bendings.filter(([, path, value], place) => {
      const other = bent((bundle) => {
        const holder = path.slice(0, -1).reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], bundle);
        (holder as Record<string, unknown>)[path.at(-1) ?? ''] = value;
      }, small);
      return verify(other).intact || there[place] !== '0';
    });
    // Who cosigned is no fact of the change: without a line nobody vouches by it.
    expect(taken).toEqual([['bent', ['cosignatures'], []]]);
  });

  test('steers no terminal by what a hostile file says', async () => {
    const says = '\u001b[2K\rSOUND: IC-0001-C1, rows 5 of 306, plans 1\n\u202e';
    const hostile = bent((b) => Object.assign(b.cosignatures[0] ?? {}, { witness: `${says}+00000000+BA==` }));
    const { code, stdout } = await verifyInPython(hostile);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^NOT SOUND: it is no verifier key: \\x1b\[2K\\rSOUND: .*\\n\\u202e\+.*\n$/);
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
