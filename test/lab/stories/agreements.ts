/** What two ministries agree, packets do: exactly that, in both families, and nobody else notices. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InterconnectAnswer } from '../../../src/api/wire.ts';
import type { LocalInstallation } from '../../../src/bin/demo/local-installation.ts';
import { canPing, captureLabels, pingFrom, startPing, vrfRoutes } from '../support/lab.ts';
import { readByOther } from '../support/other-client.ts';
import { ADMIN, type FlowInput, provision, withdraw } from '../support/people.ts';
import type { LabStage } from '../support/stage.ts';
import { watchBranches } from './branches.ts';

export const MOH_AND_MOF: readonly FlowInput[] = [
  { from: 'MOH', to: 'MOF', prefixes: ['10.100.10.0/24', '10.100.20.0/24', '2001:db8:100:10::/64'] },
  { from: 'MOF', to: 'MOH', prefixes: ['10.200.10.0/24', '2001:db8:200:10::/64'] },
];
export const MOE_AND_MOF: readonly FlowInput[] = [
  { from: 'MOE', to: 'MOF', prefixes: ['10.150.10.0/24'] },
  { from: 'MOF', to: 'MOE', prefixes: ['10.200.10.0/24'] },
];
/** Sites of nobody's agreement: every VRF of theirs, wherever it is. */
const BYSTANDERS: readonly (readonly [pe: string, vrf: string])[] = [
  ['pe1', 'CANARY'],
  ['pe2', 'CANARY'],
  ['pe3', 'CANARY'],
  ['pe1', 'MOE'],
  ['pe3', 'MOE'],
];
/** Of a flow at 100 packets a second while another agreement of the same VRF is withdrawn: a tenth of a second. */
const LOST_AT_WITHDRAWAL_MAX = 10;

export function tellAgreements(stageOf: () => LabStage): void {
  describe('MOH and MOF agree, on three real PEs', () => {
    watchBranches(beforeEach, afterEach);

    it('and reach of each other what they signed, over labels, in both families; nobody else gains a route', async () => {
      const { wasl } = stageOf();
      const bystanders = await routesOfBystanders();
      const active = await agreed(wasl);
      expect(active).toMatchObject({ lifecycle: 'active', changes: [{ outcome: 'applied' }] });

      // From the branches at every PE, of IPv4 and IPv6; a bystander between them would not answer for MOH.
      const reached = await Promise.all([
        canPing('ce-moh1', '10.200.10.10'),
        canPing('ce-moh2', '10.200.10.10'),
        canPing('ce-mof1', '10.100.10.10'),
        canPing('ce-mof2', '10.100.20.1'),
        canPing('ce-moh1', '2001:db8:200:10::10'),
        canPing('ce-mof2', '2001:db8:100:10::10', { source: '2001:db8:200:30::10' }),
      ]);
      // MOH's second branch pings from an address, and MOF's second from one, that were not agreed: no way back for them.
      expect(reached).toEqual([true, false, true, false, true, false]);
      expect(await canPing('ce-mof1', '10.100.20.1')).toBe(true);
      expect(await pingFrom('ce-mof1', '10.100.30.1')).toMatchObject({ received: 0 });
      expect(await pingFrom('ce-moh1', '10.200.20.1')).toMatchObject({ received: 0 });

      // Two labels into P (transport and VPN), one after it: the packets are those of a real L3VPN.
      const packets = await captureLabels(() => pingFrom('ce-moh1', '10.200.10.10', { count: 2 }));
      const requests = packets.filter((packet) => packet.destination === '10.200.10.10');
      expect(requests.map((packet) => packet.labels.length).sort()).toEqual(expect.arrayContaining([1, 2]));

      expect(await routesOfBystanders()).toEqual(bystanders);
      const bystanderPings = ['ce-canary1', 'ce-canary2', 'ce-canary3', 'ce-moe1', 'ce-moe2'].flatMap((ce) =>
        ['10.100.10.10', '10.200.10.10'].map((to) => pingFrom(ce, to, { count: 1 })),
      );
      expect((await Promise.all(bystanderPings)).map(({ received }) => received)).toEqual(Array(10).fill(0));

      // Another vendor's client, another language: it reads the same agreement from the router.
      const read = await readByOther('pe1');
      const routeTargets = (active.routeTargets ?? []).map(({ routeTarget }) => routeTarget);
      expect(routeTargets).toHaveLength(2);
      for (const routeTarget of routeTargets) expect(read).toContain(`>${routeTarget}<`);
      for (const prefix of ['10.100.10.0/24', '10.100.20.0/24', '2001:db8:100:10::/64']) {
        expect(read).toMatch(new RegExp(`<(\\w+:)?prefix>${prefix}<`));
      }
      expect(read).not.toContain('10.100.30.0/24');
    });

    it('and keep talking while MOE, in the same VRFs of MOF, comes and goes', async () => {
      const { wasl, runningConfigs, changedSince } = stageOf();
      const first = await agreed(wasl);
      expect(first.lifecycle).toBe('active');
      const alone = await runningConfigs();

      const flow = startPing('ce-moh1', '10.200.10.10');
      const second = await provision(wasl, MOE_AND_MOF);
      expect(second.lifecycle).toBe('active');
      expect(await canPing('ce-moe1', '10.200.10.10')).toBe(true);
      expect(await pingFrom('ce-moe1', '10.100.10.10')).toMatchObject({ received: 0 });
      expect(await withdraw(wasl, second.id)).toMatchObject({ lifecycle: 'withdrawn' });
      expect(await pingFrom('ce-moe1', '10.200.10.10')).toMatchObject({ received: 0 });
      const { sent, received } = await flow.stop();

      expect(sent).toBeGreaterThan(500);
      expect(sent - received).toBeLessThanOrEqual(LOST_AT_WITHDRAWAL_MAX);
      expect(await changedSince(alone)).toEqual([]);

      // And are parted without a trace.
      expect(await withdraw(wasl, first.id)).toMatchObject({ lifecycle: 'withdrawn' });
      expect(await pingFrom('ce-moh1', '10.200.10.10')).toMatchObject({ received: 0 });
      expect(await changedSince()).toEqual([]);
    });
  });
}

/** The agreement of MOH and MOF: the one that the story before has left, else a new one. */
async function agreed(wasl: LocalInstallation): Promise<InterconnectAnswer> {
  const client = await wasl.clientOf(ADMIN);
  const [left] = await client.listInterconnects({ lifecycle: 'active' });
  return left === undefined ? provision(wasl, MOH_AND_MOF) : client.readInterconnect(left.id);
}

async function routesOfBystanders(): Promise<Record<string, string[]>> {
  const read = BYSTANDERS.flatMap(([pe, vrf]) =>
    (['ipv4', 'ipv6'] as const).map(
      async (family) => [`${pe} ${vrf} ${family}`, [...(await vrfRoutes(pe, vrf, family)).keys()].sort()] as const,
    ),
  );
  return Object.fromEntries(await Promise.all(read));
}
