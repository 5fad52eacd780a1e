/** What an engineer asks the routers themselves while they debug an interconnect, over NETCONF and with a client of their own. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freeze } from '../support/daemons.ts';
import { until } from '../support/lab.ts';
import { changeByOther, importByHand, stateByOther } from '../support/other-client.ts';
import { provision, withdraw } from '../support/people.ts';
import type { LabStage } from '../support/stage.ts';
import { MOH_AND_MOF } from './agreements.ts';
import { watchBranches } from './branches.ts';

interface Importing {
  readonly pe: string;
  readonly vrf: string;
  /** By prefix the PE that its packets leave the backbone at; null: it is this one. */
  readonly imported: Readonly<Record<string, string | null>>;
}

const IMPORTING: readonly Importing[] = [
  { pe: 'pe1', vrf: 'MOH', imported: { '10.200.10.0/24': '10.255.0.2', '2001:db8:200:10::/64': '2001:db8:255::2' } },
  { pe: 'pe2', vrf: 'MOH', imported: { '10.200.10.0/24': null } },
  { pe: 'pe2', vrf: 'MOF', imported: { '10.100.10.0/24': '10.255.0.1' } },
  { pe: 'pe3', vrf: 'MOF', imported: { '10.100.10.0/24': '10.255.0.1', '2001:db8:100:10::/64': '2001:db8:255::1' } },
];
const PREFIXES = IMPORTING.flatMap(({ imported }) => Object.keys(imported));
/** The agent looks at each change, and every 5 s; a look older than 15 s does not count. */
const FOLLOWED_SECONDS_MAX = 10;
const MISSED_SECONDS_MAX = 20;

export function tellOperationalState(stageOf: () => LabStage): void {
  describe('a router asked for its state', () => {
    watchBranches(beforeEach, afterEach);

    it('shows what was agreed, with its labels, where it was agreed, and only while it is', async () => {
      const { wasl, pes, changedSince } = stageOf();
      const isInLine = (pe: string) => async () => (await stateByOther(pe, 'CANARY')).inLine;
      const active = await provision(wasl, MOH_AND_MOF);
      expect(active.lifecycle).toBe('active');
      const lookAtImporting = async ({ pe, vrf, imported }: Importing) => {
        const { trouble, vrfs, routes } = await stateByOther(pe, vrf);
        expect({ trouble, vrfs }).toEqual({ trouble: null, vrfs: [vrf] });
        for (const [prefix, egress] of Object.entries(imported)) {
          expect(routes[prefix], `${prefix} in ${vrf} of ${pe}`).toMatchObject({
            origin: 'vpn',
            egress: egress === null ? [] : [egress],
          });
          // The way to the other PE, and the VPN there; within a PE none.
          expect(routes[prefix]?.labels.map((stack) => stack.length)).toEqual([egress === null ? 0 : 2]);
        }
      };
      await Promise.all(IMPORTING.map(lookAtImporting));
      expect((await stateByOther('pe1', 'MOH')).routes['10.100.10.0/24']).toMatchObject({
        origin: 'local',
        labels: [[]],
      });
      const lookAtCanary = async (pe: string) => {
        const { routes } = await stateByOther(pe, 'CANARY');
        expect(Object.keys(routes)).toContain(`10.90.${pe.slice(2)}.0/24`);
        for (const prefix of PREFIXES) expect(routes).not.toHaveProperty([prefix]);
        expect(await until(FOLLOWED_SECONDS_MAX, isInLine(pe)), `${pe} in line`).toBe(true);
      };
      await Promise.all(pes.map(lookAtCanary));

      expect(await withdraw(wasl, active.id)).toMatchObject({ lifecycle: 'withdrawn' });
      const lookAgain = async ({ pe, vrf, imported }: Importing) => {
        const { vrfs, routes } = await stateByOther(pe, vrf);
        expect(vrfs).toEqual([vrf]);
        for (const prefix of Object.keys(imported)) expect(routes, `${vrf} of ${pe}`).not.toHaveProperty([prefix]);
      };
      await Promise.all(IMPORTING.map(lookAgain));
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
