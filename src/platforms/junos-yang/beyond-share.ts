import type { ExportRule, Unknown, VrfShare } from '../../domain/network-view.ts';
import { type RouteTarget, shortForm } from '../../domain/route-target.ts';
import { childrenNamed, type XmlElement } from '../../netconf/index.ts';
import { OBJECT_PREFIX } from '../object-names.ts';
import { pathOf } from '../reading/grammar.ts';
import { whyMore } from './marks.ts';
import { type DefaultAction, openEnds } from './open-ends.ts';
import type { OwnTargets } from './own-targets.ts';
import { type PolicyOptions, targetsNamedBy } from './policies.ts';

const BY_HAND = " by wasl's policies, which share it with nobody";

interface BeyondShare {
  /** Route targets that are put on routes on their way into the VRF: on all, for it is not read on which. */
  readonly rules: readonly ExportRule[];
  readonly unknowns: readonly Unknown[];
}

/**
 * What the policies of an instance do that is neither the operator's statement of its own VPN nor what wasl shares: policies towards CEs that put
 * route targets on routes, and wasl's policies where a hand was on them. An edit under wasl's name is in force like any other.
 */
export function beyondShare(
  instance: XmlElement,
  { imports, exports }: { readonly imports: OwnTargets; readonly exports: OwnTargets },
  { marking, options, share, byDefault }: ReadPolicies,
): BeyondShare {
  const path = pathOf(instance, 'routing-instances');
  const listed = (list: string) => childrenNamed(instance, list).map(({ text }) => text.trim());
  const [taking, giving] = [listed('vrf-import'), listed('vrf-export')];
  const shared = (direction: 'imports' | 'exports') =>
    Object.values(share).flatMap((family): readonly RouteTarget[] =>
      direction === 'imports' ? family.imports : family.exports.map(({ routeTarget }) => routeTarget),
    );
  const isOurs = (name: string) => name.startsWith(OBJECT_PREFIX);
  const strays = (policies: readonly string[], direction: 'import' | 'export', known: readonly RouteTarget[]) =>
    targetsNamedBy(policies.filter(isOurs), direction, options).filter((target) => !known.includes(target));
  const taken = strays(taking, 'import', [...imports.targets, ...shared('imports')]);
  const given = strays(giving, 'export', [...exports.targets, ...shared('exports')]);
  const endsOf = (policies: readonly string[]) =>
    taking.some(isOurs) && policies.length > 0 ? openEnds(policies, options, byDefault) : [];
  // Of the operator's chain alone its last policy says so.
  const theirs = new Set(endsOf(imports.policies));
  const open = endsOf(taking).filter((end) => !theirs.has(end));
  const doubts = [
    ...[...new Set([...giving, ...marking])].flatMap((policy) =>
      whyMore([policy], options).map((why) => ({ at: `policy ${policy}`, why })),
    ),
    ...open.map((why) => ({ at: 'vrf-import', why: why.replace(/^# /, '') })),
    ...taken.map((target) => ({ at: 'vrf-import', why: `takes ${shortForm(target)}${BY_HAND}` })),
    ...given.map((target) => ({ at: 'vrf-export', why: `puts ${shortForm(target)} on routes${BY_HAND}` })),
  ];
  return {
    rules: targetsNamedBy(marking, 'export', options)
      .filter((target) => !exports.targets.includes(target))
      .map((routeTarget) => ({ routeTarget, scope: 'whole-vpn' })),
    unknowns: doubts.map(({ at, why }): Unknown => ({ path: `${path} ${at}`, reach: 'network', why })),
  };
}

interface ReadPolicies {
  /** Of protocols towards CEs. */
  readonly marking: readonly string[];
  readonly options: PolicyOptions;
  readonly share: VrfShare;
  readonly byDefault: DefaultAction;
}
