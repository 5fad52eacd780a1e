/**
 * Two ministries on real routers: FRR with MPLS labels, netconfd over SSH. What wasl says is held against the customer edges' pings,
 * the labels on the P router and FRR's own configuration, none of which come through wasl.
 */
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LocalInstallation, openInstallation } from '../../src/bin/local-installation.ts';
import { readInventory } from '../../src/cli/read-inventory.ts';
import {
  blackholeCustomerEdge,
  canPing,
  captureLabels,
  frrRunningConfig,
  isUp,
  lab,
  pingFrom,
  stateFolder,
  vrfRoutes,
  waitForRunningConfig,
} from './support/lab.ts';
import { ADMIN, type FlowInput, provision, withdraw } from './support/people.ts';

const PES = ['pe1', 'pe2'] as const;
const FLOWS: readonly FlowInput[] = [
  { from: 'MOH', to: 'MOF', prefixes: ['10.100.10.0/24', '10.100.20.0/24', '2001:db8:100:10::/64'] },
  { from: 'MOF', to: 'MOH', prefixes: ['10.200.10.0/24', '2001:db8:200:10::/64'] },
];

let wasl: LocalInstallation;
let start: ReadonlyMap<string, string>;

beforeAll(async () => {
  // The lab is required: where it cannot start, this fails and says why.
  if (!(await isUp())) lab('up', 'pair');
  const directory = await mkdtemp(join(tmpdir(), 'wasl-lab-'));
  const credentialsFile = join(stateFolder, 'credentials.yaml');
  const say = (line: string) => process.stderr.write(`${line}\n`);
  wasl = await openInstallation({ directory, credentialsFile, convergenceSeconds: 15, say });
  const file = join(stateFolder, 'inventory.yaml');
  await (await wasl.clientOf(ADMIN)).importInventory(readInventory(await readFile(file, 'utf8'), file));
  start = await runningConfigs();
}, 600_000);

afterAll(() => wasl?.stop());

async function runningConfigs(): Promise<ReadonlyMap<string, string>> {
  return new Map(await Promise.all(PES.map(async (pe) => [pe, await frrRunningConfig(pe)] as const)));
}

/** Byte for byte, by FRR's own word. */
async function expectAsAtStart(): Promise<void> {
  for (const pe of PES) {
    const before = start.get(pe) ?? '';
    expect(await waitForRunningConfig(pe, before)).toBe(before);
  }
}

const canaryRoutes = async () =>
  Promise.all(
    PES.flatMap((pe) =>
      (['ipv4', 'ipv6'] as const).map(async (family) => [...(await vrfRoutes(pe, 'CANARY', family)).keys()].sort()),
    ),
  );

describe('MOH and MOF on real routers', () => {
  afterEach(expectAsAtStart);

  it('are joined exactly as signed, over MPLS, and parted without a trace', async () => {
    const canaries = await canaryRoutes();
    expect(await pingFrom('ce-moh', '10.200.10.10')).toMatchObject({ received: 0 });

    const active = await provision(wasl, FLOWS);
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

    expect(await withdraw(wasl, active.id)).toMatchObject({ lifecycle: 'withdrawn' });
    expect(await pingFrom('ce-moh', '10.200.10.10')).toMatchObject({ received: 0 });
  });

  it('are not joined when a site does not answer: FRR is as before, and the reason is one sentence', async () => {
    const restore = await blackholeCustomerEdge('ce-mof');
    try {
      const failed = await provision(wasl, FLOWS);
      expect(failed.lifecycle).toBe('failed');
      expect(failed.changes[0]?.outcome).toBe('rolled-back');
      expect(failed.reason).toMatch(/^10\.200\.10\.10 \(10\.200\.10\.0\/24\) from VRF MOH at pe1 does not answer/);
    } finally {
      await restore();
    }
  });
});
