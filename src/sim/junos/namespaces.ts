import type { YangModule } from '../datastore/schema.ts';

const juniper = (prefix: string, path: string): YangModule => ({
  prefix,
  namespace: `http://yang.juniper.net/junos/${path}`,
});

export const ROOT = juniper('jc', 'conf/root');
export const INSTANCES = juniper('jc-routing-instances', 'conf/routing-instances');
export const POLICY = juniper('jc-policy-options', 'conf/policy-options');
export const RPC_ROUTE = juniper('route', 'rpc/route');
export const RPC_PING = juniper('ping', 'rpc/ping');
export const ROUTING_OPTIONS = juniper('jc-routing-options', 'conf/routing-options');
export const PROTOCOLS = juniper('jc-protocols', 'conf/protocols');
export const FIREWALL = juniper('jc-firewall', 'conf/firewall');
