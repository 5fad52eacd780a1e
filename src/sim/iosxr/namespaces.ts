import type { YangModule } from '../datastore/schema.ts';

const cisco = (prefix: string, name: string): YangModule => ({
  prefix,
  namespace: `http://cisco.com/ns/yang/${name}`,
});

export const UM_VRF = cisco('um-vrf-cfg', 'Cisco-IOS-XR-um-vrf-cfg');
export const UM_BGP = cisco('um-router-bgp-cfg', 'Cisco-IOS-XR-um-router-bgp-cfg');
export const UM_POLICY = cisco('um-route-policy-cfg', 'Cisco-IOS-XR-um-route-policy-cfg');
export const UM_SNMP = cisco('um-snmp-server-cfg', 'Cisco-IOS-XR-um-snmp-server-cfg');
export const UM_STATIC = cisco('um-router-static-cfg', 'Cisco-IOS-XR-um-router-static-cfg');
export const UM_POLICY_MAP = cisco('um-policymap-classmap-cfg', 'Cisco-IOS-XR-um-policymap-classmap-cfg');
export const UM_ACCESS_LIST = {
  ipv4: cisco('um-ipv4-access-list-cfg', 'Cisco-IOS-XR-um-ipv4-access-list-cfg'),
  ipv6: cisco('um-ipv6-access-list-cfg', 'Cisco-IOS-XR-um-ipv6-access-list-cfg'),
} as const;
/** Of configuration groups it has the names alone (flexible CLI). */
export const GROUP = cisco('group-cfg', 'Cisco-IOS-XR-group-cfg');
export const RIB_IPV4 = cisco('ip-rib-ipv4-oper', 'Cisco-IOS-XR-ip-rib-ipv4-oper');
export const RIB_IPV6 = cisco('ip-rib-ipv6-oper', 'Cisco-IOS-XR-ip-rib-ipv6-oper');
export const CONFIG_MANAGER = cisco('config-cfgmgr-exec-oper', 'Cisco-IOS-XR-config-cfgmgr-exec-oper');
export const PING = cisco('ping-act', 'Cisco-IOS-XR-ping-act');
