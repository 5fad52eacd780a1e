/** Life beside the network: nobody works, planning takes its time, and other installations live on the same Temporal. */
import { describe, it } from 'vitest';
import { createPlanner, type Planner } from '../../../src/activities/planner.ts';
import { PlanningThread } from '../../../src/activities/planning-thread.ts';
import type { InterconnectId } from '../../../src/domain/names.ts';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { endState, heldByAll, tried } from '../../support/end-state.ts';
import { Installation } from '../../support/installation.ts';
import { MOE_MOF, MOH_MOF_LEARNT } from '../../support/requests.ts';

const BUSY_MS = 2_000;
/** Answered from the record: far from the 20 s that Temporal was once waited for, on a busy machine too. */
const ANSWERED_WITHIN_MS = 10_000;

/** Every plan but the first keeps a processor busy before it is made, for as long as the first is at work. */
function busyPlanner(isAtWork: () => boolean): Planner {
  const planner = createPlanner();
  const program = new URL('../../support/unruly-planning-thread.js', import.meta.url);
  const thread = new PlanningThread({ program });
  let plans = 0;
  return {
    ...planner,
    async plan(input, signal) {
      for (const isFirst = plans++ === 0; !isFirst && isAtWork(); ) {
        await thread.run('plan', { busyMs: BUSY_MS } as never, signal);
      }
      return planner.plan(input, signal);
    },
    async close() {
      await Promise.all([thread.close(), planner.close()]);
    },
  };
}

async function timed<T>(call: Promise<T>): Promise<{ readonly answer: T; readonly isAtOnce: boolean }> {
  const startedAtMs = performance.now();
  const answer = await call;
  return { answer, isAtOnce: performance.now() - startedAtMs < ANSWERED_WITHIN_MS };
}

describe.concurrent('worlds', () => {
  it('L3d, P8c: one is applied in one try while another is being planned on the same worker', async ({ expect }) => {
    await using wasl = await Installation.open({ worker: 'none' });
    let isActive = false;
    await wasl.startWorker(busyPlanner(() => !isActive));
    const first = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(first);
    const second = await wasl.agree(MOE_MOF);
    await wasl.approvePlan(planId);
    await wasl.untilLifecycle(first, 'active');
    const [change] = await wasl.store.listChanges(second as InterconnectId);
    expect(change?.planId ?? null).toBeNull();
    isActive = true;
    expect(await tried(wasl, first)).toEqual([heldByAll()]);
    await wasl.untilPlanned(second);
  });

  it('L5b: without a worker, request and signatures are answered at once, the lack is told, and a worker goes on', async ({
    expect,
  }) => {
    await using wasl = await Installation.open({ worker: 'none' });
    const asked = await timed(wasl.portal('MOH').submitRequest(MOH_MOF, 'key-no-worker'));
    const { id, requestDigest: digest } = asked.answer.interconnect;
    const decision = { decision: 'approve', digest } as const;
    const one = await timed(wasl.signatory('MOH').decideRequest(id, decision));
    const other = await timed(wasl.signatory('MOF').decideRequest(id, decision));
    expect([asked, one, other].map(({ isAtOnce }) => isAtOnce)).toEqual([true, true, true]);
    expect(one.answer.awaiting).toEqual(['signature of MOF']);
    const then = 'wasl plans it now; then the network side approves the plan';
    expect(other.answer.next).toBe(`no worker lives; nothing moves until one is started. Then ${then}`);
    const told = async () => {
      const { workers, says } = await wasl.engineer(1).readReady();
      return [workers, says[0]];
    };
    await expect.poll(told).toEqual(['down', 'no worker lives: nothing is planned, pushed or read from routers']);
    await wasl.startWorker();
    await wasl.approvePlan(await wasl.untilPlanned(id));
    await wasl.untilLifecycle(id, 'active');
    expect(wasl.learnt().sort()).toEqual(MOH_MOF_LEARNT);
  });

  it('L4a, L4d: installations on one namespace never meet, tell of each other, and one whose database is gone is retired', async ({
    expect,
  }) => {
    await using lost = await Installation.open();
    const temporalNamespace = lost.temporalNamespace;
    await using kept = await Installation.open({ temporalNamespace });
    const id = await lost.provision(MOH_MOF);
    expect(await kept.agree(MOE_MOF)).toBe(id);
    await lost.untilLifecycle(id, 'active');
    await kept.approvePlan(await kept.untilPlanned(id));
    await kept.untilLifecycle(id, 'active');
    expect(lost.learnt().sort()).toEqual(MOH_MOF_LEARNT);
    expect(kept.learnt().filter((route) => MOH_MOF_LEARNT.includes(route))).toEqual([]);

    const [lostId, keptId] = await Promise.all([lost.store.readInstallation(), kept.store.readInstallation()]);
    // As a restored, empty database beside the Temporal that was kept: nothing is in its record, and others' workflows run.
    await using restored = await Installation.open({ temporalNamespace, worker: 'none' });
    const admin = restored.as('admin-1', ['admin']);
    const { strangers } = await admin.readInstallation();
    expect(new Set(strangers)).toEqual(
      new Set([
        { installation: lostId, interconnects: 1 },
        { installation: keptId, interconnects: 1 },
      ]),
    );
    const ofLost = async () => {
      const { status, says } = await admin.readReady();
      return [status, says.filter((line) => line.includes(`of installation ${lostId} runs on this Temporal`)).length];
    };
    await expect.poll(ofLost).toEqual(['degraded', 1]);
    expect(await admin.retireInstallation(lostId)).toEqual({ installation: lostId, ended: 1 });
    expect((await kept.engineer(1).readInterconnect(id)).lifecycle).toBe('active');
    expect(await endState(kept, id)).toMatchObject({ outcome: 'applied', leftOver: [] });
    expect(restored.changedRouters()).toEqual([]);
  });
});
