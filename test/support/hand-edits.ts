/** What a person types at the console of an IOS XR router of the simulation. */
const VRF = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-vrf-cfg';
const BGP = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-bgp-cfg';

/** `vrf MOE / address-family ipv4 unicast / import route-target 65000:9`. */
export function importOnIosxr(vrf: string, routeTarget: string): string {
  const [administrator, assigned] = routeTarget.split(':');
  const target =
    '<route-target><two-byte-as-route-targets><two-byte-as-route-target>' +
    `<two-byte-as-number>${administrator}</two-byte-as-number><asn2-index>${assigned}</asn2-index>` +
    '<stitching>disable</stitching></two-byte-as-route-target></two-byte-as-route-targets></route-target>';
  const family = `<address-family><ipv4><unicast><import xmlns="${BGP}">${target}</import></unicast></ipv4></address-family>`;
  return `<vrfs xmlns="${VRF}"><vrf><vrf-name>${vrf}</vrf-name>${family}</vrf></vrfs>`;
}

/** Takes it away again; for `editRunning(…, 'none')`. */
export const removeImportOnIosxr = (vrf: string, routeTarget: string): string =>
  importOnIosxr(vrf, routeTarget).replace(
    '<two-byte-as-route-target>',
    '<two-byte-as-route-target xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" nc:operation="delete">',
  );

/** On Junos, VRF MOI: an import policy of the operator that names the first route target of wasl's pool. */
export const PEEK = `<configuration xmlns="http://yang.juniper.net/junos/conf/root">
  <policy-options xmlns="http://yang.juniper.net/junos/conf/policy-options">
    <policy-statement><name>IMP</name>
      <term><name>a</name><from><community>PEEK</community></from><then><accept/></then></term>
      <term><name>b</name><from><community>OWN</community></from><then><accept/></then></term>
      <then><reject/></then></policy-statement>
    <community><name>PEEK</name><members>target:65000:50000</members></community>
    <community><name>OWN</name><members>target:65000:500</members></community>
  </policy-options>
  <routing-instances xmlns="http://yang.juniper.net/junos/conf/routing-instances">
    <instance><name>MOI</name><vrf-import>IMP</vrf-import></instance>
  </routing-instances></configuration>`;

const POLICY = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-route-policy-cfg';
export const prefixSet = (name: string, ...lines: string[]) =>
  `<routing-policy xmlns="${POLICY}"><sets><prefix-sets><prefix-set><set-name>${name}</set-name>` +
  `<rpl-prefix-set>prefix-set ${name}\n${lines.join(',\n')}\nend-set\n</rpl-prefix-set></prefix-set></prefix-sets></sets></routing-policy>`;
export const routePolicy = (name: string, ...lines: string[]) =>
  `<routing-policy xmlns="${POLICY}"><route-policies><route-policy><route-policy-name>${name}</route-policy-name>` +
  `<rpl-route-policy>route-policy ${name}\n${lines.join('\n')}\nend-policy\n</rpl-route-policy></route-policy></route-policies></routing-policy>`;
export const DETACH = `<vrfs xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-vrf-cfg" xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0"><vrf><vrf-name>MOH</vrf-name><address-family><ipv4><unicast>
  <export xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-bgp-cfg"><route-policy nc:operation="delete">WASL-MOH-IPV4-EXPORT</route-policy></export></unicast></ipv4></address-family></vrf></vrfs>`;
export const DETACH_ALL = `${DETACH}<routing-policy xmlns="${POLICY}" xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0">
  <route-policies><route-policy nc:operation="delete"><route-policy-name>WASL-MOH-IPV4-EXPORT</route-policy-name></route-policy></route-policies>
  <sets><prefix-sets><prefix-set nc:operation="delete"><set-name>WASL-MOH-IPV4-0-65000-50000</set-name></prefix-set></prefix-sets></sets></routing-policy>`;
export const junos = (options: string, instances = '') =>
  `<configuration xmlns="http://yang.juniper.net/junos/conf/root" xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0">
  <policy-options xmlns="http://yang.juniper.net/junos/conf/policy-options">${options}</policy-options>${instances}</configuration>`;

/** `no vrf MOF`, or `delete routing-instances MOF`; for `editRunning(…, 'none')`. What wasl put beside it stays behind. */
export const deleteVrf = (platform: string, vrf: string): string =>
  platform === 'iosxr-um2'
    ? `<vrfs xmlns="${VRF}" xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0"><vrf nc:operation="delete"><vrf-name>${vrf}</vrf-name></vrf></vrfs>`
    : `<configuration xmlns="http://yang.juniper.net/junos/conf/root" xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0">
  <routing-instances xmlns="http://yang.juniper.net/junos/conf/routing-instances"><instance nc:operation="delete"><name>${vrf}</name></instance></routing-instances></configuration>`;

/** `copy routing-instances MOF to FIN`, or the same typed by hand on IOS XR: with all that wasl put inside. Of a router's running text. */
export function copyVrf(platform: string, running: string, vrf: string, to: string): string {
  const [entry, key] = platform === 'iosxr-um2' ? ['vrf', 'vrf-name'] : ['instance', 'name'];
  const found = new RegExp(`<${entry}>\\s*<${key}>${vrf}</${key}>.*?\\n *</${entry}>`, 's').exec(running)?.[0];
  if (found === undefined) throw new Error(`there is no VRF ${vrf}`);
  const copy = found.replace(`<${key}>${vrf}<`, `<${key}>${to}<`);
  return platform === 'iosxr-um2' ? `<vrfs xmlns="${VRF}">${copy}</vrfs>` : junosInstances(copy);
}

/** On IOS XR: `vrf MOE / address-family ipv4 unicast / export route-policy NAME`. */
export const attachOnIosxr = (vrf: string, family: string, direction: string, policy: string): string =>
  `<vrfs xmlns="${VRF}"><vrf><vrf-name>${vrf}</vrf-name><address-family><${family}><unicast>` +
  `<${direction} xmlns="${BGP}"><route-policy>${policy}</route-policy></${direction}>` +
  `</unicast></${family}></address-family></vrf></vrfs>`;

export const junosInstances = (instances: string): string =>
  '<configuration xmlns="http://yang.juniper.net/junos/conf/root">' +
  `<routing-instances xmlns="http://yang.juniper.net/junos/conf/routing-instances">${instances}</routing-instances></configuration>`;
