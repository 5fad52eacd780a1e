/** A witness and an auditor at a server whose owner is not to be trusted. */
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Role } from '../../../src/api/authentication.ts';
import type { ChangeId } from '../../../src/domain/names.ts';
import { originOf, withLines } from '../../../src/ledger/checkpoint.ts';
import { leafOf } from '../../../src/ledger/ledger-tree.ts';
import { verifyInclusion } from '../../../src/ledger/merkle-tree.ts';
import { signNextCheckpoint } from '../../../src/ledger/sign-next-checkpoint.ts';
import { cosign, cosignedAt, parseNote, readSigner, type Signer } from '../../../src/ledger/signed-note.ts';
import { sealPayloads } from '../../../src/plan/seal-payloads.ts';
import type { Store } from '../../../src/store/store.ts';
import { type ApiUnderTest, createApiUnderTest, NOW } from '../../support/api-under-test.ts';
import { bringIntoForce } from '../../support/bring-into-force.ts';
import { runForTest } from '../../support/cli-under-test.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { onServer } from '../../support/installation.ts';
import { sampleInventory, samplePlan, sampleSubmission } from '../../support/store-samples.ts';

const NAME = 'moh.example/witness';
const newPem = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });

let database: TestDatabase;
let store: Store;
let api: ApiUnderTest;
let server: string;
let log: Signer;
let folder: string;

beforeEach(async () => {
  database = await createTestDatabase();
  store = await database.open(() => NOW);
  api = await createApiUnderTest(store);
  server = await api.app.listen({ host: '127.0.0.1', port: 0 });
  log = readSigner(newPem(), 'log', originOf(await store.readInstallation()), 'key.pem');
  folder = await mkdtemp(join(tmpdir(), 'wasl-witness-'));
  await writeFile(join(folder, 'key.pem'), newPem(), { mode: 0o600 });
  await append(12);
});
afterEach(async () => {
  await api.app.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

async function append(rows: number): Promise<void> {
  for (let row = 0; row < rows; row++) {
    await store.appendLedger({ actor: 'wasl', action: 'test.recorded', subject: 'row', body: { row } });
  }
  await signNextCheckpoint(store, log);
}

async function wasl(role: Role, ...argv: string[]) {
  const token = await api.issuer.mintToken({ person: `${role}-1`, roles: [role] });
  return runForTest(argv, { WASL_SERVER: server, WASL_TOKEN: token });
}
const memory = () => join(folder, 'seen');
const witness = (...more: string[]) => {
  const key = ['--key', join(folder, 'key.pem'), '--name', NAME];
  return wasl('witness', 'witness', 'run', '--log-key', log.verifier.text, ...key, '--memory', memory(), ...more);
};
const verify = (...more: string[]) => wasl('auditor', 'ledger', 'verify', '--log-key', log.verifier.text, ...more);
const witnessKey = async () => {
  const { out } = await wasl('witness', 'witness', 'key', '--key', join(folder, 'key.pem'), '--name', NAME);
  return out.trim();
};
const asOwner = (...statements: string[]) =>
  onServer(
    database.databaseUrl,
    ...['ledger', 'ledger_checkpoints', 'ledger_cosignatures'].map(
      (name) => `alter table ${name} disable trigger user`,
    ),
    ...statements,
  );

describe('a witness', () => {
  test('cosigns what continues what it remembers, and the auditor sees until where', async () => {
    expect(await witness('--first')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^cosigned: 12 rows, root /),
    });
    expect((await witness()).out).toMatch(/^as before: 12 rows/);
    await append(600);
    expect((await witness()).out).toMatch(/^cosigned: 612 rows/);
    const key = await witnessKey();
    const verified = await verify('--witness', key, '--against', memory());
    expect(verified).toMatchObject({ code: 0, err: '' });
    expect(verified.out).toContain('INTACT: 612 rows, 2 checkpoints; the last that agrees covers 612 rows');
    expect(verified.out).toContain(`${NAME} vouches for 612 rows, since 20`);
    expect(verified.out).toContain('the register says the same: 0 interconnects');
  });

  test('cosigns nothing and shouts when rows are cut off, with checkpoints and all', async () => {
    await witness('--first');
    const before = await readFile(memory(), 'utf8');
    await asOwner(
      'delete from ledger where sequence > 5',
      'delete from ledger_cosignatures',
      'delete from ledger_checkpoints',
    );
    await append(1);
    const refused = await witness();
    expect(refused.code).toBe(4);
    expect(refused.err).toContain('the ledger shrank: 12 rows had been vouched for, and there are 6 now');
    // Half of what shows it: the checkpoint that was offered.
    expect(refused.out).toMatch(/^wasl\/\w+\n6\n/);
    await append(20);
    const rewritten = await witness();
    expect(rewritten.code).toBe(4);
    expect(rewritten.err).toContain('the ledger was rewritten: its first 12 rows are not those that were vouched for');
    expect((await store.readLastCheckpoint())?.size).toBe(26);
    expect((await store.readCheckpoint(26))?.cosignatures).toEqual([]);
    expect(await readFile(memory(), 'utf8')).toBe(before);
    expect((await verify()).code).toBe(0);
    const caught = await verify('--against', memory());
    expect(caught.code).toBe(2);
    expect(caught.out).toContain('checkpoint 12, kept elsewhere: it is of other rows: one of rows 7 to 12 was altered');
  });

  test('is not begun anew by mistake, and not two at once', async () => {
    expect((await witness()).err).toContain('there is no memory here');
    await witness('--first');
    expect((await witness('--first')).err).toContain('this witness remembers something');
    await writeFile(`${memory()}.lock`, '');
    expect((await witness()).err).toContain('another witness is at work on this memory');
    await rm(`${memory()}.lock`);
    const other = readSigner(newPem(), 'log', log.verifier.name, 'key.pem').verifier.text;
    const foreign = await wasl(
      ...(['witness', 'witness', 'run', '--log-key', other, '--key', join(folder, 'key.pem')] as const),
      ...['--name', NAME, '--memory', memory()],
    );
    expect(foreign.code).toBe(4);
    expect(foreign.err).toContain('the checkpoint is not one that');
  });

  test('has its own line kept, and nobody else keeps one for it', async () => {
    const own = readSigner(await readFile(join(folder, 'key.pem')), 'witness', NAME, 'key.pem');
    const note = (await store.readLastCheckpoint())?.note ?? '';
    const headers = await api.as('witness-1', ['witness']);
    const post = async (payload: object) =>
      (await api.app.inject({ method: 'POST', url: '/v1/ledger/cosignatures', headers, payload })).json();
    const body = parseNote(note)?.body ?? '';
    const good = { size: 12, witness: own.verifier.text, line: cosign(body, own, NOW) };
    for (const [bad, fact] of [
      [{ size: 11 }, 'there is no checkpoint of 11 rows'],
      [{ witness: log.verifier.text }, 'it is no verifier key of a witness'],
      [{ line: 'nonsense' }, 'it is no signature line'],
      [{ line: cosign(`${body}x\n`, own, NOW) }, `it is no cosignature of checkpoint 12 by ${NAME}`],
      [{ witness: readSigner(newPem(), 'witness', NAME, 'key.pem').verifier.text }, 'it is no cosignature of'],
    ] as const) {
      const answer = await post({ ...good, ...bad });
      expect([answer.code, answer.detail]).toEqual(['COSIGNATURE_INVALID', expect.stringContaining(fact)]);
    }
    const kept = await post(good);
    expect(kept.cosignatures).toEqual([
      { witness: own.verifier.text, line: good.line, receivedFrom: 'witness-1', receivedAt: NOW.toISOString() },
    ]);
    const both = parseNote(withLines(kept.note, [kept.cosignatures[0].line]));
    expect(both && cosignedAt(both, own.verifier)).toEqual(NOW);
    const another = () => {
      const signer = readSigner(newPem(), 'witness', NAME, 'key.pem');
      return post({ size: 12, witness: signer.verifier.text, line: cosign(body, signer, NOW) });
    };
    expect((await another()).cosignatures).toHaveLength(2);
    expect((await another()).detail).toContain('checkpoint 12 has enough cosignatures: 2 of witness-1');
    expect((await post(good)).cosignatures).toHaveLength(2);
  });
});

describe('an auditor', () => {
  test('verifies a copy without a server, and every altered one is refused', async () => {
    await append(20);
    const file = join(folder, 'ledger.json');
    expect((await wasl('auditor', 'ledger', 'export', file)).code).toBe(0);
    const offline = await runForTest(['ledger', 'verify', '--file', file, '--log-key', log.verifier.text]);
    expect(offline).toMatchObject({ code: 0, out: expect.stringMatching(/^INTACT: 32 rows, 2 checkpoints/) });
    const text = await readFile(file, 'utf8');
    for (const [from, to, fact] of [
      ['"actor":"wasl"', '"actor":"lasw"', 'row 1: row 1 was altered'],
      ['"nonce":"', '"nonce":"A', 'row 1: row 1 was altered'],
      ['\\n12\\n', '\\n11\\n', 'checkpoint 12: it is not signed with the key'],
      ['wasl-ledger/1', 'wasl-ledger/2', ''],
    ] as const) {
      const copy = join(folder, 'copy.json');
      await copyFile(file, copy);
      await writeFile(copy, text.replace(from, to));
      const refused = await runForTest(['ledger', 'verify', '--file', copy, '--log-key', log.verifier.text]);
      expect([refused.code, refused.out]).toEqual([2, expect.stringContaining(fact)]);
    }
  });

  test('has one entry proved by the checkpoint', async () => {
    const headers = await api.as('auditor-1', ['auditor']);
    const ask = async (url: string) => (await api.app.inject({ url, headers })).json();
    const { leaf, hashes } = await ask('/v1/ledger/proofs/inclusion?entry=5&size=12');
    const [entry] = await store.readLedger({ afterSequence: 4, limit: 1 });
    expect(entry && leafOf(entry).toString('base64')).toBe(leaf);
    const root = Buffer.from(parseNote((await ask('/v1/ledger/checkpoint')).note)?.body.split('\n')[2] ?? '', 'base64');
    const proof = hashes.map((hash: string) => Buffer.from(hash, 'base64'));
    expect(verifyInclusion(Buffer.from(leaf, 'base64'), { index: 4, size: 12, root }, proof)).toBe(true);
    expect((await ask('/v1/ledger/proofs/inclusion?entry=5&size=11')).code).toBe('LEDGER_UNSIGNED');
    expect((await ask('/v1/ledger/proofs/inclusion?entry=13&size=12')).code).toBe('LEDGER_UNSIGNED');
    expect((await ask('/v1/ledger/proofs/consistency?from=13&to=12')).code).toBe('INPUT_INVALID');
  });

  test('takes the evidence of a change away, and verifies it with wasl and without', async () => {
    await bringIntoForce(store, sampleInventory());
    const { id } = (await store.createInterconnect(sampleSubmission('of evidence'))).interconnect;
    await store.openChange(id, 'provision', 'engineer-1');
    const changeId = (await store.listChanges(id)).at(-1)?.id as ChangeId;
    const planId = await store.nextPlanId(changeId);
    const payloads = samplePlan(planId, '').routers.map(({ pe }) => ({ pe, xml: `<config>${pe} وصل</config>` }));
    await store.savePlan(sealPayloads(samplePlan(planId, ''), payloads), payloads);
    const file = join(folder, 'change.json');
    const early = await wasl('auditor', 'evidence', 'export', changeId, file);
    expect([early.code, early.err]).toEqual([2, expect.stringContaining('is younger than the last checkpoint')]);
    await append(300);
    await witness('--first');
    expect(await wasl('auditor', 'evidence', 'export', changeId, file)).toMatchObject({ code: 0 });
    const keys = ['--log-key', log.verifier.text, '--witness', await witnessKey()];
    const verified = await runForTest(['evidence', 'verify', file, ...keys]);
    expect(verified).toMatchObject({ code: 0, err: '' });
    expect(verified.out).toMatch(
      /^SOUND: IC-0001-C1, \d+ of \d+ rows, 1 plan with its XML, 2 documents\n {2}cosigned by moh/,
    );
    expect(verified.out).toContain('plan.saved');
    const script = new URL('../../../docs/verify-evidence.py', import.meta.url).pathname;
    const again = await promisify(execFile)('python3', [script, file, log.verifier.text, await witnessKey()]);
    expect(again.stdout).toMatch(/^SOUND: IC-0001-C1, rows \d+ of \d+, plans 1, signatures not verified\n$/);
    const theirs = join(folder, 'parties.json');
    await wasl('auditor', 'evidence', 'export', changeId, theirs, '--for-parties');
    expect((await runForTest(['evidence', 'verify', theirs, ...keys])).out).toMatch(
      /^SOUND: IC-0001-C1, 6 of \d+ rows, 2 /,
    );
    expect(await readFile(theirs, 'utf8')).not.toContain('وصل');
    await writeFile(file, (await readFile(file, 'utf8')).replace('وصل', 'فصل'));
    const altered = await runForTest(['evidence', 'verify', file, ...keys]);
    expect(altered.code).toBe(2);
    expect(altered.out).toMatch(/^NOT SOUND: the XML of IC-0001-C1-P1 for \S+ is not the one that was planned\n$/);
    const stranger = readSigner(newPem(), 'witness', 'mof.example/witness', 'key.pem').verifier.text;
    await wasl('auditor', 'evidence', 'export', changeId, file);
    const alone = await runForTest(['evidence', 'verify', file, '--log-key', log.verifier.text, '--witness', stranger]);
    expect([alone.code, alone.out]).toEqual([2, `NOT SOUND: ${stranger} did not cosign its checkpoint\n`]);
  });

  test('is told by probes and metrics that the last review failed', async () => {
    await asOwner(`update ledger set actor = 'ghost' where sequence = 7`);
    const failed = await verify();
    expect(failed.code).toBe(2);
    expect(failed.out).toContain('NOT AS RECORDED: 12 rows, 1 checkpoint;');
    expect(failed.out).toContain('row 7: row 7 was altered: its content does not have its hash');
    const ready = (await api.app.inject('/ready')).json();
    expect(ready.ledger).toEqual({ verdict: 'fail', at: NOW.toISOString() });
    expect(ready.says).toContain(
      `by the review of ${NOW.toISOString()} the record is not what was recorded, in 1 place (wasl ledger verify)`,
    );
    const metrics = (await api.app.inject('/metrics')).body;
    expect(metrics).toContain('wasl_ledger_verdict{verdict="fail"} 1');
    expect(metrics).toContain('wasl_ledger_unsigned_rows 0');
  });
});
