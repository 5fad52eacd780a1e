/** Routers whose running is gone after a restart unless it is saved (RFC 6241 §8.7): what wasl calls applied outlives one. */
import { describe, it } from 'vitest';
import type { Ability } from '../../../src/sim/abilities.ts';
import type { Fault } from '../../../src/sim/faults.ts';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { endState } from '../../support/end-state.ts';
import { Installation } from '../../support/installation.ts';

const FOUR = ['mct-pe-01', 'sll-pe-01', 'nzw-pe-01', 'soh-pe-01'];
const PE = 'mct-pe-01';
const STARTUP: readonly Ability[] = ['candidate:1.0', 'confirmed-commit:1.1', 'validate:1.1', 'startup:1.0'];
const OPTIONS = { abilities: [{ router: PE, abilities: STARTUP }], confirmTimeoutSeconds: 16 };
const noReply: Fault = { kind: 'no-reply', operation: 'copy-config' };

const applied = (reason: string) => ({ lifecycle: 'active', outcome: 'applied', reason, changed: FOUR, leftOver: [] });
const recovered = (trouble: string) => applied(`${trouble}; recovered: every one of 4 routers holds the change`);

describe.concurrent('a confirmed commit on a router with a separate startup', () => {
  it('is saved, and outlives a restart', async ({ expect }) => {
    await using wasl = await Installation.open(OPTIONS);
    const id = await wasl.provision(MOH_MOF);
    await wasl.untilTried(id);
    expect(await endState(wasl, id)).toEqual(applied('confirmed on 4 routers, each read back'));
    const router = wasl.backbone.router(PE);
    const after = router.runningText();
    router.reboot({ downMs: 1 });
    expect(router.runningText()).toBe(after);
  });

  it('is saved by recovery where the saving was refused', async ({ expect }) => {
    await using wasl = await Installation.open(OPTIONS);
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    const fault: Fault = { kind: 'rpc-error', operation: 'copy-config', message: 'flash is busy' };
    wasl.backbone.router(PE).faults.set(fault, { times: 1 });
    await wasl.approvePlan(planId);
    await wasl.untilTried(id);
    const refusal = `${PE}: copy-config (message-id N): the server refused: operation-failed: flash is busy`;
    expect(await endState(wasl, id)).toEqual(recovered(refusal));
  });

  it('is saved by recovery where the worker was killed before', async ({ expect }) => {
    await using wasl = await Installation.open({ ...OPTIONS, worker: 'none' });
    const victim = await wasl.startWorkerProcess();
    const id = await wasl.agree(MOH_MOF);
    const planId = await wasl.untilPlanned(id);
    const { faults } = wasl.backbone.router(PE);
    const faultId = faults.set(noReply, { times: 1 });
    await wasl.approvePlan(planId);
    await wasl.untilDone(id, 'confirm', 3);
    await victim.kill();
    faults.clear(faultId);
    await wasl.startWorker();
    await wasl.untilTried(id);
    expect(await endState(wasl, id)).toEqual(recovered('the worker was lost while confirming'));
  });
});
