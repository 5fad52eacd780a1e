/** Whoever owns the database can take rows out of it, or bring old ones back: what a worker has seen of the record it does not forget. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { RecordMemory } from '../../src/activities/record-memory.ts';
import { followRecord } from '../../src/activities/restore-record.ts';
import { openMemory } from '../../src/bin/open-memory.ts';
import { recordKeeper, recordMemoryPath } from '../../src/bin/record-keeper.ts';
import { GENESIS_HASH, hashLedgerEntry, type LedgerEntry, type LedgerFact } from '../../src/domain/ledger-entry.ts';
import { readSigningDocument } from '../../src/domain/signing-document.ts';
import { refuseSpentPower } from '../../src/domain/spent-power.ts';
import { createDevelopmentAuthority, writeSignedDocument } from '../../src/signatures/index.ts';
import { signAs } from '../support/signing.ts';

const ID = 'IC-0001';
const OPENING = { id: ID, changeId: `${ID}-C1`, planId: `${ID}-C1-P1` };
const fact = (action: string, body: LedgerFact['body'] = {}, subject = ID): LedgerFact => ({
  ...{ actor: 'moh-signatory', action, subject, body, at: '2026-11-28T12:00:00.000Z' },
});
const APPROVED = fact('approval.recorded', { subject: 'plan', planId: OPENING.planId, decision: 'approve' });
const OPENED = [fact('request.submitted'), fact('change.started', {}, OPENING.changeId), APPROVED];
const CLOSED = [fact('withdrawal.requested'), fact('agreement.stepped', { to: 'rejected' })];
const OTHERS = Array.from({ length: 1_200 }, (_, at) => fact('request.submitted', {}, `IC-${1_000 + at}`));

function chainOf(facts: readonly LedgerFact[]): LedgerEntry[] {
  let previousHash: LedgerEntry['hash'] = GENESIS_HASH;
  return facts.map((each, at) => {
    const hash = hashLedgerEntry(at + 1, previousHash, each);
    const entry = { ...each, sequence: at + 1, previousHash, hash };
    previousHash = hash;
    return entry;
  });
}

let rows: readonly LedgerEntry[];
const record = {
  readLedger: async ({ afterSequence, limit = 500 }: { afterSequence: number; limit?: number }) =>
    rows.filter(({ sequence }) => sequence > afterSequence).slice(0, limit),
  listLedgerOf: async (subjects: readonly string[]) => rows.filter(({ subject }) => subjects.includes(subject)),
};
const folder = mkdtempSync(join(tmpdir(), 'wasl-memory-'));
afterAll(() => rmSync(folder, { recursive: true }));

let number = 0;
let path: string;
const ofWorker = () => new RecordMemory(record, recordKeeper(path, 'backbone-1'));
beforeEach(() => {
  path = join(folder, 'new', `${++number}.json`);
});
const altered = (words: RegExp) => ({ code: 'RECORD_ALTERED', message: expect.stringMatching(words) });
const power = async (memory: RecordMemory) => refuseSpentPower(OPENING, await memory.entriesOf([ID, OPENING.changeId]));

describe('a record', () => {
  it('that goes on is followed, by the same worker and by one that starts anew', async () => {
    rows = chainOf(OPENED);
    const memory = ofWorker();
    expect(await power(memory)).toBeNull();
    rows = chainOf([...OPENED, ...OTHERS, ...CLOSED]);
    for (const each of [memory, ofWorker()]) {
      expect(await power(each)).toEqual({
        code: 'RECORD_ALTERED',
        fact: expect.stringMatching(/rejected, by entry 1205/),
      });
    }
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ size: rows.length, signaturesAfter: null });
  });

  it('from which a withdrawal was cut off opens nothing, also for a worker that starts anew', async () => {
    rows = chainOf([...OPENED, ...CLOSED]);
    const memory = ofWorker();
    await memory.follow();
    rows = chainOf(OPENED);
    await expect(memory.follow()).rejects.toMatchObject(altered(/row 5 of the ledger is not the one/));
    await expect(ofWorker().follow()).rejects.toMatchObject(altered(/has 3 rows, and this worker has seen 5/));
    // And grown again, beyond what was there.
    rows = chainOf([...OPENED, ...OTHERS]);
    await expect(memory.follow()).rejects.toMatchObject(altered(/row 5/));
    await expect(ofWorker().follow()).rejects.toMatchObject(altered(/first 5 rows/));
  });

  it('in whose midst rows are missing opens nothing', async () => {
    rows = chainOf([...OPENED, ...CLOSED, ...OTHERS]);
    const memory = ofWorker();
    await memory.follow();
    rows = rows.filter(({ subject, sequence }) => subject !== ID || sequence <= OPENED.length);
    await expect(memory.entriesOf([ID])).rejects.toMatchObject(altered(/rows about IC-0001/));
    await expect(ofWorker().follow()).rejects.toMatchObject(altered(/row 4 is missing/));
  });

  it('of which a row says something else under the hash that it had opens nothing', async () => {
    rows = chainOf([...OPENED, ...CLOSED, ...OTHERS]);
    const memory = ofWorker();
    await memory.follow();
    const said = rows;
    for (const [sequence, other] of [
      [4, { action: 'note.added' }],
      [5, { body: { to: 'active' } }],
      [5, { body: { to: Number.NaN } }],
    ] as const) {
      rows = said.map((each) => (each.sequence === sequence ? { ...each, ...other } : each));
      await expect(memory.entriesOf([ID])).rejects.toMatchObject(altered(/rows about IC-0001/));
    }
  });

  it('of which a worker is shown less than another one that has the same file opens nothing, and nothing in it goes back', async () => {
    rows = chainOf(OPENED);
    const [one, two] = [ofWorker(), ofWorker()];
    await one.follow();
    await two.follow();
    rows = chainOf([...OPENED, ...CLOSED]);
    await one.follow();
    const kept = readFileSync(path, 'utf8');
    rows = chainOf([...OPENED, fact('note.added')]);
    await expect(two.follow()).rejects.toMatchObject(altered(/has 4 rows, and this worker has seen 5/));
    expect(readFileSync(path, 'utf8')).toBe(kept);
    // What nobody can read any more is written anew by whoever still knows it.
    writeFileSync(path, '');
    rows = chainOf([...OPENED, ...CLOSED, fact('note.added')]);
    await one.follow();
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ size: 6 });
  });

  it('whose memory lies on a disk that is not there is believed no more, and no name leads out of the folder', async () => {
    rows = chainOf(OPENED);
    const [link, disk] = [join(folder, 'link.json'), join(folder, 'disk.json')];
    symlinkSync('disk.json', link);
    path = link;
    await expect(ofWorker().follow()).rejects.toMatchObject({ code: 'CONFIGURATION', path: link });
    path = disk;
    await ofWorker().follow();
    path = link;
    await ofWorker().follow();
    expect(recordMemoryPath('../../etc/x', { WASL_STATE_DIR: folder })).toBe(
      join(folder, 'record-memory', '..%2F..%2Fetc%2Fx.json'),
    );
  });

  it('whose memory is of another installation, or none, is believed no more', async () => {
    rows = chainOf(OPENED);
    await ofWorker().follow();
    const other = new RecordMemory(record, recordKeeper(path, 'backbone-2'));
    await expect(other.follow()).rejects.toMatchObject({ code: 'CONFIGURATION', path });
    writeFileSync(path, '{}');
    await expect(ofWorker().follow()).rejects.toMatchObject({ code: 'CONFIGURATION', path });
    // It stops no worker: what only takes away asks for no memory.
    vi.stubEnv('WASL_RECORD_MEMORY', path);
    const said: string[] = [];
    const memory = await openMemory(record, 'backbone-1', (line) => said.push(line)).finally(() => vi.unstubAllEnvs());
    expect(said).toEqual([expect.stringMatching(/opens nothing; .*no memory of a record\. Bring back the file/)]);
    await expect(memory.follow()).rejects.toMatchObject({ code: 'CONFIGURATION', path });
  });
});

it.each([
  ['the agreement ended', [...OPENED, fact('agreement.stepped', { to: 'withdrawn' })], /IC-0001 is withdrawn/],
  ['its change ended', [...OPENED, fact('change.ended', {}, OPENING.changeId)], /IC-0001-C1 has ended/],
  ['it is to be withdrawn', [...OPENED, fact('withdrawal.requested')], /has IC-0001 withdrawn/],
  ['it was planned anew', [...OPENED, fact('plan.requested', {}, OPENING.changeId)], /another plan of IC-0001-C1/],
])('what was signed before opens nothing where %s', (_what, facts, words) => {
  expect(refuseSpentPower(OPENING, chainOf(facts))).toEqual({
    code: 'RECORD_ALTERED',
    fact: expect.stringMatching(words),
  });
});

it('a withdrawal that the network side refused, and a plan that was approved anew, leave the way open', () => {
  const refusal = fact('approval.recorded', { subject: 'plan', planId: 'IC-0001-C0-P1', decision: 'reject' });
  const anew = fact('plan.requested', {}, OPENING.changeId);
  expect(
    refuseSpentPower(OPENING, chainOf([fact('withdrawal.requested'), refusal, ...OPENED, anew, APPROVED])),
  ).toBeNull();
});

it('a restore from a backup is signed for by an officer, for the very rows that are there', async () => {
  const authority = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => new Date() });
  const noted: unknown[] = [];
  const means = {
    ...{ ask: authority.ask, installation: 'backbone-1' },
    get trust() {
      return authority.trust();
    },
    get now() {
      return new Date();
    },
    store: { appendLedger: async (given: object) => void noted.push(given) as never },
  };
  rows = chainOf([...OPENED, ...CLOSED]);
  await ofWorker().follow();
  rows = chainOf(OPENED);
  await expect(followRecord(ofWorker(), means)).rejects.toMatchObject(altered(/3 rows/));

  const document = readSigningDocument(readFileSync(`${path}.restoration`));
  expect(document).toMatchObject({ kind: 'record-restoration', subject: { id: 'ledger:5:3' } });
  const sign = async (by: typeof authority, of = document) =>
    writeFileSync(`${path}.restoration.signed`, writeSignedDocument(await signAs(by, 'officer-1', of)));
  await sign(await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => new Date() }));
  await expect(followRecord(ofWorker(), means)).rejects.toMatchObject(altered(/3 rows/));
  await sign(authority);
  rows = chainOf([...OPENED.slice(0, 2), fact('approval.recorded')]);
  await expect(followRecord(ofWorker(), means)).rejects.toMatchObject(altered(/3 rows/));
  expect(noted).toEqual([]);

  rows = chainOf([...OPENED, ...OTHERS]);
  const memory = ofWorker();
  await followRecord(memory, means);
  expect(memory.kept).toMatchObject({ size: rows.length, signaturesAfter: document.preparedAt });
  const signaturesAfter = document.preparedAt;
  expect(noted).toMatchObject([{ action: 'record.restored', body: { from: 5, to: 3, signaturesAfter } }]);
  // It holds for the worker that starts anew, and once.
  await ofWorker().follow();
  rows = chainOf(OPENED);
  await expect(followRecord(ofWorker(), means)).rejects.toMatchObject(altered(/3 rows/));
  // And for one that is new, or was behind the backup: nothing is missing that it has seen, and the ledger tells it.
  path = join(folder, 'elsewhere.json');
  const behind = ofWorker();
  await behind.follow();
  expect(behind.signaturesAfter).toBeNull();
  rows = chainOf([...OPENED, fact('record.restored', { signaturesAfter }, 'ledger')]);
  for (const each of [behind, ofWorker()]) {
    await each.follow();
    expect(each.signaturesAfter).toBe(signaturesAfter);
  }
  rows = chainOf([...OPENED, fact('record.restored', { from: 5 }, 'ledger')]);
  path = join(folder, 'of-before.json');
  const ofBefore = ofWorker();
  await ofBefore.follow();
  expect(ofBefore.signaturesAfter).toBe(rows.at(-1)?.at);
});
