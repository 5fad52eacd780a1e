/** Networks for tests of proofs and plans: one written out, and arbitrary ones. */
import fc from 'fast-check';
import type { EntityId, InterconnectId, PeName, PlatformName, VpnId, VrfName } from '../../src/domain/names.ts';
import type {
  Attachment,
  NetworkView,
  OperatorFamily,
  PeView,
  VrfShare,
  VrfView,
} from '../../src/domain/network-view.ts';
import { type Address, type Family, type Prefix, parseAddress, parsePrefix } from '../../src/domain/prefix.ts';
import type { RealisedFlow, RealisedInterconnect } from '../../src/domain/request.ts';
import { parseRouteTarget, type RouteTarget } from '../../src/domain/route-target.ts';

/** Hundreds of networks per property; the machine that runs them may be busy. */
export const PROPERTY_TIMEOUT_MS = 120_000;

export const rt = (text: string): RouteTarget => parseRouteTarget(text);
export const prefix = (text: string): Prefix => parsePrefix(text);
export const address = (text: string): Address => parseAddress(text);
export const pe = (text: string): PeName => text as PeName;
export const vpn = (text: string): VpnId => text as VpnId;
export const vrfName = (text: string): VrfName => text as VrfName;
export const icId = (number: number): InterconnectId => `IC-${String(number).padStart(4, '0')}` as InterconnectId;

export function base(own: string, more: Partial<OperatorFamily> = {}): OperatorFamily {
  return {
    importRouteTargets: [rt(own)],
    exportRouteTargets: [rt(own)],
    importPolicies: [],
    exportPolicies: [],
    ...more,
  };
}

export interface VrfSpec {
  readonly vpn: string | null;
  readonly name?: string;
  readonly own: string;
  readonly prefixes?: readonly string[];
  readonly probe?: string | null;
  readonly families?: readonly Family[];
  readonly canary?: boolean;
  readonly operator?: Partial<OperatorFamily>;
  readonly share?: VrfShare;
  readonly policyTexts?: Readonly<Record<string, string>>;
  readonly anomalies?: readonly string[];
}

export function makeVrf(spec: VrfSpec): VrfView {
  const families = spec.families ?? (['ipv4', 'ipv6'] as const);
  const attachments: Attachment[] = (spec.prefixes ?? []).map((text, index) => ({
    branch: `branch ${index + 1}`,
    prefixes: [prefix(text)],
    probe: index === 0 && spec.probe ? address(spec.probe) : null,
  }));
  return {
    name: vrfName(spec.name ?? spec.vpn ?? 'STRAY'),
    routeDistinguisher: null,
    operator: Object.fromEntries(families.map((family) => [family, base(spec.own, spec.operator)])),
    share: spec.share ?? Object.fromEntries(families.map((family) => [family, { imports: [], exports: [] }])),
    policyTexts: spec.policyTexts ?? {},
    anomalies: spec.anomalies ?? [],
    vpn: spec.vpn === null ? null : vpn(spec.vpn),
    canary: spec.canary ?? false,
    attachments: spec.vpn === null ? [] : attachments,
  };
}

export function makePe(name: string, vrfs: readonly VrfSpec[], platform: PlatformName = 'iosxr-um2'): PeView {
  return { name: pe(name), platform, vrfs: vrfs.map(makeVrf).sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

export function makeFlow(
  from: string,
  to: string,
  target: string,
  prefixes: readonly string[] | 'whole-vpn',
): RealisedFlow {
  const scope = prefixes === 'whole-vpn' ? prefixes : prefixes.map(prefix);
  return { from: vpn(from), to: vpn(to), routeTarget: rt(target), prefixes: scope };
}

export function makeInterconnect(number: number, ...flows: readonly RealisedFlow[]): RealisedInterconnect {
  const parties = [...new Set(flows.flatMap((flow) => [flow.from, flow.to]))].sort() as unknown as [EntityId, EntityId];
  return { id: icId(number), parties, flows };
}

/** MOH at pe1 and pe2, MOF at pe3 and pe4, MOE at pe1 and pe3, a canary at pe2 and pe4, a VRF of nobody at pe4. */
export function sampleNetwork(): NetworkView {
  return {
    pes: [
      makePe('pe1', [
        { vpn: 'MOH', own: '65000:100', prefixes: ['10.100.10.0/24', '10.100.20.0/24'], probe: '10.100.10.1' },
        { vpn: 'MOE', own: '65000:300', prefixes: ['10.130.0.0/16'], probe: '10.130.0.1' },
      ]),
      makePe('pe2', [
        { vpn: 'MOH', own: '65000:100', prefixes: ['10.100.30.0/24', '2001:db8:100::/48'], probe: '10.100.30.1' },
        { vpn: 'CANARY', own: '65000:900', prefixes: ['10.90.1.0/24'], canary: true },
      ]),
      makePe('pe3', [
        { vpn: 'MOF', own: '65000:200', prefixes: ['10.120.10.0/24'], probe: '10.120.10.1' },
        { vpn: 'MOE', own: '65000:300', prefixes: ['10.131.0.0/16'], probe: '10.131.0.1' },
      ]),
      makePe('pe4', [
        { vpn: 'MOF', own: '65000:200', prefixes: ['10.120.20.0/24', '2001:db8:200::/48'], probe: '10.120.20.1' },
        { vpn: 'CANARY', own: '65000:900', prefixes: ['10.90.2.0/24'], canary: true },
        { vpn: null, name: 'STRAY', own: '65000:777' },
      ]),
    ],
  };
}

export function sampleInterconnect(): RealisedInterconnect {
  return makeInterconnect(
    1,
    makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/24', '10.100.20.0/24']),
    makeFlow('MOF', 'MOH', '65000:9002', ['10.120.10.0/24']),
  );
}

/** The view with one VRF altered. */
export function alterVrf(view: NetworkView, at: string, name: string, alter: (vrf: VrfView) => VrfView): NetworkView {
  return {
    pes: view.pes.map((one) =>
      one.name !== at ? one : { ...one, vrfs: one.vrfs.map((vrf) => (vrf.name === name ? alter(vrf) : vrf)) },
    ),
  };
}

const VPNS = ['AAA', 'BBB', 'CCC', 'DDD'] as const;

interface ArbitraryVrf {
  readonly vpn: number | null;
  readonly second: boolean;
  readonly families: 'both' | 'ipv4' | 'ipv6';
  readonly blocks: readonly number[];
  readonly alsoImports: readonly number[];
  readonly probe: boolean;
}

const arbitraryVrf: fc.Arbitrary<ArbitraryVrf> = fc.record({
  vpn: fc.oneof({ weight: 9, arbitrary: fc.nat(VPNS.length - 1) }, { weight: 1, arbitrary: fc.constant(null) }),
  second: fc.boolean(),
  families: fc.oneof({ weight: 4, arbitrary: fc.constant('both' as const) }, fc.constantFrom('ipv4', 'ipv6')),
  blocks: fc.uniqueArray(fc.nat(5), { maxLength: 3 }),
  // What operators already joined by hand: shares that exist without wasl.
  alsoImports: fc.uniqueArray(fc.nat(VPNS.length - 1), { maxLength: 1 }),
  probe: fc.boolean(),
});

function vrfSpec({ vpn: number, second, families, blocks, alsoImports, probe }: ArbitraryVrf): VrfSpec {
  const own = `65000:${number === null ? 777 : 100 + number}`;
  return {
    vpn: number === null ? null : (VPNS[number] ?? null),
    // Two VRFs of one VPN may be at one PE.
    name: `${number === null ? 'STRAY' : VPNS[number]}${second ? '-2' : ''}`,
    own,
    prefixes: (number === null ? [] : blocks).flatMap((block) => [
      `10.${number}.${block}.0/24`,
      `2001:db8:${number}:${block}::/64`,
    ]),
    probe: probe && blocks[0] !== undefined ? `10.${number}.${blocks[0]}.1` : null,
    families: families === 'both' ? ['ipv4', 'ipv6'] : [families],
    operator: { importRouteTargets: [own, ...alsoImports.map((other) => `65000:${100 + other}`)].map(rt) },
  };
}

export const arbitraryNetwork: fc.Arbitrary<NetworkView> = fc
  .array(fc.uniqueArray(arbitraryVrf, { selector: (vrf) => `${vrf.vpn} ${vrf.second}`, minLength: 1, maxLength: 5 }), {
    minLength: 2,
    maxLength: 5,
  })
  .map((pes) => ({ pes: pes.map((vrfs, index) => makePe(`pe${index + 1}`, vrfs.map(vrfSpec))) }));

/** Flows between two VPNs, of prefixes that may or may not be announced. `first` is the number of its route targets. */
export const arbitraryInterconnect = (number: number): fc.Arbitrary<RealisedInterconnect> =>
  fc
    .record({
      pair: fc.uniqueArray(fc.nat(VPNS.length - 1), { minLength: 2, maxLength: 2 }),
      there: fc.oneof(fc.constant('whole-vpn' as const), fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 3 })),
      back: fc.oneof(fc.constant(null), fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 3 })),
      ipv6: fc.boolean(),
    })
    .map(({ pair, there, back, ipv6 }) => {
      const [a = 0, b = 1] = pair;
      const scope = (owner: number, blocks: readonly number[] | 'whole-vpn') =>
        blocks === 'whole-vpn'
          ? blocks
          : blocks.map((block) => (ipv6 ? `2001:db8:${owner}:${block}::/64` : `10.${owner}.${block}.0/24`));
      const name = (owner: number) => VPNS[owner] ?? 'AAA';
      const flows = [makeFlow(name(a), name(b), `65000:${9000 + 2 * number}`, scope(a, there))];
      if (back !== null) flows.push(makeFlow(name(b), name(a), `65000:${9001 + 2 * number}`, scope(b, back)));
      return makeInterconnect(number, ...flows);
    });
