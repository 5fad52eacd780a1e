import { canonicalJson } from '../../domain/canonical-json.ts';
import {
  type ExportRule,
  enabledFamilies,
  isEmptyShare,
  type RunningVrf,
  TRAIT_AUTO_EXPORT,
  TRAIT_OWN_RESTATED,
  TRAIT_WASL_AUTO_EXPORT,
  type VrfShare,
} from '../../domain/network-view.ts';
import { FAMILIES, type Family, type Prefix } from '../../domain/prefix.ts';
import { compareRouteTargets, encodedParts, type RouteTarget } from '../../domain/route-target.ts';
import { WaslError } from '../../errors.ts';
import { familyIn, labelOf, objectNames } from '../object-names.ts';
import type { Change, ConfigObject, PlatformView, ShareContext, VrfChanges } from '../platform-view.ts';
import { DIRECTIONS, type Direction } from './own-targets.ts';
import { isWithoutEffect } from './without-effect.ts';

interface PrefixList extends ConfigObject {
  readonly kind: 'prefix-list';
  readonly family: Family | null;
  readonly prefixes: readonly Prefix[];
}

/** `auto-export` of the VRF, with the empty prefix list that says that it is wasl's. */
interface AutoExport extends ConfigObject {
  readonly kind: 'auto-export';
}

interface Policy extends ConfigObject {
  readonly kind: 'policy-statement';
  /** null: of a VRF that the router does not have any more. */
  readonly direction: Direction | null;
  readonly importing: boolean;
  readonly terms: readonly object[];
  /** Operator's policies follow: ours hands on to them instead of deciding. */
  readonly chained: boolean;
  /** Communities of the VRF's own route targets, restated where the policy takes the place of `vrf-target`. */
  readonly ownCommunities: readonly string[];
}

interface Community extends ConfigObject {
  readonly kind: 'community';
  readonly administrator: string;
  readonly assigned: number;
  readonly fourOctetAs: boolean;
}

/** Our place in the VRF's list of policies. */
interface Reference extends ConfigObject {
  readonly kind: 'reference';
  readonly direction: Direction;
  readonly first: boolean;
}

/** One of both directions, or `community` for both. */
type TargetLeaf = Direction | 'community';

/** The operator's statement of the VRF's own route target, of which nothing was left in force but what wasl restated. */
interface OwnTarget extends ConfigObject {
  readonly kind: 'vrf-target';
  readonly leaf: TargetLeaf;
  /** It stands deactivated, by itself or with all of `vrf-target`. */
  readonly activates: boolean;
  readonly activatesAll: boolean;
  readonly administrator: string;
  readonly assigned: number;
  readonly fourOctetAs: boolean;
}

type JunosObject = PrefixList | AutoExport | Policy | Community | Reference | OwnTarget;

/** Two policies a VRF, since policies know no families; a prefix list a rule; a community a route target. */
export const view: PlatformView<JunosObject> = {
  objectsOf: (running, share, context) => {
    const { isRunning } = context;
    const stated = DIRECTIONS.filter((direction) => isStated(running, share, direction));
    return [
      ...enabledFamilies(running).flatMap((family) =>
        (share[family]?.exports ?? []).flatMap((rule) => prefixList(running, family, rule)),
      ),
      ...autoExport(running, share, context),
      ...stated.map((direction) => policy(running, share, direction)),
      ...communityTargets(running, share).map((rt) => community(running, rt)),
      ...stated.map((direction) => reference(running, direction)),
      ...(isRunning || !isEmptyShare(share) ? [] : givenBack(running)),
    ];
  },

  objectFound: (key, running) => {
    const [kind, name = ''] = [key.slice(0, key.indexOf(' ')), key.split(' ').at(-1)];
    if (kind === 'prefix-list') {
      // Its own auto-export stands: it goes with its mark.
      const isMark = name === objectNames.autoExportMark(running.name) && isWithoutEffect(running, 'auto-export');
      if (isMark) return { kind: 'auto-export', key, name, says: null };
      return {
        kind,
        key,
        name,
        says: null,
        family: familyIn(name) ?? enabledFamilies(running)[0] ?? null,
        prefixes: [],
      };
    }
    if (kind === 'community') {
      return { kind, key, name, says: null, administrator: '', assigned: 0, fourOctetAs: false };
    }
    const direction = DIRECTIONS.find((each) => name === policyName(running, each)) ?? null;
    const ofNoInterconnect = direction === null ? { shared: true as const } : {};
    if (kind === 'policy-statement') {
      const said = { says: null, importing: false, terms: [], chained: false, ownCommunities: [] };
      return { kind, key, name, direction, ...said, ...ofNoInterconnect };
    }
    const list = DIRECTIONS.find((each) => key === placeOfReference(running, each) + name);
    if (list === undefined) return null;
    return { kind: 'reference', key, name, says: '', direction: list, first: false, ...ofNoInterconnect };
  },

  viewEdit: (vrfs) => {
    const [policyOptions, instances] = [vrfs.flatMap(viewPolicyOptions), vrfs.flatMap(viewInstance)];
    return { configuration: policyOptions.length + instances.length === 0 ? null : { policyOptions, instances } };
  },
};

function viewPolicyOptions({ changes }: VrfChanges<JunosObject>) {
  const lists = changes.filter((change) => change.kind === 'prefix-list');
  const marks = changes
    .filter((change) => change.kind === 'auto-export')
    .map((change) => ({ ...change, prefixes: [] }));
  const policies = changes.filter((change) => change.kind === 'policy-statement');
  const communities = changes.filter((change) => change.kind === 'community');
  if (lists.length + marks.length + policies.length + communities.length === 0) return [];
  const byFamily = lists.toSorted((a, b) => placeOf(FAMILIES, a.family) - placeOf(FAMILIES, b.family));
  return { prefixLists: [...byFamily, ...marks], policies: policies.toSorted(byDirection), communities };
}

function viewInstance({ vrf, changes }: VrfChanges<JunosObject>) {
  const references = changes.filter((change) => change.kind === 'reference').toSorted(byDirection);
  const autoExport = changes.find((change) => change.kind === 'auto-export') ?? null;
  const own = changes.filter((change) => change.kind === 'vrf-target');
  if (references.length + own.length === 0 && autoExport === null) return [];
  const placed = references.map((change) => ({ ...change, first: change.first && !change.deletes }));
  return { vrf, references: placed, own: own.length === 0 ? null : viewOwnTargets(own), autoExport };
}

/**
 * `replace` leaves a deactivated node deactivated, so that both are said. Where all of `vrf-target` is deactivated nothing of it was in force,
 * and nothing else in it is to come into force.
 */
function viewOwnTargets(own: readonly Change<OwnTarget>[]) {
  const activatesAll = own.some((change) => change.activatesAll);
  const leaves = own.map(({ operation, ...change }) => ({
    ...change,
    operation: change.activates ? 'replace' : operation,
  }));
  return {
    ...{ operation: activatesAll ? 'replace' : 'merge', activatesAll },
    ...{ activates: activatesAll || own.some((change) => change.activates), leaves },
  };
}

type OfDirection = { readonly direction: Direction | null };
const byDirection = (a: OfDirection, b: OfDirection) =>
  placeOf(DIRECTIONS, a.direction) - placeOf(DIRECTIONS, b.direction);

const placeOf = <T>(order: readonly T[], value: T | null): number =>
  value === null ? order.length : order.indexOf(value);

const policyName = ({ name: vrf }: RunningVrf, direction: Direction): string =>
  direction === 'import' ? objectNames.importPolicy(vrf) : objectNames.exportPolicy(vrf);

const placeOfReference = ({ name: vrf }: RunningVrf, direction: Direction): string => `vrf ${vrf} vrf-${direction} `;

/** Policies know no families, so that every family of the VRF has the same base. */
const baseOf = ({ operator }: RunningVrf) => Object.values(operator)[0];

function operatorPolicies(running: RunningVrf, direction: Direction): readonly string[] {
  const base = baseOf(running);
  return (direction === 'import' ? base?.importPolicies : base?.exportPolicies) ?? [];
}

/** The VRF's own route targets of a direction, where no policy of the operator's speaks of them. */
function ownTargets(running: RunningVrf, direction: Direction): readonly RouteTarget[] {
  if (operatorPolicies(running, direction).length > 0) return [];
  const base = baseOf(running);
  return (direction === 'import' ? base?.importRouteTargets : base?.exportRouteTargets) ?? [];
}

/**
 * While anything of wasl's is in the VRF, both directions are stated by policies: what a direction without a policy follows once the other
 * has one is not documented. A direction that the operator already states by policies needs ours only where wasl adds to it.
 */
function isStated(running: RunningVrf, share: VrfShare, direction: Direction): boolean {
  const adds = Object.values(share).some((family) => family[`${direction}s`].length > 0);
  return adds || (!isEmptyShare(share) && operatorPolicies(running, direction).length === 0);
}

function prefixList({ name: vrf }: RunningVrf, family: Family, { routeTarget, scope }: ExportRule): PrefixList[] {
  if (scope === 'whole-vpn') return [];
  const name = objectNames.prefixes(vrf, family, routeTarget);
  const says = canonicalJson(scope);
  return [{ kind: 'prefix-list', key: `prefix-list ${name}`, name, says, family, prefixes: scope }];
}

/** Needed where a flow joins two VRFs of this PE; kept while the VRF has any interconnect, since the other end may not be among the edits. */
function autoExport(running: RunningVrf, share: VrfShare, { isRunning, joins }: ShareContext): AutoExport[] {
  const { name: vrf, traits = [] } = running;
  const stands = traits.includes(TRAIT_WASL_AUTO_EXPORT);
  const isNeeded = !isEmptyShare(share) && (stands || (joins && !traits.includes(TRAIT_AUTO_EXPORT)));
  if (!(isRunning ? stands : isNeeded)) return [];
  if (!stands && isWithoutEffect(running, 'auto-export')) {
    const fact = `VRF ${vrf} has auto-export, deactivated or disabled: it would give nothing to the other VRF of this router`;
    throw new WaslError('AUTO_EXPORT_OFF', fact, { path: vrf });
  }
  const name = objectNames.autoExportMark(vrf);
  return [{ kind: 'auto-export', key: `prefix-list ${name}`, name, says: '' }];
}

const EVERYTHING = { ipv4: '0.0.0.0/0', ipv6: '::/0' } as const;

function policy(running: RunningVrf, share: VrfShare, direction: Direction): Policy {
  const name = policyName(running, direction);
  const communityOf = (rt: RouteTarget) => objectNames.community(running.name, rt);
  const families = FAMILIES.flatMap((family) => {
    const { imports = [], exports = [] } = share[family] ?? {};
    return { family, everything: EVERYTHING[family], imports, exports };
  });
  const importTerms = families
    .filter(({ imports }) => imports.length > 0)
    .map(({ family, everything, imports }) => ({ name: family, everything, communities: imports.map(communityOf) }));
  const exportTerms = families.flatMap(({ family, everything, exports }) =>
    exports.map(({ routeTarget, scope }) => ({
      name: `${labelOf(routeTarget)}-${family}`,
      everything,
      wholeVpn: scope === 'whole-vpn',
      prefixesName: objectNames.prefixes(running.name, family, routeTarget),
      community: communityOf(routeTarget),
    })),
  );
  const terms = direction === 'import' ? importTerms : exportTerms;
  return {
    kind: 'policy-statement',
    key: `policy-statement ${name}`,
    name,
    says: canonicalJson(terms),
    direction,
    importing: direction === 'import',
    terms,
    chained: operatorPolicies(running, direction).length > 0,
    ownCommunities: ownTargets(running, direction).map(communityOf),
  };
}

/** Every route target that the VRF's policies name: wasl's, and the VRF's own where they are restated. */
function communityTargets(running: RunningVrf, share: VrfShare): RouteTarget[] {
  if (isEmptyShare(share)) return [];
  const wasl = Object.values(share).flatMap(({ imports, exports }) => [
    ...imports,
    ...exports.map(({ routeTarget }) => routeTarget),
  ]);
  const own = DIRECTIONS.flatMap((direction) => ownTargets(running, direction));
  return [...new Set([...own, ...wasl])].sort(compareRouteTargets);
}

function community({ name: vrf }: RunningVrf, rt: RouteTarget): Community {
  const name = objectNames.community(vrf, rt);
  const { type, administrator, assigned } = encodedParts(rt);
  const key = `community ${name}`;
  return { kind: 'community', key, name, says: rt, administrator, assigned, fourOctetAs: type === 2 };
}

function reference(running: RunningVrf, direction: Direction): Reference {
  const name = policyName(running, direction);
  const key = placeOfReference(running, direction) + name;
  return { kind: 'reference', key, name, says: '', direction, first: operatorPolicies(running, direction).length > 0 };
}

/** The VPN goes on as it was: without this its VRF would end with wasl's policies, which Junos refuses. */
function givenBack(running: RunningVrf): OwnTarget[] {
  const restated = DIRECTIONS.filter((direction) => running.traits?.includes(TRAIT_OWN_RESTATED[direction]));
  const others = DIRECTIONS.filter((direction) => !restated.includes(direction));
  const stands = (leaf: TargetLeaf) => isWithoutEffect(running, `vrf-target ${leaf}`);
  // It speaks for both directions, and is not heard in one that the operator states by policies.
  const isForBoth =
    new Set(restated.map((direction) => ownTargets(running, direction)[0])).size === 1 &&
    others.every((direction) => stands('community') && operatorPolicies(running, direction).length > 0);
  const leaves: readonly TargetLeaf[] = isForBoth && !restated.every(stands) ? ['community'] : restated;
  const activatesAll = isWithoutEffect(running, 'vrf-target');
  return leaves.flatMap((leaf) => {
    const [rt] = ownTargets(running, leaf === 'community' ? (restated[0] ?? 'import') : leaf);
    if (rt === undefined) return [];
    const { type, administrator, assigned } = encodedParts(rt);
    const key = `vrf ${running.name} vrf-target ${leaf}`;
    const said = { says: rt, administrator, assigned, fourOctetAs: type === 2 };
    return [{ kind: 'vrf-target', key, name: leaf, leaf, activates: stands(leaf), activatesAll, ...said }];
  });
}
