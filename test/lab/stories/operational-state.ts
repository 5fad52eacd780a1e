/** What an engineer asks the routers themselves while they debug an interconnect, over NETCONF and with a client of their own. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freeze } from '../support/daemons.ts';
import { until } from '../support/lab.ts';
import { changeByOther, importByHand, stateByOther, type VrfState } from '../support/other-client.ts';
import { provision, withdraw } from '../support/people.ts';
import type { LabStage } from '../support/stage.ts';
import { MOH_AND_MOF } from './agreements.ts';
import { watchBranches } from './branches.ts';

/** Every VRF that imports by the agreement, and the PE that its packets leave the backbone at; none: it is the same PE. */
const IMPORTED: readonly (readonly [pe: string, vrf: string, prefix: string, egress: string | null])[] = [
  ['pe1', 'MOH', '10.200.10.0/24', '10.255.0.2'],
  ['pe1', 'MOH', '2001:db8:200:10::/64', '2001:db8:255::2'],
  ['pe2', 'MOH', '10.200.10.0/24', null],
  ['pe2', 'MOF', '10.100.10.0/24', '10.255.0.1'],
  ['pe3', 'MOF', '10.100.10.0/24', '10.255.0.1'],
  ['pe3', 'MOF', '2001:db8:100:10::/64', '2001:db8:255::1'],
];
/** The agent looks at each change, and every 5 s; a look older than 15 s does not count. */
const FOLLOWED_SECONDS_MAX = 10;
const MISSED_SECONDS_MAX = 20;

const NO_ANSWER: VrfState = { trouble: 'no answer', inLine: false, vrfs: [], routes: {} };

const readImporting = () => Promise.all(IMPORTED.map(([pe, vrf]) => stateByOther(pe, vrf)));

export function tellOperationalState(stageOf: () => LabStage): void {
  describe('a router asked for its state', () => {
    watchBranches(beforeEach, afterEach);

    it('shows what was agreed, with its labels, where it was agreed, and only while it is', async () => {
      const { wasl, pes, changedSince } = stageOf();
      const isInLine = (pe: string) => async () => (await stateByOther(pe, 'CANARY')).inLine;
      const active = await provision(wasl, MOH_AND_MOF);
      expect(active.lifecycle).toBe('active');
      const shown = await readImporting();
      for (const [n, [pe, vrf, prefix, egress]] of IMPORTED.entries()) {
        const { trouble, vrfs, routes } = shown[n] ?? NO_ANSWER;
        expect({ trouble, vrfs }).toEqual({ trouble: null, vrfs: [vrf] });
        expect(routes[prefix], `${prefix} in ${vrf} of ${pe}`).toMatchObject({
          origin: 'vpn',
          egress: egress === null ? [] : [egress],
        });
        // The way to the other PE, and the VPN there; within a PE none.
        expect(routes[prefix]?.labels.map((stack) => stack.length)).toEqual([egress === null ? 0 : 2]);
      }
      expect((await stateByOther('pe1', 'MOH')).routes['10.100.10.0/24']).toMatchObject({
        origin: 'local',
        labels: [[]],
      });
      const lookAtCanary = async (pe: string) => {
        const { routes } = await stateByOther(pe, 'CANARY');
        expect(Object.keys(routes)).toContain(`10.90.${pe.slice(2)}.0/24`);
        for (const [, , prefix] of IMPORTED) expect(routes).not.toHaveProperty([prefix]);
        expect(await until(FOLLOWED_SECONDS_MAX, isInLine(pe)), `${pe} in line`).toBe(true);
      };
      await Promise.all(pes.map(lookAtCanary));

      expect(await withdraw(wasl, active.id)).toMatchObject({ lifecycle: 'withdrawn' });
      const left = await readImporting();
      for (const [n, [pe, vrf, prefix]] of IMPORTED.entries()) {
        const { vrfs, routes } = left[n] ?? NO_ANSWER;
        expect({ vrfs, has: prefix in routes }, `${prefix} in ${vrf} of ${pe}`).toEqual({ vrfs: [vrf], has: false });
      }
      const inLine = await Promise.all(pes.map((pe) => until(FOLLOWED_SECONDS_MAX, isInLine(pe))));
      expect(inLine).toEqual(pes.map(() => true));
      expect(await changedSince()).toEqual([]);
    });

    it('admits that FRR does not follow running, as long as it does not', async () => {
      const { changedSince } = stageOf();
      const inLine = async () => (await stateByOther('pe1', 'MOH')).inLine;
      const thaw = await freeze('pe1', 'agent');
      try {
        await changeByOther('pe1', importByHand('create'));
        expect(await until(MISSED_SECONDS_MAX, async () => !(await inLine()))).toBe(true);
      } finally {
        await thaw();
      }
      expect(await until(FOLLOWED_SECONDS_MAX, inLine)).toBe(true);
      await changeByOther('pe1', importByHand('delete'));
      expect(await until(FOLLOWED_SECONDS_MAX, inLine)).toBe(true);
      expect(await changedSince()).toEqual([]);
    });
  });
}
