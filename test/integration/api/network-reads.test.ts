/** What is read for people is true: the matrix held against the register, the check of a router, and silence told at once. */
import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ChangeId, PeName, VrfName } from '../../../src/domain/names.ts';
import { parseRouteDistinguisher } from '../../../src/domain/route-target.ts';
import { auditScheduleId, ensureAuditSchedule } from '../../../src/driver/audit-schedule.ts';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { bringIntoForce } from '../../support/bring-into-force.ts';
import { importOnIosxr } from '../../support/hand-edits.ts';
import { Installation } from '../../support/installation.ts';
import { MOE_MOH } from '../../support/requests.ts';

/** Readings of a moment ago are shared; a test that looks again wants a new one. */
const untilNotShared = () => sleep(1_100);

describe('the network as people see it', () => {
  let wasl: Installation;
  let id: string;
  beforeAll(async () => {
    wasl = await Installation.open();
    id = await wasl.provision(MOH_MOF);
    await wasl.untilLifecycle(id, 'active');
  });
  afterAll(() => wasl[Symbol.asyncDispose]());
  const engineer = () => wasl.engineer(1);
  const router = (pe: string) => wasl.backbone.router(pe);
  async function withFault<T>(
    pe: string,
    fault: Parameters<ReturnType<typeof router>['faults']['set']>[0],
    look: () => Promise<T>,
  ): Promise<T> {
    const fault_ = router(pe).faults.set(fault);
    try {
      await untilNotShared();
      return await look();
    } finally {
      router(pe).faults.clear(fault_);
    }
  }

  it('each route has its agreement; one that somebody configured has none', async () => {
    const confirmed = await engineer().readInterconnect(id);
    const endedAt = confirmed.changes[0]?.endedAt ?? '';
    expect(confirmed.lastRead).toEqual({ at: expect.any(String), alignment: 'in-sync', says: null });
    // When the first router was read back under its confirmation, which the end of the change follows.
    expect(Date.parse(confirmed.lastRead?.at ?? '')).toBeLessThanOrEqual(Date.parse(endedAt));
    const before = await engineer().readMatrix();
    expect(before.reachabilities.length).toBeGreaterThan(0);
    expect(before.reachabilities.every(({ covered, interconnects }) => covered && interconnects.includes(id))).toBe(
      true,
    );
    expect([before.missing, before.strangers, before.unread]).toEqual([[], [], []]);
    const target = before.reachabilities.find(({ from }) => from === 'MOH')?.via.replace(/^0:/, '') ?? '';
    const by = router('mct-pe-01').runningText();
    router('mct-pe-01').editRunning(importOnIosxr('MOE', target));
    await untilNotShared();
    const after = await engineer().readMatrix();
    const cell = after.cells.find(({ from, to }) => from === 'MOH' && to === 'MOE');
    expect(cell).toMatchObject({ covered: false, interconnects: [], uncovered: ['10.100.10.0/24', '10.100.20.0/24'] });
    expect(after.cells.find(({ from, to }) => from === 'MOH' && to === 'MOF')?.covered).toBe(true);
    const check = await engineer().checkRouter('mct-pe-01');
    expect(check.verdict).toBe('fail');
    expect(check.findings.map(({ fact }) => fact)).toEqual([
      `VRF MOE at mct-pe-01 imports ${target}, a number of wasl's pool which ${id} has from MOH to MOF only`,
    ]);
    router('mct-pe-01').editRunning(removeImport('MOE', target));
    expect(router('mct-pe-01').runningText()).toBe(by);
  });

  it('says why one reaches another and a third does not, there and back, and why a network is reached', async () => {
    const both = await engineer().explainReach('MOH', 'MOF');
    expect(both.answers.map(({ from, to }) => [from, to])).toEqual([
      ['MOH', 'MOF'],
      ['MOF', 'MOH'],
    ]);
    const reached = both.answers.flatMap(({ places }) => places.filter(({ verdict }) => verdict === 'reached'));
    expect(reached.length).toBeGreaterThan(0);
    for (const { because, interconnects } of reached) {
      expect(interconnects).toEqual([id]);
      expect(because.at(-1)).toMatch(new RegExp(`^${id} \\(active\\) lets MO[HF] reach it$`));
    }
    const third = await engineer().explainReach('MOE', 'MOF');
    expect(third.answers[0]?.places.map(({ verdict }) => verdict)).not.toContain('reached');
    const one = await engineer().explainReach('MOH', '10.200.10.7/32');
    expect(one.answers[0]?.places[0]).toMatchObject({
      verdict: 'reached',
      by: { prefix: '10.200.10.0/24', of: 'MOF' },
    });
    await expect(engineer().explainReach('MOH', 'NOBODY')).rejects.toMatchObject({ code: 'VPN_UNKNOWN' });
  });

  it('what is agreed and was removed by hand is missing; what is only asked for is shown as such', async () => {
    const asked = await wasl.portal('MOE').submitRequest(MOE_MOH, `key-${randomUUID()}`);
    const target =
      (await engineer().readMatrix()).reachabilities.find(({ from }) => from === 'MOH')?.via.replace(/^0:/, '') ?? '';
    router('nzw-pe-01').editRunning(removeImport('MOF', target));
    await untilNotShared();
    const [matrix, check] = await Promise.all([engineer().readMatrix(), engineer().checkRouter('nzw-pe-01')]);
    router('nzw-pe-01').editRunning(importOnIosxr('MOF', target));
    expect(check.findings.map(({ fact }) => fact)).toContain(
      `VRF MOF at nzw-pe-01 does not import ${target} of ${id} (MOH to MOF) in ipv4`,
    );
    expect(new Set(matrix.missing.map(({ interconnect, toPe }) => `${interconnect} ${toPe}`))).toEqual(
      new Set([`${id} nzw-pe-01`]),
    );
    const drifted = await engineer().readInterconnect(id);
    expect(drifted.lastRead).toEqual({
      at: matrix.readAt,
      alignment: 'drifted',
      says: expect.stringMatching(/^MOF at nzw-pe-01 does not reach 10\.100\.\d+\.0\/24 of MOH/),
    });
    expect((await wasl.portal('MOH').readInterconnect(id)).lastRead).toEqual({ ...drifted.lastRead, says: null });
    expect(await wasl.store.countTroubled(new Date(0))).toMatchObject({ drifted: 1 });
    await untilNotShared();
    await engineer().readMatrix();
    expect((await engineer().readInterconnect(id)).lastRead).toMatchObject({ alignment: 'in-sync', says: null });
    expect(await wasl.store.countTroubled(new Date(0))).toMatchObject({ drifted: 0 });
    expect(matrix.interconnects).toContainEqual({ id: asked.interconnect.id, state: 'requested', standing: 'planned' });
  });

  it('a PE that was not read leaves its pairs unknown', async () => {
    const matrix = await withFault('sll-pe-01', { kind: 'refuse-connections' }, () => engineer().readMatrix());
    expect(matrix.unread).toEqual([
      { pe: 'sll-pe-01', code: 'ROUTER_UNREACHABLE', reason: expect.stringContaining('sll-pe-01') },
    ]);
    expect(matrix.unreadVpns).toContain('MOH');
    expect(matrix.cells.find(({ from, to }) => from === 'MOH' && to === 'MOF')?.unread).toBe(true);
    expect(matrix.missing).toEqual([]);
  });

  it('thirty who ask at once get one reading of each PE', async () => {
    await untilNotShared();
    const seen = async (kind: 'matrix' | 'running', pe: string | null) =>
      (await wasl.store.listReadings({ kind, pe: pe as PeName | null })).map(({ id: number }) => number)[0] ?? 0;
    const before = [await seen('matrix', null), await seen('running', 'mct-pe-01')];
    const answers = await Promise.all(Array.from({ length: 30 }, () => engineer().readMatrix()));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const newer = await wasl.store.listReadings({ kind: 'matrix', pe: null });
    expect(newer.filter(({ id: number }) => number > (before[0] ?? 0))).toHaveLength(1);
    const ofPe = await wasl.store.listReadings({ kind: 'running', pe: 'mct-pe-01' as PeName });
    expect(ofPe.filter(({ id: number }) => number > (before[1] ?? 0))).toHaveLength(1);
  });

  it('what a plan stood on, and what its routers said and ran, is kept with its change', async () => {
    const [change] = (await engineer().readInterconnect(id)).changes;
    const kept = await wasl.store.listReadings({ changeId: change?.id as ChangeId });
    expect(kept.map(({ pe, reader }) => `${pe ?? 'all'} ${reader}`).sort()).toEqual([
      `all ${change?.planId}`,
      // Running before and after, and the transcript.
      ...['mct-pe-01', 'nzw-pe-01', 'sll-pe-01', 'soh-pe-01'].flatMap((pe) => [
        `${pe} planning`,
        ...Array.from({ length: 3 }, () => `${pe} transaction`),
      ]),
    ]);
  });

  it('a plan keeps what it stood on, and whoever doubts it makes it again without a server', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wasl-plan-'));
    const file = join(folder, 'plan.json');
    try {
      const written = await wasl.cli('nora', ['auditor'], `wasl plan show ${id} --record ${file}`);
      expect(written.code).toBe(0);
      const ledger = await wasl.store.readLedger({ afterSequence: 0, limit: 5_000 });
      const saved = ledger.findLast(({ action, subject }) => action === 'plan.saved' && subject.startsWith(`${id}-`));
      const checked = await wasl.cli('nobody', [], `wasl proof check ${file} --digest ${saved?.body.record}`);
      expect([checked.out, checked.code]).toEqual([expect.stringContaining(`digest ${saved?.body.digest}`), 0]);
      expect(checked.out).toContain('Made again from its record');
      await appendFile(file, ' ');
      const altered = await wasl.cli('nobody', [], `wasl proof check ${file} --digest ${saved?.body.record}`);
      expect([altered.out, altered.code]).toEqual([expect.stringContaining('NOT SOUND'), 2]);
      const refused = await wasl.cli('moh-signatory-1', ['party-approver'], `wasl plan show ${id} --record ${file}`);
      expect(refused.code).not.toBe(0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('an audit says so, keeps what it stood on, and can be made again without a server', async () => {
    const target = (await engineer().readMatrix()).reachabilities.find(({ from }) => from === 'MOH')?.via ?? '';
    const folder = await mkdtemp(join(tmpdir(), 'wasl-audit-'));
    const file = join(folder, 'audit.json');
    try {
      const passed = await wasl.cli('nora', ['auditor'], `wasl audit --out ${file}`);
      expect([passed.out, passed.code]).toEqual([expect.stringContaining('\npass: every route between VPNs'), 0]);
      const [entry] = await wasl.store.listAudits(1);
      const checked = await wasl.cli('nobody', [], `wasl proof check ${file} --digest ${entry?.digest}`);
      expect([checked.out, checked.code]).toEqual([expect.stringContaining('made again'), 0]);
      await appendFile(file, ' ');
      expect((await wasl.cli('nobody', [], `wasl proof check ${file}`)).out).toContain('NOT SOUND');
      const ledger = await wasl.store.readLedger({ afterSequence: 0, limit: 5_000 });
      const fact = ledger.findLast(({ action }) => action === 'network.audited');
      expect(fact).toMatchObject({ actor: 'wasl', body: { verdict: 'pass', proof: entry?.digest } });
      const readings = fact?.body.readings as Record<string, string>;
      expect(Object.keys(readings).sort()).toEqual(['mct-pe-01', 'nzw-pe-01', 'sll-pe-01', 'soh-pe-01']);
      const [ofPe] = await wasl.store.listReadings({ kind: 'running', pe: 'mct-pe-01' as PeName });
      expect(readings['mct-pe-01']).toBe(ofPe?.digest);
    } finally {
      await rm(folder, { recursive: true });
    }
    const by = router('mct-pe-01').runningText();
    router('mct-pe-01').editRunning(importOnIosxr('MOE', target.replace(/^0:/, '')));
    await untilNotShared();
    const failed = await wasl.cli('nora', ['auditor'], 'wasl audit');
    expect([failed.code, failed.out]).toEqual([2, expect.stringContaining('NO AGREEMENT: 10.100.10.0/24 of MOH')]);
    expect(failed.out).toMatch(/because VRF MOE at mct-pe-01 imports \S+ for ipv4/);
    // The audit that nobody watches: status and the alarm `drifted` say what it saw.
    const found = async () => (await engineer().readInterconnect(id)).lastRead;
    expect(await found()).toMatchObject({ alignment: 'drifted', says: expect.stringContaining('MOE at mct-pe-01') });
    const overview = (await wasl.cli('engineer-1', ['engineer'], 'wasl status')).out;
    expect(overview).toContain('last read otherwise than agreed: somebody took a part away, or added one: 1');
    expect(overview).toMatch(new RegExp(`^${id} .* DRIFTED, as wasl status ${id} says`, 'm'));
    router('mct-pe-01').editRunning(removeImport('MOE', target.replace(/^0:/, '')));
    expect(router('mct-pe-01').runningText()).toBe(by);
    const unread = await withFault('sll-pe-01', { kind: 'refuse-connections' }, () => engineer().audit());
    expect(unread).toMatchObject({ verdict: 'unknown', unread: 1, findings: [{ kind: 'not read', pe: 'sll-pe-01' }] });
    expect(await found()).toMatchObject({ alignment: 'unknown', says: 'not read: sll-pe-01' });
    expect((await wasl.cli('nora', ['auditor'], 'wasl audit --last --json')).code).toBe(4);
    expect((await wasl.cli('sam', ['security'], 'wasl audit --last')).err).toContain('FORBIDDEN');
    const asked = (await wasl.store.readLedger({ afterSequence: 0, limit: 1_000 })).filter(
      ({ action }) => action === 'audit.requested',
    );
    expect(new Set(asked.map(({ actor }) => actor))).toEqual(new Set(['nora', 'engineer-1']));
  });

  it('one schedule of the installation audits by itself', async () => {
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    const client = new Client({ connection, namespace: wasl.temporalNamespace });
    const installation = await wasl.store.readInstallation();
    const handle = client.schedule.getHandle(auditScheduleId(installation));
    await expect.poll(() => handle.describe(), { timeout: 60_000, interval: 500 }).toBeDefined();
    await ensureAuditSchedule(client, installation, 30, false);
    expect((await handle.describe()).spec.intervals?.[0]?.every).toBe(360 * 60_000);
    await ensureAuditSchedule(client, installation, 30, true);
    expect((await handle.describe()).spec.intervals?.[0]?.every).toBe(30 * 60_000);
    const [before] = await wasl.store.listAudits(1);
    await handle.trigger();
    const last = () => wasl.store.listAudits(1).then(([one]) => one);
    await expect.poll(async () => (await last())?.id, { timeout: 60_000, interval: 500 }).not.toBe(before?.id);
    expect(await last()).toMatchObject({ by: 'wasl', result: { verdict: 'pass' } });
    let schedules = 0;
    for await (const _ of client.schedule.list()) schedules += 1;
    expect(schedules).toBe(1);
    await connection.close();
  });

  it('neither routers nor matrices stand in the histories of Temporal', async () => {
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    const namespace = wasl.temporalNamespace;
    const listed = await connection.workflowService.listWorkflowExecutions({
      namespace,
      query: "WorkflowType = 'readNetwork'",
    });
    const executions = listed.executions.flatMap(({ execution }) => execution ?? []);
    expect(executions.length).toBeGreaterThan(0);
    for (const execution of executions) {
      const { history } = await connection.workflowService.getWorkflowExecutionHistory({ namespace, execution });
      const data = (history?.events ?? []).flatMap((event) =>
        [
          ...(event.workflowExecutionCompletedEventAttributes?.result?.payloads ?? []),
          ...(event.activityTaskCompletedEventAttributes?.result?.payloads ?? []),
        ].map((payload) => Buffer.from(payload.data ?? []).toString()),
      );
      for (const text of data) expect(text).toMatch(/^\{"readingId":\d+\}$/);
    }
    await connection.close();
  });

  it('a router in order is so, whatever its platform', async () => {
    for (const pe of ['mct-pe-01', 'sll-pe-01']) {
      await untilNotShared();
      expect(await engineer().checkRouter(pe)).toMatchObject({
        ...{ pe, answers: true, verdict: 'pass', candidate: 'clean', findings: [] },
        lock: { datastore: 'candidate', state: 'free', holder: null, how: 'tried' },
      });
      expect(router(pe).lockHolder('candidate')).toBeUndefined();
      expect(router(pe).isCandidateDirty()).toBe(false);
    }
  });

  const codes = (check: { readonly findings: readonly { readonly code: string }[] }) =>
    check.findings.map(({ code }) => code);

  it.each(['mct-pe-01', 'sll-pe-01'])(
    'the check of %s tells a held lock, a dirty candidate, and a router that is away',
    async (pe) => {
      const held = await withFault(pe, { kind: 'hold-lock', sessionId: 4711 }, () => engineer().checkRouter(pe));
      expect([held.verdict, held.lock?.state, codes(held)]).toEqual(['fail', 'held', ['ROUTER_LOCKED']]);
      expect(held.findings[0]?.fact).toContain('session 4711');
      const dirty = await withFault(pe, { kind: 'dirty-candidate' }, async () => {
        const check = await engineer().checkRouter(pe);
        expect(router(pe).candidateText()).toContain('work in progress');
        return check;
      });
      expect([dirty.verdict, dirty.candidate, codes(dirty)]).toEqual(['fail', 'dirty', ['ROUTER_CANDIDATE_DIRTY']]);
      expect(dirty.findings[0]?.fact).toContain('work in progress');
      const away = await withFault(pe, { kind: 'refuse-connections' }, () => engineer().checkRouter(pe));
      expect([away.answers, codes(away)]).toEqual([false, ['ROUTER_UNREACHABLE']]);
      const refusing = await withFault(pe, { kind: 'rpc-error', operation: 'any' }, () => engineer().checkRouter(pe));
      expect([refusing.answers, refusing.verdict]).toEqual([true, 'unknown']);
    },
  );

  // At once: a busy machine is given time to answer, which each of these takes whole.
  it('the check tells silence, whatever the platform', async () => {
    const silence = { kind: 'no-reply', operation: 'any' } as const;
    const checked = await Promise.all(
      ['mct-pe-01', 'sll-pe-01'].map((pe) => withFault(pe, silence, () => engineer().checkRouter(pe))),
    );
    for (const silent of checked) {
      expect([silent.answers, silent.verdict, codes(silent)]).toEqual([false, 'unknown', ['ROUTER_TIMEOUT']]);
    }
  });

  it('the check tells a wrong route distinguisher and a wrong name, and another credential is no answer', async () => {
    const current = await wasl.store.readInventory();
    if (current === null) throw new Error('there is an inventory');
    const { inventory } = current;
    const routers = inventory.routers.map((each) =>
      each.name !== 'mct-pe-01'
        ? each
        : {
            ...each,
            vrfs: each.vrfs.map((vrf) => {
              if (vrf.name === 'MOE') return { ...vrf, routeDistinguisher: parseRouteDistinguisher('65000:99999') };
              return vrf.name === 'CANARY' ? { ...vrf, name: 'CANARIES' as VrfName } : vrf;
            }),
          },
    );
    await bringIntoForce(wasl.store, { ...inventory, routers });
    await untilNotShared();
    const check = await engineer().checkRouter('mct-pe-01');
    await bringIntoForce(wasl.store, inventory);
    expect(check.vrfs).toEqual({ listed: 3, asListed: 1 });
    expect(check.findings.map(({ fact }) => fact)).toEqual(
      expect.arrayContaining([
        'VRF MOE at mct-pe-01 has route distinguisher 65000:15001, the inventory says 65000:99999',
        'VRF CANARIES of CANARY is not on mct-pe-01; VRF CANARY has its route distinguisher 65000:25001',
      ]),
    );
  });
});

/** A second or five, and what a machine with other work adds; who is not told waits for a workflow's time limit, over a minute. */
const SOON_MS = 20_000;

describe('nobody works', () => {
  it('is said at once, by readiness too, and a worker that starts ends it', async () => {
    await using wasl = await Installation.open({ worker: 'none' });
    const refused = async (ask: () => Promise<unknown>) => {
      const startedAtMs = performance.now();
      const error = await ask().then(
        () => null,
        (reason: unknown) => reason,
      );
      return [error, performance.now() - startedAtMs < SOON_MS];
    };
    // What does not answer within two seconds is as good as away, and asked again.
    const ready = () => wasl.engineer(1).readReady();
    const away = expect.objectContaining({ code: 'WORKERS_AWAY', message: 'no worker lives' });
    expect(await refused(() => wasl.engineer(1).readMatrix())).toEqual([away, true]);
    expect(await refused(() => wasl.engineer(1).checkRouter('mct-pe-01'))).toEqual([away, true]);
    await expect.poll(ready).toMatchObject({
      ...{ status: 'degraded', workers: 'down' },
      says: ['no worker lives: nothing is planned, pushed or read from routers'],
    });
    const stop = await wasl.startWorker();
    await expect.poll(ready).toMatchObject({ status: 'ready' });
    expect((await wasl.engineer(1).readMatrix()).unread).toEqual([]);
    await stop();
    await sleep(1_100);
    expect(await refused(() => wasl.engineer(1).readMatrix())).toEqual([away, true]);
  });

  it('who waits for a worker that is killed is told in seconds', async () => {
    await using wasl = await Installation.open({ worker: 'none', limits: { checkAnswerMs: 90_000 } });
    const worker = await wasl.startWorkerProcess();
    wasl.backbone.router('mct-pe-01').faults.set({ kind: 'no-reply', operation: 'any' });
    const asked = wasl
      .engineer(1)
      .checkRouter('mct-pe-01')
      .catch((error: unknown) => error);
    await expect.poll(() => wasl.backbone.router('mct-pe-01').sessions()).toHaveLength(1);
    await worker.kill();
    const killedAtMs = performance.now();
    expect(await asked).toMatchObject({
      code: 'WORKERS_AWAY',
      message: expect.stringContaining('the last one, process'),
    });
    expect(performance.now() - killedAtMs).toBeLessThan(SOON_MS);
  });
});

function removeImport(vrf: string, target: string): string {
  return importOnIosxr(vrf, target).replace(
    '<two-byte-as-route-target>',
    '<two-byte-as-route-target xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" nc:operation="remove">',
  );
}
