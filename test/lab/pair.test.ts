/**
 * Two ministries on real routers: FRR with MPLS labels, netconfd over SSH. What wasl says is held against the customer edges' pings,
 * the labels on the P router and FRR's own configuration, none of which come through wasl.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { blackholeCustomerEdge, canPing, captureLabels, pingFrom, vrfRoutes } from './support/lab.ts';
import { type FlowInput, giveUp, provision, withdraw } from './support/people.ts';
import { type LabStage, openLabStage } from './support/stage.ts';

const PES = ['pe1', 'pe2'] as const;
const FLOWS: readonly FlowInput[] = [
  { from: 'MOH', to: 'MOF', prefixes: ['10.100.10.0/24', '10.100.20.0/24', '2001:db8:100:10::/64'] },
  { from: 'MOF', to: 'MOH', prefixes: ['10.200.10.0/24', '2001:db8:200:10::/64'] },
];

let stage: LabStage;

beforeAll(async () => {
  stage = await openLabStage('pair');
}, 600_000);

afterAll(() => stage?.close());

const canaryRoutes = async () =>
  Promise.all(
    PES.flatMap((pe) =>
      (['ipv4', 'ipv6'] as const).map(async (family) => [...(await vrfRoutes(pe, 'CANARY', family)).keys()].sort()),
    ),
  );

describe('MOH and MOF on real routers', () => {
  // Byte for byte, by FRR's own word.
  afterEach(async () => expect(await stage.changedSince()).toEqual([]));

  it('are joined exactly as signed, over MPLS, and parted without a trace', async () => {
    const canaries = await canaryRoutes();
    expect(await pingFrom('ce-moh', '10.200.10.10')).toMatchObject({ received: 0 });

    const active = await provision(stage.wasl, FLOWS);
    expect(active).toMatchObject({ lifecycle: 'active', changes: [{ outcome: 'applied' }] });

    // Both families, both directions.
    expect(await canPing('ce-moh', '10.200.10.10')).toBe(true);
    expect(await canPing('ce-mof', '10.100.10.10')).toBe(true);
    expect(await canPing('ce-mof', '10.100.20.1')).toBe(true);
    expect(await canPing('ce-moh', '2001:db8:200:10::10')).toBe(true);
    // The third network of MOH was not agreed.
    expect(await pingFrom('ce-mof', '10.100.30.1')).toMatchObject({ received: 0 });

    // Two labels into P (transport and VPN), one after it: the packets are those of a real L3VPN.
    const packets = await captureLabels(() => pingFrom('ce-moh', '10.200.10.10', { count: 2 }));
    const requests = packets.filter((packet) => packet.destination === '10.200.10.10');
    expect(requests.map((packet) => packet.labels.length).sort()).toEqual(expect.arrayContaining([1, 2]));

    expect(await canaryRoutes()).toEqual(canaries);
    for (const destination of ['10.100.10.10', '10.200.10.10']) {
      expect(await pingFrom('ce-canary1', destination)).toMatchObject({ received: 0 });
    }

    expect(await withdraw(stage.wasl, active.id)).toMatchObject({ lifecycle: 'withdrawn' });
    expect(await pingFrom('ce-moh', '10.200.10.10')).toMatchObject({ received: 0 });
  });

  it('are not joined when a site does not answer: FRR is as before, and the reason is one sentence', async () => {
    const restore = await blackholeCustomerEdge('ce-mof');
    try {
      const failed = await provision(stage.wasl, FLOWS);
      expect(failed.lifecycle).toBe('requested');
      expect(failed.changes[0]?.outcome).toBe('rolled-back');
      expect(await giveUp(stage.wasl, failed.id)).toMatchObject({ lifecycle: 'rejected' });
      expect(failed.changes[0]?.reason).toMatch(
        /^10\.200\.10\.10 \(10\.200\.10\.0\/24\) from VRF MOH at pe1 does not answer/,
      );
    } finally {
      await restore();
    }
  });
});
