import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Role } from '../../../src/api/authentication.ts';
import { createApiClient } from '../../../src/api/client.ts';
import type { RouterCheck } from '../../../src/api/network-wire.ts';
import type { Progress } from '../../../src/api/wire.ts';
import type { ProgressEvent } from '../../../src/domain/change.ts';
import type { InterconnectId, PeName } from '../../../src/domain/names.ts';
import { partyMarks } from '../../../src/domain/party-marks.ts';
import type { Store } from '../../../src/store/store.ts';
import {
  type ApiUnderTest,
  CANNED_READS,
  checkOf,
  createApiUnderTest,
  DEMO_INVENTORY,
  NOW,
  SILENT_MATRIX,
} from '../../support/api-under-test.ts';
import { runForTest } from '../../support/cli-under-test.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { signingSettings } from '../../support/signing.ts';
import { samplePlan } from '../../support/store-samples.ts';

const SAMPLES = new URL('../../../docs/samples/', import.meta.url).pathname;

let database: TestDatabase;
let store: Store;
let api: ApiUnderTest;
let server: string;
const folder = mkdtempSync(join(tmpdir(), 'wasl-keys-'));

const SILENT: RouterCheck['findings'][number] = {
  ...{ severity: 'fault', code: 'ROUTER_TIMEOUT', place: 'sll-pe-01' },
  ...{ fact: 'sll-pe-01: get-config: no answer in 10000 ms', remedy: 'Check its load.' },
};

beforeAll(async () => {
  database = await createTestDatabase();
  store = await database.open(() => NOW);
  api = await createApiUnderTest(store, {
    check: async (pe) => ({
      ...checkOf(pe),
      ...{ capabilities: ['urn:ietf:params:netconf:base:1.1'], notes: ['needs nothing'] },
      ...(pe === 'sll-pe-01' ? { answers: false, verdict: 'unknown', findings: [SILENT] } : {}),
    }),
    read: async (pe) => ({ pe, readAt: NOW.toISOString(), digest: 'sha256:0', text: `vrf MOH on ${pe}\n` }),
    audit: CANNED_READS.audit,
    explain: CANNED_READS.explain,
    matrix: async () => ({
      ...SILENT_MATRIX,
      vpns: DEMO_INVENTORY.vpns.map(({ id, entity, canary }) => ({ id, entity, canary })),
      unread: [{ pe: 'sll-pe-01', code: 'ROUTER_UNREACHABLE', reason: 'it does not answer' }],
      unreadVpns: ['MOH'],
    }),
  });
  server = await api.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await api.app.close();
  await database.drop();
  rmSync(folder, { recursive: true });
});

async function wasl(person: string, roles: readonly Role[], line: string, entity?: string) {
  const token = await api.issuer.mintToken({ person, roles, ...(entity === undefined ? {} : { entity }) });
  const settings = await signingSettings(api.authority, folder, person, entity);
  return runForTest(line.split(' '), { WASL_SERVER: server, WASL_TOKEN: token, ...settings });
}

async function publishAndAccept() {
  const texts = `--arabic ${SAMPLES}policy-2026-1.ar.md --english ${SAMPLES}policy-2026-1.en.md`;
  const proposal = `policy propose 2026-1 ${texts} --from 2026-01-01T00:00:00+04:00`;
  const proposed = await wasl('admin-1', ['admin'], proposal);
  expect(proposed.err).toBe('');
  expect(proposed.out).toMatch(
    /^Communication policy 2026-1: proposed, in force from 2025-12-31T20:00:00\.000Z, grace until 2026-01-30T/,
  );
  expect(proposed.out).toContain('wasl policy publish 2026-1');
  expect((await wasl('moh-clerk-1', ['portal'], 'policy show 2026-1', 'MOH')).err).toContain('POLICY_UNKNOWN');
  expect((await wasl('admin-1', ['admin'], 'policy publish 2026-1')).err).toContain('APPROVAL_SELF');
  const published = await wasl('officer-1', ['security'], 'policy publish 2026-1');
  expect(published.out).toMatch(/^policy 2026-1 \(sha256:[0-9a-f]{12}\) is published: in force from /);

  const arabic = await wasl('mof-signatory-1', ['party-approver'], 'policy text 2026-1 --language ar', 'MOF');
  expect(`${arabic.out.trimEnd()}\n`).toBe(readFileSync(`${SAMPLES}policy-2026-1.ar.md`, 'utf8'));
  for (const entity of ['MOH', 'MOF']) {
    const who = `${entity.toLowerCase()}-signatory-1`;
    const accepted = await wasl(who, ['party-approver'], 'policy accept 2026-1', entity);
    expect([accepted.err, accepted.out]).toEqual([
      '',
      expect.stringMatching(`\n${entity} has accepted the policy 2026-1 \\(sha256:`),
    ]);
  }
  const standing = await wasl('engineer-1', ['engineer'], 'policy standing');
  expect(standing.out).toMatch(/^MOH {2,}2026-1 {2,}accepted$/m);
  expect(standing.out).toMatch(/^MOE {2,}- {2,}has to accept 2026-1: nothing opens$/m);
  const own = await wasl('moe-signatory-1', ['party-approver'], 'policy standing', 'MOE');
  expect(own.out).not.toContain('MOH');
}

test('a person imports the inventory, asks, signs and looks', async () => {
  const imported = await wasl('admin-1', ['admin'], `inventory import ${SAMPLES}demo-backbone.yaml`);
  expect(imported).toMatchObject({
    code: 0,
    out: 'No inventory is in force: this is the first one.\ninventory version 1 is in force: 4 entities, 4 VPNs, 4 routers\nnote: routers of platform junos-yang keep a confirm timer of 60 s where 30 s are asked for\n',
  });
  const shown = await wasl('admin-1', ['admin'], 'inventory show');
  expect(shown.out).toContain('MOH              MOH     10.100.0.0/16, 2001:db8:100::/48  mct-pe-01, sll-pe-01');

  await publishAndAccept();

  const line = `request submit ${SAMPLES}moh-mof.yaml`;
  const submitted = await wasl('moh-clerk-1', ['portal'], line, 'MOH');
  expect([submitted.code, submitted.err]).toEqual([0, '']);
  expect(submitted.out).toContain('flow     10.100.10.0/24, 10.100.20.0/24 of MOH can be reached from MOF');
  const again = await wasl('moh-clerk-1', ['portal'], line, 'MOH');
  expect(again.err).toBe('This request is there already as IC-0001; --key makes another one of it.\n');

  const approved = await wasl('mof-signatory-1', ['party-approver'], 'approve IC-0001', 'MOF');
  expect(approved).toMatchObject({ code: 0, err: '' });
  expect(approved.out).toMatch(
    /\nrequest IC-0001 \(sha256:[0-9a-f]{12}\) is approved\n {2}signed by O=MOF, CN=mof-signatory-1 \([^)]+\), sealed by O=MOF, CN=[^\n]+\n/,
  );
  const self = await wasl('moh-clerk-1', ['party-approver'], 'approve IC-0001', 'MOH');
  expect(self).toMatchObject({
    code: 2,
    out: '',
    err: 'error APPROVAL_SELF: moh-clerk-1 made the request of IC-0001\nAnother person of the party must sign.\n',
  });
  const listed = await wasl('engineer-1', ['engineer'], 'interconnect list --state requested');
  expect(listed.out).toMatch(/^ID {7}PARTIES {2}STATE .*\nIC-0001 {2}MOF–MOH {2}requested .*\n$/);
  const json = await wasl('engineer-1', ['engineer'], 'interconnect show IC-0001 --json');
  expect(JSON.parse(json.out)).toMatchObject({ id: 'IC-0001', approvals: [{ party: 'MOF' }] });
  const none = await wasl('engineer-1', ['engineer'], 'plan show IC-0001');
  expect(none).toMatchObject({ code: 2 });
  expect(none.err).toContain('error PLAN_UNKNOWN: IC-0001 has no plan yet');
  const ledger = await wasl('auditor-1', ['auditor'], 'ledger list');
  expect(ledger.out).toMatch(/1 {2}\S+ {2}admin-1 /);
});

test('routers and matrix', async () => {
  const list = await wasl('engineer-1', ['engineer'], 'router list');
  expect(list.out).toContain('nzw-pe-01  iosxr-um2   127.0.0.1:8303  in service  MOF, CANARY');
  const check = await wasl('engineer-1', ['engineer'], 'router check mct-pe-01');
  expect([check.code, check.out]).toEqual([
    0,
    expect.stringMatching(
      /^✓ mct-pe-01 answers in 12 ms and is as the inventory says\n {2}procedure {2}confirmed commit, survives its session\n/,
    ),
  ]);
  const silent = await wasl('engineer-1', ['engineer'], 'router check sll-pe-01');
  expect(silent.out).toContain('✗ sll-pe-01 does not answer\n  ✗ sll-pe-01: get-config: no answer in 10000 ms\n');
  expect(silent.code).toBe(3);
  const all = await wasl('engineer-1', ['engineer'], 'router check --all');
  expect(all.out.split('\n').filter((line) => !line.startsWith(' '))).toEqual([
    '✓ mct-pe-01 answers in 12 ms and is as the inventory says',
    '✗ sll-pe-01 does not answer',
    '✓ nzw-pe-01 answers in 12 ms and is as the inventory says',
    '✓ soh-pe-01 answers in 12 ms and is as the inventory says',
    '3 of 4 routers in order, 1 not learnt',
    '',
  ]);
  expect(all.code).toBe(3);
  const json = JSON.parse((await wasl('engineer-1', ['engineer'], 'router check --all --json')).out);
  expect(json.map(({ verdict }: { verdict: string }) => verdict)).toEqual(['pass', 'unknown', 'pass', 'pass']);
  const neither = await wasl('engineer-1', ['engineer'], 'router check');
  expect([neither.code, neither.err]).toEqual([2, expect.stringContaining('name one router, or say --all')]);
  const read = await wasl('engineer-1', ['engineer'], 'router read mct-pe-01');
  expect(read.out).toBe('vrf MOH on mct-pe-01\n');
  const absent = await wasl('engineer-1', ['engineer'], 'router check nowhere');
  expect(absent).toMatchObject({ code: 2 });
  const matrix = await wasl('engineer-1', ['engineer'], 'matrix');
  expect(matrix.out).toContain('NOT READ: sll-pe-01: it does not answer; what it carries is unknown');
  expect(matrix.out).toMatch(/^MOF +\? {4}= /m);
  expect(matrix.code).toBe(3);
  expect((await wasl('engineer-1', ['engineer'], 'matrix --json')).code).toBe(3);
});

test('exit codes: 2 for a refusal, 3 for what is away', async () => {
  expect((await wasl('portal-1', ['portal'], 'matrix', 'MOH')).code).toBe(2);
  const early = await wasl('engineer-1', ['engineer'], 'interconnect replan IC-0001');
  expect([early.code, early.err.split('\n')[0]]).toEqual([
    2,
    'error LIFECYCLE_STEP: IC-0001: there is nothing to plan',
  ]);
  const nobody = await runForTest(['matrix'], { WASL_SERVER: server });
  expect(nobody).toMatchObject({ code: 2 });
  const nowhere = await runForTest(['matrix', '--json'], { WASL_SERVER: 'http://127.0.0.1:1' });
  expect([nowhere.code, JSON.parse(nowhere.err).error.code]).toEqual([3, 'API_UNREACHABLE']);
});

async function clientAs(person: string, roles: readonly Role[], entity?: string) {
  const token = await api.issuer.mintToken({ person, roles, ...(entity === undefined ? {} : { entity }) });
  return createApiClient({ server, token: () => token });
}
const event = (
  message: string,
  pe: string | null = null,
  stage: ProgressEvent['stage'] = 'prepare',
): Omit<ProgressEvent, 'sequence' | 'at'> => ({
  interconnectId: 'IC-0001' as InterconnectId,
  changeId: null,
  pe: pe as PeName | null,
  stage,
  status: 'done',
  message,
  elapsedMs: 5,
});

async function collect(events: AsyncGenerator<Progress>, until: string): Promise<Progress[]> {
  const seen: Progress[] = [];
  for await (const progress of events) {
    seen.push(progress);
    if (progress.message === until) break;
  }
  return seen;
}

test('events arrive as they are written, resume after the last one, and tell parties no routers', async () => {
  const network = await clientAs('engineer-1', ['engineer']);
  const party = await clientAs('moh-clerk-1', ['portal'], 'MOH');
  const stranger = await clientAs('moe-clerk-1', ['portal'], 'MOE');
  const stop = new AbortController();
  const { signal } = stop;
  const after = (await store.readProgress({ afterSequence: 0 })).at(-1)?.sequence ?? 0;
  const live = collect(network.readEvents({ after, signal }), 'second');
  await store.appendProgress([event('first', 'mct-pe-01')]);
  await store.appendProgress([event('signed', null, 'lifecycle'), event('second', 'sll-pe-01')]);
  const seen = await live;
  expect(seen.map(({ message }) => message)).toEqual(['first', 'signed', 'second']);

  const first = seen[0]?.sequence ?? 0;
  const resumed = await collect(network.readEvents({ after: first, interconnect: 'IC-0001', signal }), 'second');
  expect(resumed.map(({ message }) => message)).toEqual(['signed', 'second']);
  const token = await api.issuer.mintToken({ person: 'engineer-1', roles: ['engineer'] });
  const raw = await fetch(`${server}/v1/events`, {
    headers: { authorization: `Bearer ${token}`, 'last-event-id': String(first) },
  });
  const reader = raw.body?.getReader();
  let text = '';
  while (!text.includes('"second"')) text += new TextDecoder().decode((await reader?.read())?.value);
  await reader?.cancel();
  expect(text).not.toContain('"first"');
  expect(text).toContain(`id: ${first + 1}\nevent: progress\ndata: {`);

  // A party resumes with its own mark of the same event.
  const mark = partyMarks(await store.readMarkSecret(), 'MOH').markOf(after);
  const toParty = await collect(party.readEvents({ after: mark, signal }), 'signed');
  expect(toParty.map(({ message }) => message)).toEqual(['signed']);
  expect(toParty[0]?.sequence).not.toBe(seen[1]?.sequence);
  const toStranger: string[] = [];
  const watching = (async () => {
    for await (const { message } of stranger.readEvents({ after: 0, signal })) toStranger.push(message);
  })().catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 500));
  stop.abort();
  await watching;
  expect(toStranger).toEqual([]);
});

test('status --watch shows every router and ends when the change does', async () => {
  const id = 'IC-0001' as InterconnectId;
  await wasl('moh-signatory-1', ['party-approver'], `approve ${id}`, 'MOH');
  await store.openChange(id, 'provision', 'wasl');
  const [change] = await store.listChanges(id);
  if (change === undefined) throw new Error('a change was opened');
  const plan = samplePlan(await store.nextPlanId(change.id));
  await store.savePlan(plan, []);
  await wasl('engineer-3', ['engineer'], `approve ${plan.id}`);
  await store.beginApplying(change.id, 1, plan.id);
  const watch = wasl('engineer-1', ['engineer'], `status ${id} --watch --timeout 30`);
  await store.appendProgress([{ ...event('locked', 'mct-pe-01'), changeId: change.id }]);
  const result = { outcome: 'applied', reason: 'every router holds it', code: null, left: [] } as const;
  await store.settleTransaction(change.id, 1, result);
  const { code, out } = await watch;
  expect(out).toMatch(/mct-pe-01 {2}prepare: locked \(5 ms\)\n/);
  expect(out).toContain('IC-0001 is active: every router holds it\n  next: in force until');
  expect(code).toBe(0);
});

test('status --watch gives up when it was told to', async () => {
  await wasl('moh-clerk-1', ['portal'], `request submit ${SAMPLES}moe-moh.yaml`, 'MOH');
  const { code, err } = await wasl('engineer-1', ['engineer'], 'status IC-0002 --watch --follow --timeout 1');
  expect([code, ...err.split('\n').slice(0, 2)]).toEqual([
    3,
    'no worker lives: nothing is planned, pushed or read from routers',
    'error WATCH_TIMEOUT: IC-0002 was still requested after 1 s',
  ]);
});
