/** A ledger whose rows somebody made up and had a checkpoint signed over: what they may not be taken for. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestOf } from '../../src/domain/canonical-json.ts';
import type { EntityId } from '../../src/domain/names.ts';
import { digestPolicy } from '../../src/domain/policy.ts';
import { acceptanceStatement, type Statement, withdrawalStatement } from '../../src/domain/statement.ts';
import { collectEvidence } from '../../src/ledger/evidence/collect-evidence.ts';
import type { Edition, EvidenceBundle } from '../../src/ledger/evidence/format.ts';
import { judgeDecisions } from '../../src/ledger/evidence/judge-decisions.ts';
import { listUnplanned } from '../../src/ledger/evidence/list-pushes.ts';
import { verifyEvidence } from '../../src/ledger/evidence/verify-evidence.ts';
import {
  createDevelopmentAuthority,
  type DevelopmentAuthority,
  readTrust,
  type TrustInput,
} from '../../src/signatures/index.ts';
import { runForTest } from '../support/cli-under-test.ts';
import { signedText } from '../support/signing.ts';
import {
  bend,
  CHANGE,
  type EvidenceWish,
  type Fact,
  INSTALLATION,
  log,
  makeWorld,
  REQUEST,
  TERMS,
} from './evidence-world.ts';

const DOCS = new URL('../../docs/', import.meta.url).pathname;
const ID = 'IC-0001';
const PLAN = `${CHANGE}-P1`;
const FALSE_TERMS = { ...TERMS, graceDays: 9, digest: digestPolicy(TERMS) };
/** Nobody signs: then nothing that was pushed can be sound. */
const UNSIGNED = { 0: null, 1: null, 2: null, 3: null, 4: null, 5: null };
const HOUR_MS = 3_600_000;

let authority: DevelopmentAuthority;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wasl-hostile-'));
  authority = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => new Date() });
});
afterAll(() => rm(folder, { recursive: true }));

async function collect(wish: Omit<EvidenceWish, 'authority'>, edition: Edition = 'whole'): Promise<string> {
  const world = await makeWorld({ ...wish, authority });
  await world.signCheckpoints();
  return collectEvidence(world.source, CHANGE, edition);
}

/** Other members in the rows of an action, of the agreement and the change. */
const withBody =
  (action: string, change: (body: Fact[3]) => Readonly<Record<string, unknown>>) =>
  (facts: readonly Fact[]): Fact[] =>
    facts.map((fact) => {
      const isOwn = fact[1] === action && fact[2] !== 'IC-0009' && fact[2] !== 'IC-0001-C10';
      return isOwn ? [fact[0], fact[1], fact[2], change(fact[3])] : fact;
    });
const withMembers = (action: string, more: Readonly<Record<string, unknown>>) =>
  withBody(action, (body) => ({ ...body, ...more }));
const withRowBefore = (action: string, one: Fact) => (facts: readonly Fact[]) =>
  facts.flatMap((fact) => (fact[1] === action ? [one, fact] : [fact]));

/** Why the first verifier does not take it; null: it does. */
async function faultOf(text: string, more: Partial<TrustInput> = {}): Promise<string | null> {
  const found = verifyEvidence(text, log.verifier);
  if (!found.intact) return found.reason;
  const trust = readTrust({ ...authority.trustSettings(), ...more });
  return (await judgeDecisions(found, trust)).faults.join('; ') || null;
}

const IN_PYTHON = `
import importlib.util, sys
docs, trust, key, *files = sys.argv[1:]
sys.path.insert(0, docs)
spec = importlib.util.spec_from_file_location("verify_evidence", docs + "verify-evidence.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
for file in files:
    sys.argv = ["verify-evidence.py", file, key, "--trust", trust]
    module.main()
`;

/** What the second verifier says of each, in one process. */
async function tellInPython(texts: readonly string[], more: Partial<TrustInput> = {}): Promise<string[]> {
  const trust = join(folder, 'trust.json');
  await writeFile(trust, JSON.stringify({ ...authority.trustSettings(), ...more }));
  const files = await Promise.all(
    texts.map(async (text, place) => {
      const file = join(folder, `${place}.json`);
      await writeFile(file, text);
      return file;
    }),
  );
  const argv = ['-c', IN_PYTHON, DOCS, trust, log.verifier.text, ...files];
  return (await promisify(execFile)('python3', argv)).stdout.trim().split('\n');
}

const without = (b: EvidenceBundle, action: string) =>
  Object.assign(b, {
    entries: b.entries.filter(({ entry }) => !('action' in entry) || entry.action !== action),
  });
const recordOf = (b: EvidenceBundle) =>
  b.entries.flatMap(({ entry }) => ('action' in entry && entry.action === 'plan.saved' ? [entry.body.record] : []))[0];

describe('evidence of a ledger whose rows somebody made up', () => {
  const HOSTILE: readonly [string, EvidenceWish['altered'] & {}, string][] = [
    [
      'a request of which another one was signed',
      withMembers('request.submitted', { request: { ...REQUEST, validUntil: '2199-01-01T00:00:00Z' } }),
      'the request of IC-0001 is not the one of its digest',
    ],
    ['no parties', withMembers('request.submitted', { parties: [] }), 'is not of two parties'],
    ['one party twice', withMembers('request.submitted', { parties: ['MOH', 'MOH'] }), 'is not of two parties'],
    ['a kind that every object has', withMembers('change.started', { kind: 'constructor' }), 'is no change of a known'],
    ['a kind that is none', withMembers('change.started', { kind: null }), 'no change of a known kind'],
    ['a suspension that opens', withMembers('change.started', { kind: 'suspend' }), 'is for something else'],
    [
      'the beginning of something else before its own',
      withRowBefore('policy.proposed', ['wasl', 'change.started', ID, { kind: 'suspend' }]),
      "MOF's acceptance of the communication policy is the word of a token",
    ],
    [
      'an attempt without a plan that sent something',
      withMembers('transaction.begun', { planId: null }),
      "the network side's signature under plan IC-0001-C1-P1 is the word of a token",
    ],
    ['a record of something sent without a plan', withMembers('transaction.recorded', { planId: null }), 'plan null'],
    [
      'an attempt with a plan that nobody saved',
      withMembers('transaction.begun', { planId: 'IC-0001-C1-P2' }),
      'plan IC-0001-C1-P2 is missing',
    ],
    [
      'a plan that was saved twice',
      withRowBefore('transaction.begun', ['wasl', 'plan.saved', PLAN, { digest: 'sha256:0' }]),
      `plan ${PLAN} was saved twice`,
    ],
    [
      'other texts of the policy beside those that were accepted',
      withRowBefore('policy.accepted', ['a', 'policy.proposed', 'policy/2026-1', FALSE_TERMS]),
      'policy/2026-1 is not what its digest says',
    ],
    ['texts that are none', withMembers('policy.proposed', { version: null }), ''],
    [
      'a name that JSON.parse makes a prototype of',
      withBody('change.ended', () => JSON.parse('{"__proto__":{"outcome":"applied"}}')),
      'its content does not have its hash',
    ],
  ];

  test('is refused by both verifiers, whatever it says', async () => {
    const texts = await Promise.all(HOSTILE.map(([, altered]) => collect({ instead: UNSIGNED, altered })));
    const told = await tellInPython(texts);
    for (const [place, [what, , reason]] of HOSTILE.entries()) {
      expect(await faultOf(texts[place] ?? ''), what).toContain(reason);
      expect(told[place], what).toMatch(/^NOT SOUND/);
    }
  });

  test('is refused where a plan or the beginning of an attempt was cut out of it', async () => {
    const text = await collect({});
    const noPlan = bend<EvidenceBundle>(text, (b) => {
      const record = recordOf(b);
      without(b, 'plan.saved');
      Object.assign(b, { plans: [], documents: b.documents.filter(({ digest }) => digest !== record) });
    });
    const noBeginning = bend<EvidenceBundle>(text, (b) => {
      without(without(b, 'transaction.begun'), 'approval.recorded');
      const left = new Set(b.entries.map(({ entry }) => entry.sequence));
      Object.assign(b, { signed: b.signed.filter(({ sequence }) => left.has(sequence)) });
    });
    // The last bits of base64 that stand for nothing.
    const odd = bend<EvidenceBundle>(text, (b) => {
      const place = b.documents.findIndex((each) => 'text' in each && each.text === '<vrfs/>\n');
      Object.assign(b.documents, { [place]: { digest: b.documents[place]?.digest, base64: 'PHZyZnMvPgp=' } });
    });
    expect(await faultOf(noPlan)).toContain(`plan ${PLAN} is missing`);
    expect(await faultOf(noBeginning)).toContain("MOH's signature under request IC-0001 is missing");
    expect(await faultOf(odd)).toContain('documents.');
    const told = await tellInPython([text, noPlan, noBeginning, odd, text.replace('12.5', 'NaN')]);
    expect(told.map((each) => each.startsWith('SOUND'))).toEqual([true, false, false, false, false]);
  });

  test('is refused by both where a number is written in another form than the one', async () => {
    const text = await collect({ instead: UNSIGNED });
    const other = ['12.50', '1.25e1', '12.5e0', '9007199254740993', '1000000000000000000000', '-0', '0.0', '1e400'];
    const texts = other.map((number) => text.replace('"ms":12.5', `"ms":${number}`));
    const here = await Promise.all(texts.map((each) => faultOf(each)));
    expect(here.filter((each) => each !== 'it is not the one text of what it says')).toEqual([
      'it is no evidence of a change',
    ]);
    expect(await tellInPython(texts)).toEqual(here.map((each) => `NOT SOUND: ${each}`));
  });

  test('takes no signature for the word of a row that rejects, nor one that is of no time', async () => {
    const plan = (body: Fact[3]) => (body.subject === 'plan' ? { ...body, decision: 'reject' } : body);
    const rejected = await collect({ altered: withBody('approval.recorded', plan) });
    const timeless = await collect({ altered: withMembers('approval.recorded', { decidedAt: 'x' }) });
    expect(await faultOf(rejected)).toContain('signature under plan IC-0001-C1-P1 is missing');
    expect(await faultOf(timeless)).toContain('x is no time');
    for (const told of await tellInPython([rejected, timeless])) expect(told).toMatch(/^NOT SOUND/);
  });

  test('is refused by both where an approval is of neither a request nor a plan, or of no full time', async () => {
    const request = (more: Fact[3]) => (body: Fact[3]) => (body.subject === 'request' ? { ...body, ...more } : body);
    const plan = (more: Fact[3]) => (body: Fact[3]) => (body.subject === 'plan' ? { ...body, ...more } : body);
    const made = [request({ subject: null }), plan({ subject: 'x' }), plan({ decidedAt: '2026-01-01' })];
    const texts = await Promise.all(made.map((change) => collect({ altered: withBody('approval.recorded', change) })));
    const record = await collect({ instead: UNSIGNED, altered: withMembers('plan.saved', { record: 1 }) });
    for (const text of texts) expect(await faultOf(text)).not.toBeNull();
    const told = await tellInPython([...texts, record]);
    for (const each of told) expect(each).toMatch(/^NOT SOUND/);
    expect(told[3]).toContain('is missing, or was not signed before the push');
  });

  test('fills no memory with a plan of a number that no change comes to', async () => {
    const approval = { party: 'network', decision: 'approve', subject: 'plan' };
    const body = { ...approval, digest: 'x', decidedAt: '2026-11-01T00:00:00Z' };
    const huge: Fact = ['n', 'approval.recorded', ID, { ...body, planId: `${CHANGE}-P4294967294` }];
    const text = await collect({ altered: withRowBefore('transaction.begun', huge) });
    expect(await faultOf(text)).toBeNull();
  });
});

describe('what the law takes from nobody', () => {
  const actor =
    (of: string, name: string, party?: string) =>
    (facts: readonly Fact[]): Fact[] =>
      facts.map((fact) => {
        const isIt = fact[1] === of && fact[2] !== 'IC-0009' && (party === undefined || fact[3].party === party);
        return isIt ? [name, fact[1], fact[2], fact[3]] : fact;
      });
  const FEWER = { ...REQUEST, flows: REQUEST.flows.slice(0, 1) };
  const LAW: readonly [string, EvidenceWish['altered'] & {}, string, string][] = [
    [
      'a request signed by who made it',
      actor('request.submitted', 'MOH-person'),
      'MOH-person signs the request that they made',
      'MOH-person signs their own request',
    ],
    [
      'a request signed by one for both',
      actor('approval.recorded', 'MOH-person', 'MOF'),
      'MOH-person signs the request for both parties',
      'or for both parties',
    ],
    [
      'a plan approved by who signed its request',
      actor('approval.recorded', 'MOF-person', 'network'),
      'MOF-person approves the plan of a request that they made or signed',
      'MOF-person approves a plan that they have a part in',
    ],
    [
      'a plan approved by who made it',
      actor('plan.saved', 'network-person'),
      'network-person approves the plan that they made',
      'network-person approves a plan that they have a part in',
    ],
    [
      'an opening after its withdrawal',
      withRowBefore('transaction.begun', ['MOH-person', 'withdrawal.requested', ID, { reason: '', unsigned: true }]),
      'MOH-person has IC-0001 withdrawn, by entry 15 of the ledger: what was signed before opens nothing',
      'IC-0001 was withdrawn, or another plan of it asked for',
    ],
    [
      'an opening after another plan was asked for',
      withRowBefore('transaction.begun', ['p', 'plan.requested', CHANGE, {}]),
      'p asked for another plan of IC-0001-C1, by entry 15',
      'IC-0001 was withdrawn, or another plan of it asked for',
    ],
    [
      'an opening after its change ended',
      withRowBefore('transaction.begun', ['wasl', 'change.ended', CHANGE, { outcome: 'failed' }]),
      'IC-0001-C1 has ended, by entry 15',
      'IC-0001-C1 had ended: what was signed before opens nothing',
    ],
    [
      'a plan that gains more than the request has',
      withMembers('request.submitted', { request: FEWER, requestDigest: digestOf(FEWER) }),
      'would open 10.2.3.0/24 of mof-main to moh-main, which is not in the request',
      'would open 10.2.3.0/24 of mof-main to moh-main, which is not in the request',
    ],
  ];

  test('is a fault to both verifiers', async () => {
    const texts = await Promise.all(LAW.map(([, altered]) => collect({ instead: UNSIGNED, altered })));
    const told = await tellInPython(texts);
    for (const [place, [what, , here, there]] of LAW.entries()) {
      expect(await faultOf(texts[place] ?? ''), what).toContain(here);
      expect(told[place], what).toContain(there);
    }
  });

  test('a row without its decision approves nothing, a scan beside a signature is a scan, and both are told of parties, too', async () => {
    const withoutDecision = ({ decision, ...body }: Fact[3]) =>
      body.subject === 'plan' ? body : { ...body, decision };
    const undecided = await collect({ altered: withBody('approval.recorded', withoutDecision) });
    const form = `sha256:${'a'.repeat(64)}`;
    const scanned = await collect({ altered: withMembers('policy.accepted', { form }) });
    const unsigned = await collect({ instead: { 5: null } }, 'parties');
    expect(await faultOf(undecided)).toContain('signature under plan IC-0001-C1-P1 is missing');
    expect(await faultOf(scanned)).toContain('which the trust file does not take');
    expect(await faultOf(unsigned)).toContain('is the word of a token');
    for (const told of await tellInPython([undecided, scanned, unsigned])) expect(told).toMatch(/^NOT SOUND: the p/);
    const handSigned = ['MOH', 'MOF'].map((party) => ({ party, accepts: digestPolicy(TERMS), form }));
    expect(await faultOf(scanned, { handSigned })).toBeNull();
    expect(await tellInPython([scanned], { handSigned })).toEqual([expect.stringMatching(/^SOUND.*3, by hand 2$/)]);
  });
});

describe('a withdrawal', () => {
  const request = { id: ID, digest: digestOf(REQUEST) };
  const [MOH] = ['MOH'] as unknown as [Statement['party']];
  const signed = withdrawalStatement(MOH, request);

  test('that is signed is in the evidence with its document, and judged by both', async () => {
    const other = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => new Date() });
    const unproven = { unproven: 'the authority is away' };
    const texts = await Promise.all([
      collect({ withdrawal: { signed } }),
      collect({ withdrawal: { signed: withdrawalStatement(MOH, { ...request, digest: digestOf('another') }) } }),
      collect({ withdrawal: { signed, by: other } }),
      collect({ withdrawal: { signed, by: other, bare: true, more: unproven } }),
      collect({ withdrawal: { signed, bare: true, more: unproven } }),
      collect({ withdrawal: { signed, bare: true } }),
    ]);
    const found = verifyEvidence(texts[0] ?? '', log.verifier);
    if (!found.intact) throw new Error(found.reason);
    const { decisions } = await judgeDecisions(found, authority.trust());
    expect(decisions.at(-1)).toMatchObject({ kind: 'withdrawal', party: 'MOH', verdict: 'pass', subject: { id: ID } });
    const faults = await Promise.all(texts.map((text) => faultOf(text)));
    const foreign = expect.stringContaining('does not sign for MOH');
    const timeless = expect.stringContaining('no timestamp');
    expect(faults).toEqual([null, expect.stringContaining('it is about IC-0001'), foreign, foreign, null, timeless]);
    expect(await tellInPython(texts)).toEqual([
      expect.stringMatching(/^SOUND.*signed decisions 6$/),
      'NOT SOUND: a signed document says something else than its row',
      expect.stringContaining('does not sign for MOH'),
      expect.stringContaining('does not sign for MOH'),
      expect.stringMatching(/^SOUND.*signed decisions 5, unproven 1$/),
      expect.stringContaining('no timestamp'),
    ]);
    const forParties = await collect({ withdrawal: { signed } }, 'parties');
    expect(forParties).not.toContain('"reason":"over"');
  });
});

test('a timestamp, a certificate or a list of which a bit is another is taken by neither', async () => {
  const text = await collect({ instead: { 1: null, 3: null, 4: null } });
  const before = (await tellInPython([text]))[0];
  expect(before).toMatch(/^NOT SOUND: the policy-acceptance of MOF/);
  const bent = [0, 1, 2].flatMap((item) => [0.3, 0.6, 0.95].map((part) => flipBeside(text, item, part)));
  for (const told of await tellInPython(bent)) expect([before, '']).not.toContain(told);
});

/** Bit 2 of a byte of what stands beside the first signature: of its timestamp, its certificates or its lists. */
const flipBeside = (text: string, item: number, part: number) =>
  bend<EvidenceBundle>(text, ({ signed: [one] }) => {
    const items = one?.document.signatures[0]?.header?.etsiU ?? [];
    const json = Buffer.from(items[item] ?? '', 'base64url').toString();
    const [value = ''] = /[A-Za-z0-9+/]{40,}={0,2}/.exec(json) ?? [];
    const der = Buffer.from(value, 'base64');
    const at = Math.floor(der.length * part);
    der[at] = (der[at] ?? 0) ^ 4;
    items[item] = Buffer.from(json.replace(value, der.toString('base64'))).toString('base64url');
    Object.assign(one ?? {}, { digest: digestOf(one?.document) });
  });

describe('the window of an approval', () => {
  const later = (hours: number) => new Date(Date.now() + hours * HOUR_MS);
  const again =
    (hours: number): EvidenceWish['altered'] & {} =>
    (facts) =>
      facts.flatMap((fact): Fact[] => {
        const [actor, action, subject, body] = fact;
        const isAttempt = action === 'transaction.begun' || action === 'transaction.recorded';
        return isAttempt ? [[actor, action, subject, body, later(hours)]] : [fact];
      });

  test('had ended when it was pushed: both say so, where they are shown from when it was', async () => {
    const late = await collect({ altered: again(5) });
    const forParties = await collect({ altered: again(5) }, 'parties');
    expect(await faultOf(late)).toContain('its window ended at');
    // The plan may say that it begins on another day: parties are not shown it.
    expect(await faultOf(forParties)).toBeNull();
    const told = await tellInPython([late, forParties]);
    expect(told).toEqual([expect.stringContaining('the window of the plan-approval'), expect.stringMatching(/^SOUND/)]);
  });

  test('holds for later attempts, too, where something was sent', async () => {
    const twice = (facts: readonly Fact[]): Fact[] => {
      const attempt = facts.filter(([, action]) => action.startsWith('transaction.'));
      const second = attempt.map(([actor, action, subject, body]): Fact => [actor, action, subject, body, later(5)]);
      const end = facts.findIndex(([, action]) => action === 'change.ended');
      return [...facts.slice(0, end), ...second, ...facts.slice(end)];
    };
    // That one began, and the gate refused it: nothing is on record as sent.
    const refused = (facts: readonly Fact[]) =>
      twice(facts).filter(([, action, , , at]) => action !== 'transaction.recorded' || at === undefined);
    expect(await faultOf(await collect({ altered: twice }))).toContain('its window ended at');
    expect(await faultOf(await collect({ altered: refused }))).toBeNull();
  });
});

test('what a side has signed anew shows what was pushed before that, and counts for nothing else', async () => {
  // As of a signatory who was taken out of the trust file since.
  const issue: typeof authority.issue = (wish) => authority.issue({ ...wish, party: 'MOF' });
  const statement = acceptanceStatement('MOH' as EntityId, TERMS);
  const former = await signedText({ ...authority, issue }, 'moh-former', statement, INSTALLATION);
  const isOwn = ([, action, , { entity }]: Fact) => action === 'policy.accepted' && entity === 'MOH';
  const collectWith = async (altered: EvidenceWish['altered'] & {}) => {
    const world = await makeWorld({ authority, altered });
    await world.signCheckpoints();
    const own = world.source.listSignedDecisions;
    const listSignedDecisions: typeof own = async (id) => [...(await own(id)), { signed: former.text }];
    return collectEvidence({ ...world.source, listSignedDecisions }, CHANGE, 'whole');
  };
  const byFormer = ([, action, subject, body]: Fact): Fact => {
    return ['moh-former', action, subject, { ...body, signature: former.signature }];
  };
  const absent = (text: string) => JSON.parse(text).absent.filter(({ why }: { why: string }) => why === 'signed-anew');
  const inTime = await collectWith((facts) => facts.flatMap((fact) => (isOwn(fact) ? [byFormer(fact), fact] : [fact])));
  expect([absent(inTime).length, await faultOf(inTime)]).toEqual([1, null]);
  expect((await tellInPython([inTime]))[0]).toMatch(/^SOUND/);
  // Where it was pushed by the one before, that one is in the file, and must hold.
  const afterwards = await collectWith((facts) => [
    ...facts.map((fact) => (isOwn(fact) ? byFormer(fact) : fact)),
    ...facts.filter(isOwn),
  ]);
  expect(absent(afterwards)).toEqual([]);
  expect(await faultOf(afterwards)).toMatch(/does not sign for MOH/);
});

test('parties are told where the approval of the network side is not theirs to see', async () => {
  const plan = (body: Fact[3]) => (body.subject === 'plan' ? { ...body, accepts: ['10.0.0.0/8@moe'] } : body);
  const text = await collect({ altered: withBody('approval.recorded', plan) }, 'parties');
  const [file, trust] = [join(folder, 'parties.json'), join(folder, 'trust.json')];
  const [told] = await tellInPython([text]);
  expect(told).toMatch(/^SOUND.*, of the network side nothing is shown$/);
  await writeFile(file, text);
  const shown = await runForTest(['evidence', 'verify', file, '--log-key', log.verifier.text, '--trust', trust]);
  expect(shown).toMatchObject({ code: 0, out: expect.stringContaining('not shown to parties') });
});

test('an attempt that the gate refused is no push, unless something is on record as sent in it', async () => {
  const end: Fact = ['wasl', 'transaction.ended', CHANGE, { outcome: 'refused', attempt: 1 }];
  const refused = withRowBefore('change.ended', end);
  const nothingSent = (facts: readonly Fact[]) =>
    refused(facts).filter(([, action]) => action !== 'transaction.recorded');
  const texts = await Promise.all([nothingSent, refused].map((altered) => collect({ instead: UNSIGNED, altered })));
  expect(await faultOf(texts[0] ?? '')).toBeNull();
  expect(await faultOf(texts[1] ?? '')).toContain('is the word of a token');
  expect(await tellInPython(texts)).toEqual([
    expect.stringMatching(/^SOUND.*, nothing in it was pushed$/),
    expect.stringMatching(/^NOT SOUND/),
  ]);
});

test('what was sent otherwise than planned is told by both', async () => {
  const routers = (body: Fact[3]) => (body.routers as readonly { readonly before: unknown }[]).slice(0, 1);
  const other = withBody('transaction.recorded', (body) => ({
    ...body,
    routers: routers(body).map((router) => ({ ...router, pushed: router.before })),
  }));
  const text = await collect({ altered: other });
  const found = verifyEvidence(text, log.verifier);
  if (!found.intact) throw new Error(found.reason);
  expect(listUnplanned(found.bundle, found.entries)).toMatchObject([{ planId: PLAN, pe: 'mct-pe-01' }]);
  expect(await tellInPython([text])).toEqual([expect.stringContaining('sent otherwise than planned')]);
});
