/** wasl is not alone on a router: operators lock, litter and change by hand, with a client of their own. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pingFrom } from '../support/lab.ts';
import { changeByOther, holdLock, importByHand, litterCandidate, readByOther } from '../support/other-client.ts';
import {
  applied,
  approvePlan,
  decidePlan,
  eventOf,
  planned,
  settled,
  start,
  waitFor,
  withdraw,
} from '../support/people.ts';
import type { LabStage } from '../support/stage.ts';
import { MOH_AND_MOF } from './agreements.ts';
import { watchBranches } from './branches.ts';

export function tellOtherClients(stageOf: () => LabStage): void {
  describe('an operator with a NETCONF client of their own', () => {
    watchBranches(beforeEach, afterEach);

    it('changes a router between plan and push: the approval does not hold for that, and nothing is pushed', async () => {
      const { wasl, changedSince } = stageOf();
      const id = await planned(wasl, MOH_AND_MOF);
      await changeByOther('pe1', importByHand('create'));
      try {
        await approvePlan(wasl, id);
        const again = await waitFor(wasl, id, ({ changes }) => changes.length === 2 && changes[1]?.planId !== null);
        expect(again.changes[0]).toMatchObject({ outcome: 'refused' });
        expect(again.changes[0]?.reason).toMatch(/^pe1 differs from what the plan was made for: .*65000:777/);
        expect(await pingFrom('ce-moh1', '10.200.10.10')).toMatchObject({ received: 0 });
        // The new plan waits for an approval of its own; here nobody gives it.
        await decidePlan(wasl, id, 'reject');
        expect(await settled(wasl, id)).toMatchObject({ lifecycle: 'rejected' });
      } finally {
        await changeByOther('pe1', importByHand('delete'));
      }
      expect(await changedSince()).toEqual([]);
    });

    it('holds the lock: wasl says who, waits, and goes on when it is free', async () => {
      const { wasl, changedSince } = stageOf();
      const release = await holdLock('pe2');
      const id = await start(wasl, MOH_AND_MOF);
      try {
        const refused = await eventOf(wasl, id, ({ stage, status }) => stage === 'prepare' && status === 'failed');
        expect(refused).toMatchObject({ pe: 'pe2' });
        expect(refused.message).toMatch(
          /^pe2: the lock of candidate was held by session \d+.*; wasl waited [\d.]+ s for it/,
        );
      } finally {
        await release();
      }
      await applied(wasl, id);
      expect(await withdraw(wasl, id)).toMatchObject({ lifecycle: 'withdrawn' });
      expect(await changedSince()).toEqual([]);
    });

    it('has unfinished work in the candidate: wasl says so, leaves it where it is, and goes on when it is gone', async () => {
      const { wasl, changedSince } = stageOf();
      const release = await litterCandidate('pe2', importByHand('create'));
      let id: string;
      try {
        id = await start(wasl, MOH_AND_MOF);
        const refused = await waitFor(wasl, id, ({ changes }) => changes[0]?.waiting != null);
        expect(refused.changes[0]?.waiting?.reason).toMatch(/^pe2: the candidate differs from running/);
      } finally {
        await release();
      }
      expect(await readByOther('pe2')).not.toContain('65000:777');
      await applied(wasl, id);
      expect(await withdraw(wasl, id)).toMatchObject({ lifecycle: 'withdrawn' });
      expect(await changedSince()).toEqual([]);
    });
  });
}
