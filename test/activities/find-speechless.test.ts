/** A router that has just started answers before its BGP has carried anything to it. */
import { expect, it } from 'vitest';
import { findSpeechless } from '../../src/activities/find-speechless.ts';
import { type ObservedRoute, type ObservedTables, tableKey } from '../../src/domain/observed-routes.ts';
import { allVrfs } from '../../src/proof/route-model.ts';
import { brutePut } from '../proof/brute-force.ts';
import { prefix, sampleInterconnect, sampleNetwork } from '../proof/networks.ts';

const VIEW = brutePut(sampleNetwork(), [sampleInterconnect()]);
const routers = ['pe1', 'pe3'].map((pe) => ({ pe })) as never;
const route = (text: string, origin: ObservedRoute['origin']): ObservedRoute => ({ prefix: prefix(text), origin });

/** Every table has a route of its own, and one that BGP brought but for the PEs named. */
function tables(deaf: readonly string[]): ObservedTables {
  return new Map(
    allVrfs(VIEW).map(({ pe, vrf }) => [
      tableKey(pe, vrf.name, 'ipv4'),
      [route('10.1.0.0/24', 'local'), ...(deaf.includes(pe) ? [] : [route('10.2.0.0/24', 'vpn')])],
    ]),
  );
}

it('is a PE of the plan that holds nothing of others', () => {
  expect(findSpeechless(VIEW, { routers }, tables([]))).toBeNull();
  expect(findSpeechless(VIEW, { routers }, tables(['pe3']))).toBe('pe3');
  expect(findSpeechless(VIEW, { routers }, tables(['pe2', 'pe4']))).toBeNull();
});

it('is none where nobody else announces anything that it imports', () => {
  const alone = { pes: VIEW.pes.filter(({ name }) => (name as string) === 'pe1') };
  expect(findSpeechless(alone, { routers }, tables(['pe1', 'pe3']))).toBeNull();
});
