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
    '<two-byte-as-route-target xmlns:nc="urn:ietf:params:xml:ns:netconf:operator:1.0" nc:operation="delete">',
  );
