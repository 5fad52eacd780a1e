/** A router that has just started answers before its BGP has carried anything to it. */
import { expect, it } from 'vitest';
import { findSpeechless } from '../../src/activities/find-speechless.ts';
import { type ObservedRoute, type ObservedTables, tableKey } from '../../src/domain/observed-routes.ts';
import { allVrfs } from '../../src/proof/route-model.ts';
import { samplePlan } from '../plan/samples.ts';
import { brutePut } from '../proof/brute-force.ts';
import { prefix, sampleInterconnect, sampleNetwork } from '../proof/networks.ts';

const VIEW = brutePut(sampleNetwork(), [sampleInterconnect()]);
const PLAN = { routers: ['pe1', 'pe3'].map((pe) => ({ pe })) as never, gained: [] };
const route = (text: string, origin: ObservedRoute['origin']): ObservedRoute => ({ prefix: prefix(text), origin });

/** By BGP: one site of MOH has the other's route, and MOF has what it was given. Every table has a route of its own. */
const HEARD: Readonly<Record<string, string>> = { 'pe1/MOH': '10.100.30.0/24', 'pe3/MOF': '10.100.10.0/24' };
function tables(deaf: readonly string[], more: Readonly<Record<string, string>> = {}): ObservedTables {
  return new Map(
    allVrfs(VIEW).map(({ pe, vrf }) => {
      const far = deaf.includes(pe) ? more[`${pe}/${vrf.name}`] : HEARD[`${pe}/${vrf.name}`];
      const routes = [route('10.1.0.0/24', 'local'), ...(far === undefined ? [] : [route(far, 'vpn')])];
      return [tableKey(pe, vrf.name, 'ipv4'), routes];
    }),
  );
}

it('is a PE of the plan that holds nothing of others', () => {
  expect(findSpeechless(VIEW, PLAN, tables([]))).toBeNull();
  expect(findSpeechless(VIEW, PLAN, tables(['pe3']))).toBe('pe3');
  expect(findSpeechless(VIEW, PLAN, tables(['pe2', 'pe4']))).toBeNull();
});

it('what came from elsewhere than from another PE is no sign of it', () => {
  expect(findSpeechless(VIEW, PLAN, tables(['pe1'], { 'pe1/MOH': '10.130.0.0/16' }))).toBe('pe1');
});

it('is none where nobody else announces anything that it imports', () => {
  const alone = { pes: VIEW.pes.filter(({ name }) => (name as string) === 'pe1') };
  expect(findSpeechless(alone, PLAN, tables(['pe1', 'pe3']))).toBeNull();
});

it('is none where the plan itself is all that would come: that it did not is the finding', () => {
  const gained = samplePlan().gained;
  const pes = VIEW.pes.filter(({ name }) => name !== 'pe4');
  const only = (names: readonly string[]) => ({
    pes: pes.map((one) => ({ ...one, vrfs: one.vrfs.filter(({ vpn }) => names.includes(vpn as string)) })),
  });
  const deaf = tables(['pe3']);
  expect(findSpeechless(only(['MOH', 'MOF', 'MOE']), { ...PLAN, gained }, deaf)).toBe('pe3');
  expect(findSpeechless(only(['MOH', 'MOF']), { ...PLAN, gained }, deaf)).toBeNull();
});
