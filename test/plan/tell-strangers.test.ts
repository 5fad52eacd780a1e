/** Whose a VRF is the inventory says; what its routes say of it is told to who approves. */
import { expect, it } from 'vitest';
import type { VpnId } from '../../src/domain/names.ts';
import { tellStrangers } from '../../src/plan/tell-strangers.ts';
import { brutePut } from '../proof/brute-force.ts';
import { alterVrf, makeFlow, makeInterconnect, sampleInterconnect, sampleNetwork } from '../proof/networks.ts';
import { samplePlan } from './samples.ts';

const other = makeInterconnect(2, makeFlow('MOE', 'MOF', '65000:9011', ['10.130.0.0/16']));

it('is nothing where VPNs exchange what is agreed, and nothing else', () => {
  const subject = sampleInterconnect();
  expect(tellStrangers(sampleNetwork(), subject, [])).toEqual([]);
  expect(tellStrangers(brutePut(sampleNetwork(), [subject, other]), subject, [other])).toEqual([]);
  expect(samplePlan().told).toEqual([]);
});

it("names a VRF that is listed under another ministry's VPN, by the routes that it holds", () => {
  const [pe] = sampleNetwork().pes.filter(({ vrfs }) => vrfs.some(({ vpn }) => vpn === 'MOE'));
  const view = alterVrf(sampleNetwork(), pe?.name ?? '', 'MOE', (vrf) => ({ ...vrf, vpn: 'MOF' as VpnId }));
  const told = tellStrangers(view, sampleInterconnect(), []);
  expect(told).not.toEqual([]);
  for (const sentence of told) {
    expect(sentence).toMatch(
      /^VRF \w+ at \w+, listed as MO[EF], already takes \d+ networks? of VRF \w+ at \w+, listed as MO[EF], by route target \S+, without an agreement: /,
    );
  }
});

it('names what an agreement that is not on the network left open', () => {
  const view = brutePut(sampleNetwork(), [other]);
  const told = tellStrangers(view, sampleInterconnect(), []);
  expect(told.join()).toContain('by route target 65000:9011, without an agreement');
  expect(
    tellStrangers(view, makeInterconnect(3, makeFlow('MOH', 'MOI', '65000:9021', ['10.100.10.0/24'])), []),
  ).toEqual([]);
});

it('names a VRF that nobody listed, of which a party takes what it has', () => {
  const [pe] = sampleNetwork().pes.filter(({ vrfs }) => vrfs.some(({ vpn }) => vpn === 'MOH'));
  const view = alterVrf(sampleNetwork(), pe?.name ?? '', 'MOH', (vrf) => ({ ...vrf, vpn: null, attachments: [] }));
  const told = tellStrangers(view, sampleInterconnect(), []);
  const gifts = told.filter((sentence) => sentence.includes('no inventory lists'));
  expect(gifts).not.toEqual([]);
  for (const sentence of gifts) {
    expect(sentence).toMatch(
      /^VRF MOH at \w+ already takes by \S+ what VRF MOH at \w+ gives, which no inventory lists: /,
    );
  }
});
