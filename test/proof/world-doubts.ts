/** What readers could not understand in small worlds, and policies of operators as text. */
import fc from 'fast-check';
import type { VrfView } from '../../src/domain/network-view.ts';

export const PLATFORMS = ['iosxr-um2', 'junos-yang', 'frr'] as const;

/** Groups, leaks and the like as far as they reach; a hand edit; an import policy by its text. */
const DOUBTS = {
  group: { unknowns: [{ path: 'apply-groups EDGE', reach: 'vrf', why: 'was not resolved' }] },
  leak: { unknowns: [{ path: 'instance-import', reach: 'router', why: 'is not understood' }] },
  anywhere: { unknowns: [{ path: 'groups', reach: 'network', why: 'is not understood' }] },
  outside: { unknowns: [{ path: 'rib-groups', reach: 'router', why: 'is not understood', ofRouter: true }] },
  edited: { anomalies: ['a term of WASL-AAA-EXPORT has words of somebody else'] },
  pattern: { policyTexts: { IN: 'accept 65000:*' } },
  literal: { policyTexts: { IN: 'accept 65000:100' } },
  naming: { policyTexts: { IN: 'accept 65000:9002, 65000:9003' } },
  textless: { policyTexts: {} },
} as const;

type Doubt = keyof typeof DOUBTS;

export const doubt: fc.Arbitrary<Doubt | null> = fc.oneof(
  { weight: 7, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constantFrom(...(Object.keys(DOUBTS) as Doubt[])) },
);

export function withDoubt(vrf: VrfView, which: Doubt | null): VrfView {
  if (which === null) return vrf;
  const more = DOUBTS[which];
  if (!('policyTexts' in more)) return { ...vrf, ...more };
  const operator = Object.entries(vrf.operator).map(([family, one]) => [family, { ...one, importPolicies: ['IN'] }]);
  return { ...vrf, ...more, operator: Object.fromEntries(operator) };
}
