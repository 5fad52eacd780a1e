import type { PlatformName } from '../../../src/domain/names.ts';
import type { RouteTargetPool } from '../../../src/domain/route-target-pool.ts';

export const POOL: RouteTargetPool = { administrator: '65000', from: 9000, to: 9999, quarantineDays: 30 };

/** Junos: the export chain after the first term of `policy-options`. */
interface BaseConfiguration {
  readonly name: string;
  readonly platform: PlatformName;
  readonly xml: string;
}

const XR_TARGET = (direction: string, rt: number, policy = '') => `
  <${direction} xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-bgp-cfg">${policy}<route-target><two-byte-as-route-targets>
   <two-byte-as-route-target><two-byte-as-number>65000</two-byte-as-number><asn2-index>${rt}</asn2-index><stitching>disable</stitching></two-byte-as-route-target>
  </two-byte-as-route-targets></route-target></${direction}>`;

const xrFamily = (family: string, rt: number, policy: string) =>
  `<${family}><unicast>${XR_TARGET('import', rt)}${XR_TARGET('export', rt, policy)}</unicast></${family}>`;

const xrVrf = (name: string, rt: number, policies: { readonly ipv4: string; readonly ipv6: string | null }) => `
 <vrf><vrf-name>${name}</vrf-name><address-family>${xrFamily('ipv4', rt, policies.ipv4)}${
   policies.ipv6 === null ? '' : xrFamily('ipv6', rt, policies.ipv6)
 }</address-family>
  <rd xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-bgp-cfg"><two-byte-as><two-byte-as-number>65000</two-byte-as-number><asn2-index>${rt}</asn2-index></two-byte-as></rd></vrf>`;

const xr = (vrfs: string, policies: string) =>
  `<vrfs xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-vrf-cfg">${vrfs}</vrfs>${
    policies === ''
      ? ''
      : `<routing-policy xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-route-policy-cfg"><route-policies>${policies}</route-policies></routing-policy>`
  }`;

const XR_OPERATOR = `<route-policy><route-policy-name>OLD-EXP</route-policy-name><rpl-route-policy>route-policy OLD-EXP
  apply OLD-PREF
  pass
end-policy
</rpl-route-policy></route-policy><route-policy><route-policy-name>OLD-PREF</route-policy-name><rpl-route-policy>route-policy OLD-PREF
  set local-preference 200
end-policy
</rpl-route-policy></route-policy>`;

const junosInstance = (name: string, rt: number, rest: string) => `
 <instance><name>${name}</name><instance-type>vrf</instance-type><route-distinguisher><rd-type>65000:${rt}</rd-type></route-distinguisher>${rest}
  <vrf-target><community>target:65000:${rt}</community></vrf-target></instance>`;

const JUNOS_OPERATOR = `
 <policy-statement><name>OLD-IMP</name><term><name>own</name><from><community>OLD-RT</community></from><then><accept/></then></term><then><reject/></then></policy-statement>
 <policy-statement><name>OLD-EXP</name><term><name>own</name><then>
  <community><choice-ident>add</choice-ident><choice-value/><community-name>OLD-RT</community-name></community><accept/></then></term></policy-statement>
 <community><name>OLD-RT</name><members>target:65000:100</members></community>`;

const junos = (instances: string, policies: string) =>
  `<configuration xmlns="http://yang.juniper.net/junos/conf/root">${
    policies === ''
      ? ''
      : `<policy-options xmlns="http://yang.juniper.net/junos/conf/policy-options">${policies}</policy-options>`
  }<routing-instances xmlns="http://yang.juniper.net/junos/conf/routing-instances">${instances}</routing-instances></configuration>`;

const frrFamily = (family: string, rt: number, rest: string) =>
  `<${family}><import-rt>0:65000:${rt}</import-rt><export-rt>0:65000:${rt}</export-rt>${rest}</${family}>`;

const frrVrf = (name: string, rt: number, rest = '') =>
  `<vrf><name>${name}</name><rd>0:65000:${rt}</rd>${frrFamily('ipv4', rt, rest)}${frrFamily('ipv6', rt, '')}</vrf>`;

const frr = (vrfs: string) => `<vrfs xmlns="urn:wasl:frr:l3vpn">${vrfs}</vrfs>`;

const none = { ipv4: '', ipv6: '' };
const wrapped = { ipv4: '<route-policy>OLD-EXP</route-policy>', ipv6: '' };

/** VRFs MOH and MOF of one PE before wasl, as operators of each platform leave them. */
export const BASES: readonly BaseConfiguration[] = [
  { name: 'no policies', platform: 'iosxr-um2', xml: xr(xrVrf('MOH', 100, none) + xrVrf('MOF', 200, none), '') },
  {
    name: "an operator's export policy, one VRF without IPv6",
    platform: 'iosxr-um2',
    xml: xr(xrVrf('MOH', 100, wrapped) + xrVrf('MOF', 200, { ipv4: '', ipv6: null }), XR_OPERATOR),
  },
  {
    name: 'vrf-target only',
    platform: 'junos-yang',
    xml: junos(junosInstance('MOH', 100, '') + junosInstance('MOF', 200, ''), ''),
  },
  {
    name: "an operator's policies, auto-export on one VRF",
    platform: 'junos-yang',
    xml: junos(
      junosInstance(
        'MOH',
        100,
        '<vrf-import>OLD-IMP</vrf-import><vrf-export>OLD-EXP</vrf-export><routing-options><auto-export/></routing-options>',
      ) + junosInstance('MOF', 200, '<vrf-export>OLD-EXP</vrf-export>'),
      JUNOS_OPERATOR,
    ),
  },
  { name: 'no policies', platform: 'frr', xml: frr(frrVrf('MOH', 100) + frrVrf('MOF', 200)) },
  {
    name: "an operator's rule and route map",
    platform: 'frr',
    xml: frr(
      frrVrf(
        'MOH',
        100,
        '<export-policy>OLD-EXP</export-policy><export-rule><name>PARTNER</name><route-target>0:65000:7</route-target><whole-vpn/></export-rule>',
      ) + frrVrf('MOF', 200),
    ),
  },
];
