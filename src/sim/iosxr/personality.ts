import { RpcErrors } from '../datastore/datastores.ts';
import { USUAL_HABITS } from '../habits.ts';
import { OK } from '../netconf/operations.ts';
import { buildYangLibrary, YANG_LIBRARY } from '../netconf/yang-library.ts';
import type { Operational, OperationalRpc, Personality } from '../personality.ts';
import { tag, textTag } from '../xml/element.ts';
import { renderIosxrBase } from './base-config.ts';
import { checkIosxr } from './check.ts';
import { buildCommits } from './commits.ts';
import { withGroupsByName } from './in-force.ts';
import { CONFIG_MANAGER, PING, RIB_IPV4, RIB_IPV6, UM_BGP, UM_POLICY, UM_VRF } from './namespaces.ts';
import { pingIosxr } from './ping.ts';
import { buildRib } from './rib.ts';
import { IOSXR_SCHEMA } from './schema.ts';
import { readIosxrInstances } from './vpn-instances.ts';

const capability = (name: string): string => `urn:ietf:params:netconf:capability:${name}`;
const model = (namespace: string, revision: string): string => {
  const name = namespace.slice(namespace.lastIndexOf('/') + 1);
  return `${namespace}?module=${name}&revision=${revision}`;
};

const CAPABILITIES = [
  'urn:ietf:params:netconf:base:1.1',
  capability('candidate:1.0'),
  capability('rollback-on-error:1.0'),
  capability('validate:1.1'),
  capability('confirmed-commit:1.1'),
  capability('notification:1.0'),
  capability('interleave:1.0'),
  // A module by its namespace: no word of base 1.0.
  'urn:ietf:params:xml:ns:netconf:base:1.0?module=ietf-netconf&revision=2011-06-01',
  'urn:ietf:params:xml:ns:yang:ietf-netconf-notifications?module=ietf-netconf-notifications&revision=2012-02-06',
  model(UM_VRF.namespace, '2022-07-11'),
  model(UM_BGP.namespace, '2024-09-17'),
  model(UM_POLICY.namespace, '2024-09-17'),
  model(RIB_IPV4.namespace, '2024-02-01'),
  model(RIB_IPV6.namespace, '2024-02-01'),
  model(CONFIG_MANAGER.namespace, '2019-04-05'),
  model(PING.namespace, '2023-10-19'),
];

/** IOS-XR with the unified models of 24.4.1 and later; base 1.1 only, as its published hellos have it. */
export const iosxrUm2: Personality = {
  platform: 'iosxr-um2',
  capabilities: CAPABILITIES,
  confirmedCommit: '1.1',
  errorOptions: ['stop-on-error', 'continue-on-error', 'rollback-on-error'],
  firstSessionId: 4_000_001,
  schema: IOSXR_SCHEMA,
  habits: USUAL_HABITS,
  renderBase: renderIosxrBase,
  check: checkIosxr,
  readInstances: readIosxrInstances,
  shown: withGroupsByName,
  // The platform denies a lock without a message.
  lockDenied: (_datastore, holder) => ({
    type: 'protocol',
    tag: 'lock-denied',
    info: { 'session-id': String(holder) },
  }),
  renderChecked: (_operation, { errors }) => {
    if (errors.length > 0) throw new RpcErrors(errors);
    return OK;
  },
  rpcs: new Map<string, OperationalRpc>([[`{${PING.namespace}}ping`, pingIosxr]]),
  operational: new Map<string, Operational>([
    [`{${YANG_LIBRARY.namespace}}yang-library`, () => buildYangLibrary(CAPABILITIES)],
    [`{${CONFIG_MANAGER.namespace}}config-manager`, buildCommits],
    [`{${RIB_IPV4.namespace}}rib`, (context, vrfs) => buildRib('ipv4', context, vrfs)],
    [`{${RIB_IPV6.namespace}}ipv6-rib`, (context, vrfs) => buildRib('ipv6', context, vrfs)],
  ]),
  renderLeftover: (vrf) =>
    tag('vrfs', tag('vrf', textTag('vrf-name', vrf) + textTag('description', 'work in progress')), UM_VRF.namespace),
};
