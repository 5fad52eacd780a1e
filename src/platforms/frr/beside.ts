import type { VrfName } from '../../domain/names.ts';
import type { Unknown } from '../../domain/network-view.ts';
import type { Family } from '../../domain/prefix.ts';
import type { RouteTarget } from '../../domain/route-target.ts';
import type { XmlElement } from '../../netconf/index.ts';
import { isOwnConfiguration, parseOwn, type Statement } from './own-configuration.ts';
import { findOwnUnknowns, findRuleUnknowns, markingMapOf } from './own-grammar.ts';
import { type MapEffect, RouteMaps } from './route-maps.ts';
import { findStrayTargets } from './stray-targets.ts';

/** What FRR's own configuration adds to a VRF of the NETCONF module. */
export interface Beside {
  readonly unknowns: readonly Unknown[];
  familyOf(vrf: VrfName, family: Family): OwnFamily;
  effectOf(map: string): MapEffect;
  /** Of the maps that are on the router, by name. */
  textsOf(maps: readonly string[]): Readonly<Record<string, string>>;
}

interface OwnFamily {
  readonly importMaps: readonly string[];
  /** Route targets that maps put on routes on their way into the VRF; these go on with its exports. */
  readonly marks: readonly RouteTarget[];
}

const UNSHOWN: Unknown = {
  path: 'vtysh show running-config, ip rule show',
  reach: 'network',
  why: 'was not shown, or not whole',
};

/** `modules`: what the NETCONF module says, which BGP should have. */
export function besideOf(config: readonly XmlElement[], modules: readonly XmlElement[]): Beside {
  const own = config.find(isOwnConfiguration);
  const shown = own === undefined ? null : parseOwn(own);
  const statements = shown?.statements ?? [];
  const maps = new RouteMaps(statements);
  const families = familiesIn(statements);
  return {
    unknowns:
      own !== undefined && shown === null
        ? [UNSHOWN]
        : [
            ...findOwnUnknowns(statements, maps),
            ...findStrayTargets(statements, modules, maps),
            ...findRuleUnknowns(shown?.rules ?? []),
          ],
    familyOf: (vrf, family) => {
      const inside = families.get(`${vrf} ${family}`) ?? [];
      const marking = inside.flatMap((statement) => markingMapOf(statement) ?? []);
      return {
        importMaps: inside.flatMap(({ words }) =>
          /^route-map vpn import /.test(words.join(' ')) ? (words[3] ?? []) : [],
        ),
        marks: marking.flatMap((map) => maps.effectOf(map).targets),
      };
    },
    effectOf: (map) => maps.effectOf(map),
    textsOf: (names) =>
      Object.fromEntries(
        names
          .map((name) => [name, maps.textOf(name)] as const)
          .filter((one): one is [string, string] => one[1] !== undefined),
      ),
  };
}

/** By `vrf family`: what BGP has of the unicast routes of a VRF. */
function familiesIn(statements: readonly Statement[]): ReadonlyMap<string, readonly Statement[]> {
  const families = new Map<string, readonly Statement[]>();
  for (const { words, inside } of statements) {
    if (words[0] !== 'router' || words[1] !== 'bgp' || words[3] !== 'vrf') continue;
    for (const family of inside.filter((one) => one.words[0] === 'address-family')) {
      const key = `${words[4]} ${family.words[1]}`;
      families.set(key, [...(families.get(key) ?? []), ...family.inside]);
    }
  }
  return families;
}
