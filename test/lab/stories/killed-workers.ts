/** `kill -9` of the worker in each stage: another one ends the transaction from the journal, in all or none. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canPing, dropAnswers } from '../support/lab.ts';
import { applied, eventOf, giveUp, settled, start, withdraw } from '../support/people.ts';
import type { LabStage } from '../support/stage.ts';
import { MOH_AND_MOF } from './agreements.ts';
import { watchBranches } from './branches.ts';

export function tellKilledWorkers(stageOf: () => LabStage): void {
  describe('a worker that dies', () => {
    watchBranches(beforeEach, afterEach);

    async function killDuring(id: string, stage: string): Promise<void> {
      const { wasl } = stageOf();
      await eventOf(wasl, id, (event) => event.stage === stage && event.status === 'started');
      await wasl.killWorker();
      await wasl.startWorker();
    }

    it('while it prepares: no router was written, so the next one begins again', async () => {
      const { wasl, changedSince } = stageOf();
      const id = await start(wasl, MOH_AND_MOF);
      await killDuring(id, 'prepare');
      const recovered = await eventOf(wasl, id, ({ stage, status }) => stage === 'recover' && status === 'done');
      expect(recovered.message).toMatch(/no router was written$/);
      await applied(wasl, id);
      expect(await withdraw(wasl, id)).toMatchObject({ lifecycle: 'withdrawn' });
      expect(await changedSince()).toEqual([]);
    });

    it('while it commits: every router gives the change back, and the next worker applies it', async () => {
      const { wasl, changedSince } = stageOf();
      const id = await start(wasl, MOH_AND_MOF);
      await killDuring(id, 'commit');
      const recovered = await eventOf(wasl, id, ({ stage, status, pe }) => {
        return stage === 'recover' && status === 'done' && pe === null;
      });
      expect(recovered.message).toContain('every router is back as it was');
      await applied(wasl, id);
      expect(await withdraw(wasl, id)).toMatchObject({ lifecycle: 'withdrawn' });
      expect(await changedSince()).toEqual([]);
    });

    it('while it verifies: the change was there, and goes before the timers end it', async () => {
      const { wasl, changedSince } = stageOf();
      // A site that does not answer keeps the stage at its looks.
      const restore = await dropAnswers('ce-mof1', '10.100.0.0/16');
      try {
        const id = await start(wasl, MOH_AND_MOF);
        await eventOf(wasl, id, ({ stage, status }) => stage === 'read-back' && status === 'done');
        await wasl.killWorker();
        await wasl.startWorker();
        // Tried again, it fails by what it measures: that ends the change, and no router keeps it.
        const { lifecycle, changes } = await settled(wasl, id);
        expect([lifecycle, changes[0]?.outcome]).toEqual(['requested', 'rolled-back']);
        expect(await giveUp(wasl, id)).toMatchObject({ lifecycle: 'rejected' });
      } finally {
        await restore();
      }
      expect(await changedSince()).toEqual([]);
    });

    it('after the first confirm was sent: the next one rolls forward', async () => {
      const { wasl, changedSince } = stageOf();
      const id = await start(wasl, MOH_AND_MOF);
      await killDuring(id, 'confirm');
      await applied(wasl, id);
      expect(await canPing('ce-moh1', '10.200.10.10')).toBe(true);
      expect(await withdraw(wasl, id)).toMatchObject({ lifecycle: 'withdrawn' });
      expect(await changedSince()).toEqual([]);
    });
  });
}
