import type { Unknown } from '../../domain/network-view.ts';
import { type RouteTarget, shortForm } from '../../domain/route-target.ts';
import { childrenNamed, childText, type XmlElement } from '../../netconf/index.ts';
import { pathOf } from '../reading/grammar.ts';
import { BGP_MODEL } from './grammar.ts';
import { type Rpl, targetsSetBy } from './rpl.ts';

/** BGP's policies on the way of routes: those of a VRF's own routes, and those of sessions that carry the VPN routes of everybody. */
const OF_SESSION =
  '<address-families><address-family><af-name/><route-policy/><import/><accept-own/></address-family></address-families>';
const PEERS = `<neighbors><neighbor><address/>${OF_SESSION}</neighbor><neighbor-range><address/>${OF_SESSION}</neighbor-range></neighbors>`;
const GROUPS =
  `<neighbor-groups><neighbor-group><neighbor-group-name/>${OF_SESSION}</neighbor-group></neighbor-groups>` +
  `<af-groups><af-group><af-group-name/>${OF_SESSION}</af-group></af-groups>`;
const OF_VRF =
  '<address-families><address-family><af-name/><redistribute/><source/><networks><network><route-policy/></network></networks>' +
  '<permanent-network/><import/>' +
  '<aggregate-addresses><aggregate-address><route-policy/></aggregate-address></aggregate-addresses></address-family></address-families>';
const OF_ALL_VRFS =
  '<address-families><address-family><af-name/><vrf><all><source/></all></vrf></address-family></address-families>';
const AS = `<as><as-number/>${PEERS}${GROUPS}${OF_ALL_VRFS}<vrfs><vrf><vrf-name/>${PEERS}${OF_VRF}</vrf></vrfs></as>`;

/** Nothing else of BGP is asked for: it is long, and holds secrets. */
export const SESSIONS_FILTER = `<router xmlns="${BGP_MODEL}"><bgp>${AS}<instances><instance><instance-name/>${AS}</instance></instances></bgp></router>`;

export const isBgp = ({ name, namespace }: XmlElement): boolean => name === 'router' && namespace === BGP_MODEL;

export interface Sessions {
  /** Route targets that policies put on routes on their way into the VRF; they go on with its exports. */
  marksOf(vrf: string): readonly RouteTarget[];
  readonly unknowns: readonly Unknown[];
}

const BY_IMPORT_POLICY = 'lets the VRF take what its import policy names';

export function readSessions(config: readonly XmlElement[], rpl: Rpl): Sessions {
  const systems = config
    .filter(isBgp)
    .flatMap((root) => childrenNamed(root, 'bgp'))
    .flatMap((bgp) => [
      ...childrenNamed(bgp, 'as').map((element) => ({ element, path: 'router bgp' })),
      ...childrenNamed(bgp, 'instances')
        .flatMap((instances) => childrenNamed(instances, 'instance'))
        .flatMap((instance) => childrenNamed(instance, 'as'))
        .map((element) => ({ element, path: 'router bgp instances' })),
    ]);
  const marks = new Map<string, RouteTarget[]>();
  const unknowns: Unknown[] = [];
  for (const { element, path } of systems) {
    const place = `${path} ${childText(element, 'as-number') ?? ''}`.trim();
    unknowns.push(...flowSpecificationsIn(element, place));
    const [vrfs, sessions] = [childrenNamed(element, 'vrfs'), element.children.filter(({ name }) => name !== 'vrfs')];
    for (const part of sessions) unknowns.push(...changesOfVpnRoutes(part, `${place} ${part.name}`, rpl));
    for (const vrf of vrfs.flatMap((all) => childrenNamed(all, 'vrf'))) {
      const name = childText(vrf, 'vrf-name') ?? '';
      const attached = attachedIn(vrf, `${place} vrfs vrf ${name}`).filter(({ isOut }) => !isOut);
      for (const { policy, path: at } of attached) {
        const { targets, unread } = targetsSetBy(policy, rpl);
        marks.set(name, [...(marks.get(name) ?? []), ...targets]);
        unknowns.push(...unread.map((why): Unknown => ({ path: at, reach: 'network', why })));
      }
      const sources = placesOf(vrf, `${place} vrfs vrf ${name}`, 'source');
      unknowns.push(...sources.map((at): Unknown => ({ path: at, reach: 'network', why: BY_IMPORT_POLICY })));
      const bridges = placesOf(vrf, `${place} vrfs vrf ${name}`, 'bridge-domain');
      unknowns.push(
        ...bridges.map((at): Unknown => ({ path: at, reach: 'router', why: 'takes routes of a bridge domain' })),
      );
    }
  }
  return { marksOf: (vrf) => marks.get(vrf) ?? [], unknowns };
}

/** Flow specifications (RFC 8955) send packets aside from the routes of their table, into that of another VRF too. */
function flowSpecificationsIn(element: XmlElement, path: string): Unknown[] {
  return element.children.flatMap((child): Unknown[] => {
    const place = pathOf(child, path);
    const isOne = child.name === 'address-family' && childText(child, 'af-name')?.endsWith('flowspec') === true;
    if (!isOne) return flowSpecificationsIn(child, place);
    return [{ path: place, reach: 'router', why: 'takes packets aside by flow specifications' }];
  });
}

/** Neighbours take their policies from groups too, whatever tables they are in. */
function changesOfVpnRoutes(part: XmlElement, path: string, rpl: Rpl): Unknown[] {
  const byPolicy = attachedIn(part, path).flatMap(({ policy, path: at }) => {
    const { targets, unread } = targetsSetBy(policy, rpl);
    const put = targets.map((target) => `puts route target ${shortForm(target)} on the routes that pass it`);
    return [...put, ...unread].map((why): Unknown => ({ path: at, reach: 'network', why }));
  });
  const anew = placesOf(part, path, 're-originate').map(
    (at): Unknown => ({ path: at, reach: 'network', why: 'gives VPN routes on with other route targets' }),
  );
  const byImport = placesOf(part, path, 'import-policy').map(
    (at): Unknown => ({ path: at, reach: 'network', why: 'lets VRFs take what their import policies name' }),
  );
  // RFC 7611: what a reflector gave other route targets goes into other VRFs of the router that it came from.
  const ownAgain = placesOf(part, path, 'accept-own').map(
    (at): Unknown => ({ path: at, reach: 'network', why: 'takes routes of its own back with other route targets' }),
  );
  return [...byPolicy, ...anew, ...byImport, ...ownAgain];
}

interface Attached {
  readonly policy: string;
  readonly path: string;
  /** Towards a neighbour. */
  readonly isOut: boolean;
}

/** A policy stands as a leaf, or by direction; that of `source` is told apart: it is the VRF's own, and decides alone. */
function attachedIn(element: XmlElement, path: string): Attached[] {
  return element.children.flatMap((child): Attached[] => {
    if (child.name === 'source') return [];
    if (child.name !== 'route-policy') return attachedIn(child, pathOf(child, path));
    const leaves = child.children.length === 0 ? [child] : child.children.filter(({ name }) => name !== 'retention');
    return leaves.map((leaf) => {
      const words = leaf === child ? [child.name] : [child.name, leaf.name];
      const policy = leaf.text.trim();
      return { policy, path: [path, ...words, policy].join(' '), isOut: leaf.name === 'out' };
    });
  });
}

/** What a group says does not hold here. */
const isSwitchedOff = ({ children }: XmlElement) => children.some(({ name }) => name === 'inheritance-disable');

function placesOf(element: XmlElement, path: string, name: string): string[] {
  return element.children.flatMap((child) =>
    child.name === name && !isSwitchedOff(child) ? [`${path} ${name}`] : placesOf(child, pathOf(child, path), name),
  );
}
