import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attachment } from '../../src/domain/network-view.ts';
import { type Address, FAMILIES, type Family, familyOf, type Prefix, parsePrefix } from '../../src/domain/prefix.ts';
import { parseRouteTarget, type RouteTarget } from '../../src/domain/route-target.ts';
import { editTree } from '../../src/sim/datastore/edit.ts';
import { emptyTree } from '../../src/sim/datastore/tree.ts';
import { iosxrUm2 } from '../../src/sim/iosxr/personality.ts';
import { junosYang } from '../../src/sim/junos/personality.ts';
import type { Personality } from '../../src/sim/personality.ts';
import { isAnswered } from '../../src/sim/vpn/ping.ts';
import { RouteExchange } from '../../src/sim/vpn/route-exchange.ts';
import { parseXml } from '../../src/sim/xml/parse.ts';
import {
  junosAdd,
  junosCommunity,
  junosInstance,
  junosPolicyOptions,
  xrExportPolicy,
  xrPolicy,
  xrTarget,
} from './support/operations.ts';

/** A VRF as the test thinks of it: what it imports, what it exports, and what it adds to one of its prefixes. */
interface VrfModel {
  readonly platform: 'iosxr' | 'junos';
  readonly imports: readonly number[];
  readonly exports: readonly number[];
  readonly extra: { readonly target: number; readonly prefixIndex: number } | null;
}

const target = (number: number): RouteTarget => parseRouteTarget(`65000:${number}`);
const PREFIXES_PER_VRF = 2;
const prefixesOf = (router: number, vrf: number): Prefix[] =>
  Array.from({ length: PREFIXES_PER_VRF }, (_, i) => [
    parsePrefix(`10.${router}.${vrf * 8 + i}.0/24`),
    parsePrefix(`fd00:${router}:${vrf * 8 + i}::/48`),
  ]).flat();
const probeOf = (prefix: Prefix): Address =>
  (prefix.includes(':') ? prefix.replace('/48', '1') : prefix.replace('.0/24', '.1')) as Address;

/** The same intent in each dialect, as an operator would write it. */
function renderIosxr(name: string, vrf: VrfModel, prefixes: readonly Prefix[]): string {
  const lists = FAMILIES.flatMap((family) => [
    ...vrf.imports.map((number) => xrTarget(name, 'import', number, 'merge', family)),
    ...vrf.exports.map((number) => xrTarget(name, 'export', number, 'merge', family)),
  ]);
  if (vrf.extra === null) return lists.join('');
  const { target: number, prefixIndex } = vrf.extra;
  const pair = prefixes.slice(prefixIndex * 2, prefixIndex * 2 + 2).join(', ');
  const text = `route-policy ${name}-EXP\nif destination in (${pair}) then\nset extcommunity rt (65000:${number}) additive\nendif\npass\nend-policy`;
  const attach = FAMILIES.map((family) => xrExportPolicy(name, `${name}-EXP`, 'merge', family));
  return lists.join('') + xrPolicy(`${name}-EXP`, text, 'merge') + attach.join('');
}

function renderJunos(name: string, vrf: VrfModel, prefixes: readonly Prefix[]): string {
  const { extra } = vrf;
  const extraPrefixes = extra === null ? [] : prefixes.slice(extra.prefixIndex * 2, extra.prefixIndex * 2 + 2);
  const communities = [...new Set([...vrf.imports, ...vrf.exports, ...(extra === null ? [] : [extra.target])])];
  const accepts = vrf.imports.map(
    (number) =>
      `<term><name>i${number}</name><from><community>${name}-${number}</community></from><then><accept/></then></term>`,
  );
  const own = vrf.exports.map((number) => junosAdd(`${name}-${number}`)).join('');
  const extraTerm =
    extra === null
      ? ''
      : `<term><name>extra</name><from><prefix-list><name>${name}-PFX</name></prefix-list></from><then>${junosAdd(`${name}-${extra.target}`)}</then></term>`;
  return (
    junosPolicyOptions(
      (extra === null
        ? ''
        : `<prefix-list><name>${name}-PFX</name>${extraPrefixes.map((prefix) => `<prefix-list-item><name>${prefix}</name></prefix-list-item>`).join('')}</prefix-list>`) +
        `<policy-statement><name>${name}-IMP</name>${accepts.join('')}<term><name>rest</name><then><reject/></then></term></policy-statement>` +
        `<policy-statement><name>${name}-EXP</name>${extraTerm}<term><name>own</name><then>${own}<accept/></then></term></policy-statement>` +
        communities.map((number) => junosCommunity(`${name}-${number}`, `target:65000:${number}`)).join(''),
    ) +
    junosInstance(
      name,
      `<instance-type>vrf</instance-type><routing-options><auto-export/></routing-options><route-distinguisher><rd-type>65000:1</rd-type></route-distinguisher><vrf-import>${name}-IMP</vrf-import><vrf-export>${name}-EXP</vrf-export>`,
    )
  );
}

const PERSONALITIES: Readonly<Record<VrfModel['platform'], Personality>> = { iosxr: iosxrUm2, junos: junosYang };

const ROUTE_TARGETS = [100, 200, 300, 90_001];
const vrfArbitrary = (platform: VrfModel['platform']): fc.Arbitrary<VrfModel> =>
  fc.record({
    platform: fc.constant(platform),
    imports: fc.uniqueArray(fc.constantFrom(...ROUTE_TARGETS), { maxLength: 3 }),
    exports: fc.uniqueArray(fc.constantFrom(...ROUTE_TARGETS), { maxLength: 2 }),
    extra: fc.option(
      fc.record({ target: fc.constantFrom(...ROUTE_TARGETS), prefixIndex: fc.nat(PREFIXES_PER_VRF - 1) }),
    ),
  });
const routersArbitrary = fc.array(
  fc
    .constantFrom('iosxr' as const, 'junos' as const)
    .chain((platform) => fc.array(vrfArbitrary(platform), { minLength: 1, maxLength: 3 })),
  { minLength: 2, maxLength: 5 },
);

function buildMember(exchange: RouteExchange, name: string, router: number, vrfs: readonly VrfModel[]) {
  const personality = PERSONALITIES[vrfs[0]?.platform ?? 'iosxr'];
  const configs = vrfs.map((vrf, v) => {
    const render = vrf.platform === 'iosxr' ? renderIosxr : renderJunos;
    return render(`V${v}`, vrf, prefixesOf(router, v));
  });
  const element = parseXml(`<config xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0">${configs.join('')}</config>`);
  const { tree, errors } = editTree(emptyTree(personality.schema), element, 'merge', 'rollback-on-error');
  expect(errors).toEqual([]);
  expect(personality.check(tree).errors).toEqual([]);
  const attachments = new Map<string, Attachment[]>(
    vrfs.map((_, v) => [
      `V${v}`,
      prefixesOf(router, v).map((prefix) => ({ branch: prefix, prefixes: [prefix], probe: probeOf(prefix) })),
    ]),
  );
  exchange.addRouter({ name, attachments, isUp: () => true, readInstances: () => personality.readInstances(tree) });
}

/** The rule of RFC 4364 §4.3.1, said the slow way: every VRF against every prefix of every other. */
function expectedImports(
  routers: readonly (readonly VrfModel[])[],
  router: number,
  vrf: number,
  family: Family,
): string[] {
  const own = routers[router]?.[vrf];
  if (own === undefined) return [];
  return routers.flatMap((vrfs, r) =>
    vrfs.flatMap((other, v) => {
      if (r === router && v === vrf) return [];
      return prefixesOf(r, v).filter((prefix, i) => {
        if (familyOf(prefix) !== family) return false;
        const extra = other.extra?.prefixIndex === Math.floor(i / 2) ? [other.extra.target] : [];
        return [...other.exports, ...extra].some((number) => own.imports.includes(number));
      });
    }),
  );
}

describe('the route exchange', () => {
  it('gives a VRF a route iff the route leaves with a target that the VRF imports, in both dialects and families', () => {
    fc.assert(
      fc.property(routersArbitrary, (routers) => {
        const exchange = new RouteExchange();
        for (const [r, vrfs] of routers.entries()) buildMember(exchange, `pe${r}`, r, vrfs);
        for (const [r, vrfs] of routers.entries()) {
          for (const [v] of vrfs.entries()) {
            for (const family of FAMILIES) {
              const table = exchange.table(`pe${r}`, `V${v}`, family);
              const imported = (table ?? []).filter((route) => route.origin === 'vpn').map((route) => route.prefix);
              expect([...imported].sort()).toEqual(expectedImports(routers, r, v, family).sort());
            }
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('answers a ping iff there is a route there and a route back', () => {
    fc.assert(
      fc.property(routersArbitrary, (routers) => {
        const exchange = new RouteExchange();
        for (const [r, vrfs] of routers.entries()) buildMember(exchange, `pe${r}`, r, vrfs);
        const reaches = (r: number, v: number, prefix: Prefix): boolean =>
          (exchange.table(`pe${r}`, `V${v}`, familyOf(prefix)) ?? []).some((route) => route.prefix === prefix);
        for (const [r, vrfs] of routers.entries()) {
          for (const [v] of vrfs.entries()) {
            for (const [s, others] of routers.entries()) {
              for (const [w] of others.entries()) {
                for (const prefix of prefixesOf(s, w)) {
                  const back = prefixesOf(r, v).some(
                    (source) => familyOf(source) === familyOf(prefix) && reaches(s, w, source),
                  );
                  const ping = { router: `pe${r}`, vrf: `V${v}`, destination: probeOf(prefix) };
                  const open = { isBlackholed: () => false };
                  expect(isAnswered(exchange, open, ping)).toBe(reaches(r, v, prefix) && back);
                  expect(isAnswered(exchange, { isBlackholed: () => true }, ping)).toBe(false);
                }
              }
            }
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('takes the longest match, prefers what is local, and else the same router every time', () => {
    const everything = {
      exportTargets: () => new Set([target(1)]),
      importKeys: new Set([target(1)]),
      accepts: () => true,
      leaksLocally: true,
    };
    const exchange = new RouteExchange();
    const add = (name: string, ...prefixes: readonly string[]) =>
      exchange.addRouter({
        name,
        attachments: new Map([['V', [{ branch: 'b', prefixes: prefixes.map((p) => parsePrefix(p)), probe: null }]]]),
        isUp: () => true,
        readInstances: () => [{ name: 'V', families: new Map([['ipv4', everything]]) }],
      });
    add('pe3', '10.0.0.0/8');
    add('pe2', '10.1.0.0/16', '10.0.0.0/8');
    add('pe1', '10.2.0.0/16');
    const via = (router: string, address: string) => exchange.lookup(router, 'V', address as Address)?.fromRouter;
    expect(via('pe1', '10.1.2.3')).toBe('pe2');
    expect(via('pe1', '10.9.9.9')).toBe('pe2');
    expect(via('pe3', '10.9.9.9')).toBe('pe3');
    expect(via('pe1', '11.0.0.1')).toBeUndefined();
    expect(exchange.table('pe1', 'V', 'ipv6')).toBeUndefined();
  });

  it('forgets what a router that is down announced', () => {
    let isUp = true;
    const exchange = new RouteExchange();
    const family = {
      exportTargets: () => new Set([target(1)]),
      importKeys: new Set([target(1)]),
      accepts: () => true,
      leaksLocally: true,
    };
    for (const name of ['pe1', 'pe2']) {
      const prefix = parsePrefix(`10.0.${name.slice(2)}.0/24`);
      exchange.addRouter({
        name,
        attachments: new Map([['V', [{ branch: 'b', prefixes: [prefix], probe: null }]]]),
        isUp: () => name === 'pe1' || isUp,
        readInstances: () => [{ name: 'V', families: new Map([['ipv4', family]]) }],
      });
    }
    expect(exchange.table('pe1', 'V', 'ipv4')).toHaveLength(2);
    isUp = false;
    exchange.routerChanged('pe2');
    expect(exchange.table('pe1', 'V', 'ipv4')).toHaveLength(1);
  });
});
