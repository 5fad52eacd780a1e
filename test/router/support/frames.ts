/** Texts of routers, read and joined with an inventory, under the whole proof of one provision. */

import type { Inventory, InventoryVrf } from '../../../src/domain/inventory.ts';
import type {
  ChangeId,
  InterconnectId,
  PeName,
  PersonId,
  PlanId,
  PlatformName,
  VpnId,
  VrfName,
} from '../../../src/domain/names.ts';
import type { RunningVrf } from '../../../src/domain/network-view.ts';
import type { Plan, Procedure, Proof, ProofName } from '../../../src/domain/plan.ts';
import { parsePrefix } from '../../../src/domain/prefix.ts';
import type { RealisedInterconnect } from '../../../src/domain/request.ts';
import { parseRouteDistinguisher, parseRouteTarget } from '../../../src/domain/route-target.ts';
import type { RouteTargetPool } from '../../../src/domain/route-target-pool.ts';
import { parseXmlFragment } from '../../../src/netconf/index.ts';
import { buildNetworkView } from '../../../src/plan/network-view.ts';
import { planChange } from '../../../src/plan/plan-change.ts';
import { PLATFORMS } from '../../../src/platforms/registry.ts';
import { verdictOf } from '../../../src/proof/prove-change.ts';
import { readVrfs } from '../../../src/router/read-vrfs.ts';

export interface PeText {
  readonly platform: PlatformName;
  readonly xml: string;
  /** VRFs that the inventory lists on it: name, which is the VPN's too, and its prefix. */
  readonly vrfs: Readonly<Record<string, string>>;
}

export interface Frame {
  readonly asNumber: number;
  readonly pool: RouteTargetPool;
  /** VRF -> its base route target and distinguisher. */
  readonly base: Readonly<Record<string, number>>;
  /** From, to, prefix, route target. */
  readonly flows: readonly (readonly [string, string, string, string])[];
  readonly pes: Readonly<Record<string, PeText>>;
}

export function readPe({ pool, base, asNumber }: Frame, { platform, xml, vrfs }: PeText): RunningVrf[] {
  return readVrfs(PLATFORMS[platform], parseXmlFragment(xml), { pool, vrfs: listedVrfs(vrfs, base, asNumber) });
}

function listedVrfs(vrfs: PeText['vrfs'], base: Frame['base'], asNumber: number): InventoryVrf[] {
  return Object.entries(vrfs).map(([name, prefix]) => ({
    name: name as VrfName,
    vpn: name as VpnId,
    routeDistinguisher: parseRouteDistinguisher(`${asNumber}:${base[name] ?? 1}`),
    families: ['ipv4'],
    attachments: [{ branch: 'main', prefixes: [parsePrefix(prefix)], probe: null }],
  }));
}

export function planOf(frame: Frame, kind: Plan['kind'] = 'provision'): Plan {
  const { pool, pes, flows, base, asNumber } = frame;
  const vpns = [...new Set(Object.values(pes).flatMap(({ vrfs }) => Object.keys(vrfs)))];
  const inventory: Inventory = {
    version: 1,
    backbone: { name: 'test', asNumber, routeTargetPool: pool, confirmTimeoutSeconds: 120 },
    entities: [],
    vpns: vpns.map((id) => ({ id: id as VpnId, entity: id as never, prefixes: [], canary: false })),
    routers: Object.entries(pes).map(([name, { platform, vrfs }]) => ({
      name: name as PeName,
      platform,
      management: { host: name, port: 830, hostKeys: [], credential: 'x' },
      vrfs: listedVrfs(vrfs, base, asNumber),
    })),
  };
  const subject: RealisedInterconnect = {
    id: 'IC-0001' as InterconnectId,
    parties: [] as never,
    flows: flows.map(([from, to, prefix, target]) => ({
      from: from as VpnId,
      to: to as VpnId,
      prefixes: [parsePrefix(prefix)],
      routeTarget: parseRouteTarget(target),
    })),
  };
  const running = new Map(Object.entries(pes).map(([name, pe]) => [name as PeName, readPe(frame, pe)]));
  const required = new Set(kind === 'provision' ? flows.flatMap(([from, to]) => [from as VpnId, to as VpnId]) : []);
  return planChange({
    view: buildNetworkView(inventory, running, { required }),
    kind,
    subject,
    active: [],
    procedures: new Map([...running.keys()].map((pe): [PeName, Procedure] => [pe, 'confirmed-commit-persist'])),
    id: 'PL-1' as PlanId,
    changeId: 'CH-1' as ChangeId,
    window: { notBefore: null, confirmTimeoutSeconds: 120 },
    createdAt: '2026-11-28T00:00:00Z',
    createdBy: 'p' as PersonId,
  });
}

export interface Judged {
  readonly verdict: string;
  readonly sentences: string;
  readonly assumptions: string;
  readonly of: (name: ProofName) => Proof['verdict'];
}

export function judge(frame: Frame, kind: Plan['kind'] = 'provision'): Judged {
  const { proofs } = planOf(frame, kind);
  return {
    verdict: verdictOf(proofs),
    sentences: proofs.flatMap(({ counterExamples }) => counterExamples.map(({ sentence }) => sentence)).join('\n'),
    assumptions: proofs.flatMap(({ assumptions }) => assumptions).join('\n'),
    of: (name) => proofs.find((proof) => proof.name === name)?.verdict ?? 'unknown',
  };
}

// --- texts ---

export const junos = (policies: string, instances: string, rest = '') =>
  `<configuration xmlns="http://yang.juniper.net/junos/conf/root" xmlns:jcmd="http://yang.juniper.net/junos/jcmd">${rest}
<policy-options xmlns="http://yang.juniper.net/junos/conf/policy-options">${policies}</policy-options>
<routing-instances xmlns="http://yang.juniper.net/junos/conf/routing-instances">${instances}</routing-instances></configuration>`;

export const junosVrf = (
  name: string,
  target: string,
  rest = '',
  vrfTarget = `<community>target:${target}</community>`,
) =>
  `<instance><name>${name}</name><instance-type>vrf</instance-type><route-distinguisher><rd-type>${target}</rd-type></route-distinguisher>${rest}<vrf-target>${vrfTarget}</vrf-target></instance>`;

const XR_BGP = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-bgp-cfg';
export const xrTarget = (target: string, stitching = 'disable') => {
  const [administrator, assigned] = target.split(':');
  return `<two-byte-as-route-target><two-byte-as-number>${administrator}</two-byte-as-number><asn2-index>${assigned}</asn2-index><stitching>${stitching}</stitching></two-byte-as-route-target>`;
};
export const xrTargets = (...targets: string[]) =>
  `<route-target><two-byte-as-route-targets>${targets.join('')}</two-byte-as-route-targets></route-target>`;

export interface XrVrf {
  readonly imports?: string;
  readonly exports?: string;
  readonly beside?: string;
}
/** `imports` and `exports` are the content of the two containers. */
export const xrVrf = (name: string, target: string, { imports, exports, beside = '' }: XrVrf = {}) => {
  const own = xrTargets(xrTarget(target));
  return `<vrf><vrf-name>${name}</vrf-name>${beside}<address-family><ipv4><unicast>
<import xmlns="${XR_BGP}">${imports ?? own}</import><export xmlns="${XR_BGP}">${exports ?? own}</export></unicast></ipv4></address-family></vrf>`;
};
export const xr = (vrfs: string, policies: Readonly<Record<string, string>> = {}, sets = '<prefix-sets/>') =>
  `<vrfs xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-vrf-cfg">${vrfs}</vrfs>
<routing-policy xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-route-policy-cfg"><route-policies>${Object.entries(
    policies,
  )
    .map(
      ([name, text]) =>
        `<route-policy><route-policy-name>${name}</route-policy-name><rpl-route-policy>${text}</rpl-route-policy></route-policy>`,
    )
    .join('')}</route-policies><sets>${sets}</sets></routing-policy>`;

// --- the two frames ---

export const F1_FACTS = {
  asNumber: 64900,
  pool: { administrator: '64900', from: 7000, to: 7999, quarantineDays: 30 },
  base: { JUST: 310, HLTH: 320, AGRI: 330 },
  flows: [
    ['JUST', 'HLTH', '10.31.0.0/24', '64900:7001'],
    ['HLTH', 'JUST', '10.32.0.0/24', '64900:7002'],
  ],
} as const;
export const F1_VRFS = { JUST: '10.31.0.0/24', HLTH: '10.32.0.0/24', AGRI: '10.33.0.0/24' } as const;

export const F2_FACTS = {
  asNumber: 65000,
  pool: { administrator: '65000', from: 9000, to: 9999, quarantineDays: 30 },
  base: { MOH: 100, MOF: 200, MOI: 300, MOX: 300 },
  flows: [
    ['MOH', 'MOF', '10.100.10.0/24', '65000:9001'],
    ['MOF', 'MOH', '10.200.10.0/24', '65000:9002'],
  ],
} as const;
export const F2_VRFS = {
  MOH: '10.100.10.0/24',
  MOF: '10.200.10.0/24',
  MOI: '10.30.0.0/24',
  MOX: '10.100.0.0/16',
} as const;

const just = () => junosVrf('JUST', '64900:310');
const hlth = () => junosVrf('HLTH', '64900:320');

/** Frame F1 on Junos; AGRI stands on pe-b. */
export function f1(
  parts: {
    policies?: string;
    agri?: string;
    just?: string;
    hlth?: string;
    rest?: string;
    peA?: string;
    peC?: string;
  } = {},
): Frame {
  const { policies = '', agri = '', rest = '' } = parts;
  return {
    ...F1_FACTS,
    pes: {
      'pe-a': {
        platform: 'junos-yang',
        xml: parts.peA ?? junos('', parts.just ?? just()),
        vrfs: { JUST: F1_VRFS.JUST },
      },
      'pe-b': {
        platform: 'junos-yang',
        xml: junos(policies, (parts.hlth ?? hlth()) + agri, rest),
        vrfs: { HLTH: F1_VRFS.HLTH, ...(agri === '' ? {} : { AGRI: F1_VRFS.AGRI }) },
      },
      ...(parts.peC === undefined
        ? {}
        : { 'pe-c': { platform: 'junos-yang' as const, xml: parts.peC, vrfs: { AGRI: F1_VRFS.AGRI } } }),
    },
  };
}

/** Frame F1 on IOS XR; AGRI (pe-c) takes HLTH's base route target by an older agreement. */
export function f1Xr(parts: { hlth?: XrVrf; agri?: string; policies?: Readonly<Record<string, string>> } = {}): Frame {
  const agri = xrVrf('AGRI', '64900:330', { imports: xrTargets(xrTarget('64900:320'), xrTarget('64900:330')) });
  return {
    ...F1_FACTS,
    pes: {
      'pe-a': { platform: 'iosxr-um2', xml: xr(xrVrf('JUST', '64900:310')), vrfs: { JUST: F1_VRFS.JUST } },
      'pe-b': {
        platform: 'iosxr-um2',
        xml: xr(xrVrf('HLTH', '64900:320', parts.hlth), parts.policies),
        vrfs: { HLTH: F1_VRFS.HLTH },
      },
      'pe-c': { platform: 'iosxr-um2', xml: parts.agri ?? xr(agri), vrfs: { AGRI: F1_VRFS.AGRI } },
    },
  };
}

/** Frame F2; `pe3` is the third party's. */
export function f2(pe3: Partial<PeText> = {}, pe2: Partial<PeText> = {}): Frame {
  return {
    ...F2_FACTS,
    pes: {
      pe1: { platform: 'iosxr-um2', xml: xr(xrVrf('MOH', '65000:100')), vrfs: { MOH: F2_VRFS.MOH } },
      pe2: { platform: 'iosxr-um2', xml: xr(xrVrf('MOF', '65000:200')), vrfs: { MOF: F2_VRFS.MOF }, ...pe2 },
      pe3: { platform: 'iosxr-um2', xml: xr(xrVrf('MOI', '65000:300')), vrfs: { MOI: F2_VRFS.MOI }, ...pe3 },
    },
  };
}
