import type { Unknown } from '../../domain/network-view.ts';
import { parseRouteTarget, type RouteTarget, shortForm } from '../../domain/route-target.ts';
import { child, childrenNamed, childText, type XmlElement } from '../../netconf/index.ts';
import { tryParse } from '../reading/vrf-reader.ts';
import type { Statement } from './own-configuration.ts';
import type { RouteMaps } from './route-maps.ts';

type Direction = 'import' | 'export';
const DIRECTIONS = ['import', 'export'] as const;

/** By `vrf family direction`: what the NETCONF module says of a VRF. */
type Stated = ReadonlyMap<string, ReadonlySet<RouteTarget>>;

/**
 * Route targets that BGP has in a VRF and the NETCONF module does not show: the module's agent puts there what the module says, and a person at
 * vtysh may put more, also into a VRF that the module does not have.
 */
export function findStrayTargets(
  statements: readonly Statement[],
  modules: readonly XmlElement[],
  maps: RouteMaps,
): Unknown[] {
  const stated = statedBy(modules, maps);
  return statements.flatMap(({ line, words, inside }) => {
    if (words[0] !== 'router' || words[1] !== 'bgp' || words[3] !== 'vrf') return [];
    return inside
      .filter((family) => family.words[0] === 'address-family' && family.words[2] === 'unicast')
      .flatMap((family) => straysIn(family, `${line} ${family.line}`, `${words[4]} ${family.words[1]}`, stated, maps));
  });
}

function straysIn({ inside }: Statement, path: string, key: string, stated: Stated, maps: RouteMaps): Unknown[] {
  // Without these the route targets do nothing.
  const isOn = (direction: Direction) => inside.some(({ line }) => line === `${direction} vpn`);
  const say = (line: string, why: string): Unknown => ({ path: `${path} ${line}`, reach: 'network', why });
  return inside.flatMap(({ line, words: [what, kind, direction = '', ...values] }): Unknown[] => {
    if (kind !== 'vpn') return [];
    if (what === 'route-map' && direction === 'export' && isOn('export')) {
      const { targets, unread } = maps.effectOf(values[0] ?? '');
      const strays = targets.filter((target) => !isStated(stated, key, 'export', target));
      return [...strays.map((target) => `puts ${shortForm(target)} on routes, ${UNSHOWN}`), ...unread].map((why) =>
        say(line, why),
      );
    }
    if (what !== 'rt') return [];
    const meant = DIRECTIONS.filter((each) => (direction === each || direction === 'both') && isOn(each));
    return values.flatMap((value) => {
      const target = tryParse(() => parseRouteTarget(value));
      if (target === null) return [say(line, `has ${value}, which is not understood`)];
      return meant
        .filter((each) => !isStated(stated, key, each, target))
        .map((each) => say(line, `${each}s ${shortForm(target)}, ${UNSHOWN}`));
    });
  });
}

const UNSHOWN = 'which the NETCONF module does not show';

const isStated = (stated: Stated, key: string, direction: Direction, target: RouteTarget): boolean =>
  stated.get(`${key} ${direction}`)?.has(target) === true;

function statedBy(modules: readonly XmlElement[], maps: RouteMaps): Stated {
  const stated = new Map<string, ReadonlySet<RouteTarget>>();
  for (const vrf of modules.flatMap((root) => childrenNamed(root, 'vrf'))) {
    for (const family of ['ipv4', 'ipv6']) {
      const content = child(vrf, family);
      if (content === undefined) continue;
      const texts = (list: string) => childrenNamed(content, list).map(({ text }) => text);
      const rules = childrenNamed(content, 'export-rule').map((rule) => childText(rule, 'route-target') ?? '');
      const policy = childText(content, 'export-policy');
      const key = `${childText(vrf, 'name')} ${family}`;
      stated.set(`${key} import`, parsed(texts('import-rt')));
      const put = policy === undefined ? [] : maps.effectOf(policy).targets;
      stated.set(`${key} export`, new Set([...parsed([...texts('export-rt'), ...rules]), ...put]));
    }
  }
  return stated;
}

function parsed(texts: readonly string[]): ReadonlySet<RouteTarget> {
  return new Set(texts.flatMap((text) => tryParse(() => parseRouteTarget(text.trim())) ?? []));
}
