/** The network fails in the middle of a change: inside the confirm window everything goes back, and wasl says what it saw. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startChannels } from '../support/channels.ts';
import { canPing, cutManagement, dropAnswers, onRouter, powerCycle, until, waitUntilReady } from '../support/lab.ts';
import { applied, eventOf, giveUp, provision, stageOnAll, start, withdraw } from '../support/people.ts';
import type { LabStage } from '../support/stage.ts';
import { MOE_AND_MOF, MOH_AND_MOF } from './agreements.ts';
import { BRANCH_LOST_MAX, watchBranches } from './branches.ts';

/** The window of the story that waits until it ends. */
const WAITED_OUT_SECONDS = 15;
/** That window, netconfd's rounding, and BGP. */
const REVERTED_SECONDS_MAX = 25;

export function tellFailures(stageOf: () => LabStage): void {
  describe('a failure in the confirm window', () => {
    describe('that customers may not feel', () => {
      watchBranches(beforeEach, afterEach);

      it('a site that does not answer: FRR is as it was, with the agreements that were there', async () => {
        const { wasl, runningConfigs, changedSince } = stageOf();
        const others = await provision(wasl, MOE_AND_MOF);
        expect(others.lifecycle).toBe('active');
        const before = await runningConfigs();
        const restore = await dropAnswers('ce-mof1', '10.100.0.0/16');
        try {
          const failed = await provision(wasl, MOH_AND_MOF);
          expect(failed.lifecycle).toBe('requested');
          expect(failed.changes[0]).toMatchObject({ outcome: 'rolled-back', refusal: { code: 'VERIFY_FAILED' } });
          expect(failed.changes[0]?.reason).toMatch(
            /^10\.200\.10\.10 \(10\.200\.10\.0\/24\) from VRF MOH at pe\d does not answer/,
          );
          expect(await giveUp(wasl, failed.id)).toMatchObject({ lifecycle: 'rejected' });
          expect(await changedSince(before)).toEqual([]);
        } finally {
          await restore();
        }
        expect(await canPing('ce-moe1', '10.200.10.10')).toBe(true);
        expect(await withdraw(wasl, others.id)).toMatchObject({ lifecycle: 'withdrawn' });
        expect(await changedSince()).toEqual([]);
      });

      it('the management path of a PE is cut: the PE reverts by itself, all go back, and it is tried again', async () => {
        const { withWindow, changedSince } = stageOf();
        await withWindow(WAITED_OUT_SECONDS, cutInTheWindow);
        expect(await changedSince()).toEqual([]);
      });
    });

    async function cutInTheWindow(): Promise<void> {
      const { wasl, pes } = stageOf();
      const id = await start(wasl, MOH_AND_MOF);
      await stageOnAll(wasl, id, 'commit', 'done', pes);
      const restore = await cutManagement('pe2');
      try {
        // P, the route reflector, sees what pe2 offers to others; nobody can reach pe2 itself.
        expect(await offersToOthers('10.255.0.2')).toBe(true);
        expect(await until(REVERTED_SECONDS_MAX, async () => !(await offersToOthers('10.255.0.2')))).toBe(true);
      } finally {
        await restore();
      }
      await appliedAfterGoingBack(wasl, id);
    }

    it('a PE loses its power: it boots without the change, the others give it back, and it is tried again', async () => {
      const { wasl, pes, changedSince } = stageOf();
      // MOE's branches are at the two PEs that keep their power.
      const channels = startChannels([{ vpn: 'MOE', from: 'ce-moe1', to: '10.150.30.10' }]);
      const id = await start(wasl, MOH_AND_MOF);
      await stageOnAll(wasl, id, 'commit', 'done', pes);
      await powerCycle('pe2');
      await Promise.all([appliedAfterGoingBack(wasl, id), waitUntilReady('pe2')]);
      expect((await channels.stop()).filter(({ lost }) => lost > BRANCH_LOST_MAX)).toEqual([]);
      await Promise.all(pes.map((pe) => waitUntilReady(pe)));
      expect(await changedSince()).toEqual([]);
    });
  });
}

/**
 * A lost path, or router, is no verdict: everything goes back, and the approved plan is tried again. Where it returns while the transaction is
 * cancelled, it is the cancelling that reads pe2 as it was before, and there is nothing to recover.
 */
async function appliedAfterGoingBack(wasl: LabStage['wasl'], id: string): Promise<void> {
  const back = await eventOf(wasl, id, ({ stage, status, pe }) => {
    return status === 'done' && ((stage === 'recover' && pe === null) || (stage === 'cancel' && pe === 'pe2'));
  });
  expect(back.message).toMatch(/every router is back as it was|running equals what it was before, byte for byte/);
  await applied(wasl, id);
  expect(await withdraw(wasl, id)).toMatchObject({ lifecycle: 'withdrawn' });
}

/** Whether P knows a VPN route of this PE with a route target of wasl's pool. */
async function offersToOthers(loopback: string): Promise<boolean> {
  const shown = await onRouter('p1', "vtysh -c 'show bgp ipv4 vpn detail json'");
  const text = shown.slice(shown.indexOf('{'));
  const { routes } = JSON.parse(text) as {
    routes?: { routeDistinguishers?: Record<string, Record<string, unknown>> } & Record<
      string,
      Record<string, unknown>
    >;
  };
  const byDistinguisher = Object.entries(routes?.routeDistinguishers ?? routes ?? {});
  if (byDistinguisher.length === 0) throw new Error(`p1 shows no VPN routes: ${text.slice(0, 300)}`);
  return byDistinguisher.some(
    ([rd, prefixes]) => rd.startsWith(`${loopback}:`) && /RT:65000:1\d{4}\b/.test(JSON.stringify(prefixes)),
  );
}
