import { expect, it } from 'vitest';
import { planChange } from '../../src/plan/plan-change.ts';
import { alterVrf, makeFlow, makeInterconnect, rt, sampleInterconnect, sampleNetwork } from '../proof/networks.ts';
import { planInput } from './samples.ts';

const toldOf = (more: Parameters<typeof planInput>[0]) =>
  (planChange(planInput(more)).told ?? []).filter((sentence) => sentence.startsWith('at one remove'));

/** MOE takes by the operator's hand all that MOF exports. */
const withExtranet = alterVrf(sampleNetwork(), 'pe1', 'MOE', (vrf) => {
  const imports = [rt('65000:200'), rt('65000:300')];
  const operator = Object.entries(vrf.operator).map(([family, one]) => [
    family,
    { ...one, importRouteTargets: imports },
  ]);
  return { ...vrf, operator: Object.fromEntries(operator) };
});

it('who takes everything of a VPN that gains something is told with the way that it would go', () => {
  expect(toldOf({})).toEqual([]);
  expect(toldOf({ view: withExtranet })).toEqual([
    'at one remove: if a CE of MOF announced 10.100.10.0/24 and 1 network more of MOH again, MOE would reach it: ' +
      'VRF MOE at pe1 takes route target 65000:200, which VRF MOF at pe3 puts on all of its routes',
  ]);
});

it('an agreement about a whole VPN is such a way, and one about named networks is none', () => {
  const other = (scope: readonly string[] | 'whole-vpn') => {
    const active = [makeInterconnect(2, makeFlow('MOF', 'MOE', '65000:9004', scope))];
    const planned = planChange(planInput({ subject: active[0] as (typeof active)[number] }));
    const view = sampleNetwork();
    const put = planned.routers.reduce(
      (outer, { pe, vrfs }) =>
        vrfs.reduce((inner, { vrf, after }) => alterVrf(inner, pe, vrf, (one) => ({ ...one, share: after })), outer),
      view,
    );
    return toldOf({ view: put, active });
  };
  expect(other(['10.120.10.0/24'])).toEqual([]);
  expect(other('whole-vpn')).toEqual([expect.stringContaining('takes route target 65000:9004, which VRF MOF at pe3')]);
});

it('nothing comes to be so by a removal', () => {
  const subject = sampleInterconnect();
  const planned = planChange(planInput({ view: withExtranet, subject }));
  const put = planned.routers.reduce(
    (outer, { pe, vrfs }) =>
      vrfs.reduce((inner, { vrf, after }) => alterVrf(inner, pe, vrf, (one) => ({ ...one, share: after })), outer),
    withExtranet,
  );
  expect(toldOf({ view: put, subject, kind: 'withdraw' })).toEqual([]);
});
