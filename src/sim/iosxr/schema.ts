import { isIPv4 } from 'node:net';
import {
  type ContainerSchema,
  EMPTY,
  inModule,
  integerBetween,
  oneOf,
  type SchemaNode,
  schemaRoot,
  textOf,
} from '../datastore/schema.ts';
import { GROUP, UM_BGP, UM_POLICY, UM_SNMP, UM_VRF } from './namespaces.ts';
import { formatPolicy, parsePolicy, RplSyntaxError } from './rpl.ts';
import { formatPrefixSet, parsePrefixSet } from './rpl-sets.ts';
import { FORWARDING } from './schema-forwarding.ts';

/** Unified models of IOS-XR 24.4.1 and later ("um2"), as far as VPNs need them. */

const bgp = inModule(UM_BGP);
const vrf = inModule(UM_VRF);
const policy = inModule(UM_POLICY);
const snmp = inModule(UM_SNMP);
const group = inModule(GROUP);

const NAME_32 = textOf(1, 32);
const UINT16_MAX = 0xffff;
const UINT32_MAX = 0xffff_ffff;

const routeTargets = (): ContainerSchema => {
  const stitching = bgp.leaf('stitching', oneOf('enable', 'disable'));
  return bgp.container('route-target', [
    bgp.container('two-byte-as-route-targets', [
      bgp.list(
        'two-byte-as-route-target',
        ['two-byte-as-number', 'asn2-index', 'stitching'],
        [
          bgp.leaf('two-byte-as-number', integerBetween(1, UINT16_MAX)),
          bgp.leaf('asn2-index', integerBetween(0, UINT32_MAX)),
          stitching,
        ],
      ),
    ]),
    bgp.container('four-byte-as-route-targets', [
      bgp.list(
        'four-byte-as-route-target',
        ['four-byte-as-number', 'asn4-index', 'stitching'],
        [
          bgp.leaf('four-byte-as-number', integerBetween(UINT16_MAX + 1, UINT32_MAX)),
          bgp.leaf('asn4-index', integerBetween(0, UINT16_MAX)),
          stitching,
        ],
      ),
    ]),
    bgp.container('ipv4-address-route-targets', [
      bgp.list(
        'ipv4-address-route-target',
        ['ipv4-address', 'ipv4-address-index', 'stitching'],
        [
          bgp.leaf('ipv4-address', { check: (text) => (isIPv4(text) ? null : 'must be an IPv4 address') }),
          bgp.leaf('ipv4-address-index', integerBetween(0, UINT16_MAX)),
          stitching,
        ],
      ),
    ]),
  ]);
};

const addressFamily = (name: string): SchemaNode =>
  vrf.container(name, [
    vrf.presence('unicast', [
      bgp.container('import', [bgp.leaf('route-policy', textOf(1, 64)), routeTargets()]),
      bgp.container('export', [bgp.leaf('route-policy', textOf(1, 64)), routeTargets()]),
    ]),
  ]);

const routeDistinguisher = bgp.container('rd', [
  bgp.presence('two-byte-as', [
    bgp.leaf('two-byte-as-number', { ...integerBetween(1, UINT16_MAX), mandatory: true }),
    bgp.leaf('asn2-index', { ...integerBetween(0, UINT32_MAX), mandatory: true }),
  ]),
  bgp.presence('four-byte-as', [
    bgp.leaf('four-byte-as-number', { ...integerBetween(UINT16_MAX + 1, UINT32_MAX), mandatory: true }),
    bgp.leaf('asn4-index', { ...integerBetween(0, UINT16_MAX), mandatory: true }),
  ]),
  bgp.presence('ipv4-address', [
    bgp.leaf('address', { check: (text) => (isIPv4(text) ? null : 'must be an IPv4 address'), mandatory: true }),
    bgp.leaf('ipv4address-index', { ...integerBetween(0, UINT16_MAX), mandatory: true }),
  ]),
]);

/** A leaf that holds a whole block of the router's policy language. The router shows it in its own layout. */
function rplLeaf(name: string, parse: (text: string) => unknown, format: (text: string) => string): SchemaNode {
  const check = (text: string): string | null => {
    try {
      parse(text);
      return null;
    } catch (error) {
      if (error instanceof RplSyntaxError) return error.message;
      throw error;
    }
  };
  const canonical = (text: string): string => (check(text) === null ? format(text) : text);
  return policy.leaf(name, { check, canonical, mandatory: true });
}

const VRFS = vrf.container('vrfs', [
  vrf.list(
    'vrf',
    ['vrf-name'],
    [
      vrf.leaf('vrf-name', NAME_32),
      vrf.container('address-family', [addressFamily('ipv4'), addressFamily('ipv6')]),
      vrf.container('mode', [vrf.presence('big', [])]),
      vrf.leaf('description', textOf(1, 1024)),
      vrf.container('remote-route-filtering', [vrf.presence('disable', [])]),
      vrf.leaf('fallback-vrf', NAME_32),
      vrf.leafList('apply-groups', 'user', NAME_32),
      routeDistinguisher,
    ],
  ),
]);

/** What a group adds is kept for its effect, and never shown: the model has its name. In a group the name of a VRF is a pattern. */
const GROUPS: readonly SchemaNode[] = [
  group.container('groups', [group.list('group', ['group-name'], [group.leaf('group-name', NAME_32), VRFS])]),
  group.container('apply-groups', [group.leaf('apply-group', NAME_32)]),
];

export const IOSXR_SCHEMA = schemaRoot([
  snmp.container('snmp-server', [snmp.leaf('location', textOf(1, 255)), snmp.leaf('contact', textOf(1, 255))]),
  VRFS,
  policy.container('routing-policy', [
    policy.container('route-policies', [
      policy.list(
        'route-policy',
        ['route-policy-name'],
        [policy.leaf('route-policy-name', textOf(1, 128)), rplLeaf('rpl-route-policy', parsePolicy, formatPolicy)],
      ),
    ]),
    policy.container('sets', [
      policy.container('prefix-sets', [
        policy.list(
          'prefix-set',
          ['set-name'],
          [policy.leaf('set-name', textOf(1, 128)), rplLeaf('rpl-prefix-set', parsePrefixSet, formatPrefixSet)],
        ),
      ]),
    ]),
    policy.leaf('set-exit-as-abort', EMPTY),
  ]),
  ...FORWARDING,
  ...GROUPS,
]);
