import { expect, test } from 'vitest';
import type { ReachabilityProbe } from '../../src/domain/plan.ts';
import { boundSilentProbes, SILENT_PINGS_PER_PE_MAX } from '../../src/plan/bound-silent-probes.ts';
import { planChange } from '../../src/plan/plan-change.ts';
import { verdictOf } from '../../src/proof/prove-change.ts';
import { address, makeFlow, makeInterconnect, makePe, pe, prefix, vrfName } from '../proof/networks.ts';
import { planInput } from './samples.ts';

const probe = (vrf: string, site: number, wanted: ReachabilityProbe['expect'] = 'unreachable'): ReachabilityProbe => ({
  pe: pe('pe1'),
  vrf: vrfName(vrf),
  prefix: prefix(`10.1.${site}.0/24`),
  target: address(`10.1.${site}.10`),
  expect: wanted,
});
const sites = (vrf: string, count: number) => Array.from({ length: count }, (_, site) => probe(vrf, site));
const pinged = (probes: readonly ReachabilityProbe[]) =>
  probes.filter(({ target }) => target !== null).map(({ vrf, prefix: of }) => `${vrf} ${of}`);
const isCanary = ({ vrf }: ReachabilityProbe) => vrf.startsWith('CANARY');

test('few are all pinged', () => {
  const few = sites('MOE', SILENT_PINGS_PER_PE_MAX);
  expect(boundSilentProbes(few, isCanary)).toEqual(few);
});

test('of many a sample is pinged, spread from the first to the last; none is dropped, and those that must answer stay', () => {
  const answering = Array.from({ length: 64 }, (_, site) => probe('MOF', site, 'reachable'));
  const bounded = boundSilentProbes([...answering, ...sites('CANARY', 128)], isCanary);
  expect(bounded.slice(0, 64)).toEqual(answering);
  expect(bounded.length).toBe(64 + 128);
  const sample = pinged(bounded.slice(64));
  expect(sample.length).toBe(SILENT_PINGS_PER_PE_MAX);
  expect([sample[0], sample.at(-1)]).toEqual(['CANARY 10.1.0.0/24', 'CANARY 10.1.127.0/24']);
});

test('every VRF has its share, and where there are too many a canary is not left out', () => {
  const shares = pinged(boundSilentProbes([...sites('A', 20), ...sites('B', 20), ...sites('CANARY', 2)], isCanary));
  expect(['A', 'B', 'CANARY'].map((vrf) => shares.filter((one) => one.startsWith(`${vrf} `)).length)).toEqual([
    3, 3, 2,
  ]);
  const crowd = Array.from({ length: 40 }, (_, index) => probe(`V${index}`, 1));
  const sample = pinged(boundSilentProbes([...crowd, probe('CANARY', 1)], isCanary));
  expect(sample.length).toBe(SILENT_PINGS_PER_PE_MAX);
  expect(sample).toContain('CANARY 10.1.1.0/24');
});

test('a request at its limits asks no router for more silence than it has time for', () => {
  const many = (network: number) => Array.from({ length: 64 }, (_, site) => `10.${network}.${site}.0/24`);
  const vrf = (vpn: string, network: number) => ({ vpn, own: `65000:${network}`, families: ['ipv4' as const] });
  const sitesAt = (name: string, vpn: string, network: number) =>
    makePe(name, [
      { ...vrf(vpn, network), prefixes: many(network), probe: `10.${network}.0.10` },
      { ...vrf('CANARY', 250), prefixes: ['10.250.0.0/24'], canary: true },
    ]);
  const probed = [sitesAt('pe1', 'MOH', 100), sitesAt('pe2', 'MOF', 200)].map((one) => ({
    ...one,
    vrfs: one.vrfs.map((each) => ({
      ...each,
      attachments: each.attachments.map((site) => ({
        ...site,
        probe: address(String(site.prefixes[0]).replace('.0/24', '.10')),
      })),
    })),
  }));
  const subject = makeInterconnect(
    1,
    makeFlow('MOH', 'MOF', '65000:9001', many(100)),
    makeFlow('MOF', 'MOH', '65000:9002', many(200)),
  );
  const plan = planChange(planInput({ view: { pes: probed }, subject }));
  expect(verdictOf(plan.proofs)).toBe('pass');
  const silent = plan.probes.filter(({ expect: wanted }) => wanted === 'unreachable');
  expect(silent.length).toBe(2 * 128);
  expect(pinged(silent).length).toBe(2 * SILENT_PINGS_PER_PE_MAX);
  expect(pinged(plan.probes).length).toBe(2 * 64 + 2 * SILENT_PINGS_PER_PE_MAX);
});
