/** Somebody alters the plan while it is at the routers, and the worker dies: the agreement can be ended all the same. */
import { describe, it } from 'vitest';
import type { InterconnectId } from '../../../src/domain/names.ts';
import { MOH_MOF } from '../../support/api-under-test.ts';
import { endState } from '../../support/end-state.ts';
import { Installation, onServer } from '../../support/installation.ts';

const ALTERED = [
  ['has lost its routers', `update plans set plan = jsonb_set(plan::jsonb, '{routers}', '[]') where id = $1`],
  ['is gone', `set session_replication_role = replica; delete from plans where id = $1`],
] as const;

describe.concurrent('a plan that is altered at the routers, and its worker dies', () => {
  it.for([
    ...ALTERED.map(([what, statement]) => [what, 'commit', statement] as const),
    ...ALTERED.slice(1).map(([what, statement]) => [what, 'confirm', statement] as const),
  ])(
    'it %s, while routers %s: a person must look, and a withdrawal ends it',
    async ([, stage, statement], { expect }) => {
      await using wasl = await Installation.open({ worker: 'none' });
      const worker = await wasl.startWorkerProcess();
      const id = await wasl.agree(MOH_MOF);
      const planId = await wasl.untilPlanned(id);
      wasl.backbone.router('nzw-pe-01').faults.set({ kind: 'slow', ms: 400 });
      await wasl.approvePlan(planId);
      await wasl.untilDone(id, stage, 1);
      await onServer(wasl.databaseUrl, statement.replaceAll('$1', `'${planId}'`));
      await worker.kill();
      wasl.backbone.router('nzw-pe-01').faults.clear();
      await wasl.startWorkerProcess();
      await wasl.untilWaiting(id, /was altered; .*withdraw IC-0001, and it is taken away/);

      await wasl.signatory('MOH').withdraw(id, 'the project has ended');
      // What was only pending went by itself: there is nothing to plan.
      if (stage === 'confirm') await wasl.approvePlan(await wasl.untilPlanned(id));
      await wasl.untilLifecycle(id, 'withdrawn');
      const { leftOver, ...ended } = await endState(wasl, id);
      expect(ended).toMatchObject({ lifecycle: 'withdrawn', changed: [] });
      // What the altered change left where, nobody knew when it ended: its own journal says so.
      expect(leftOver.filter((one) => !one.startsWith(`${id}-C1 is rolled-back, but its journal ends in`))).toEqual([]);
      expect((await wasl.store.readInterconnect(id as InterconnectId)).reason).not.toContain('as it was');
    },
  );
});
