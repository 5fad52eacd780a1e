const junos = (part: string): string => `xmlns="http://yang.juniper.net/junos/conf/${part}"`;

/** At each place that is asked for: a group may add there what is not shown there. */
const GROUPS = '<apply-groups/>';
const ROUTES =
  `<static>${GROUPS}<route>${GROUPS}<next-table/></route><rib-group/></static>` +
  ['aggregate', 'generate'].map((kind) => `<${kind}><route><next-table/></route></${kind}>`).join('');

/** Of the router's own table only what joins it to VPNs: it may be long. Keys come with what is inside. */
const ROUTING_OPTIONS =
  `<routing-options ${junos('routing-options')}>${GROUPS}<rib-groups/><instance-import/><instance-export/><interface-routes/>` +
  `<vpn-global-import/><flow/>` +
  `${ROUTES}<rib><name/>${GROUPS}${ROUTES}</rib></routing-options>`;

const FAMILIES = ['inet-vpn', 'inet6-vpn']
  .map((family) => `<${family}><unicast><rib-group/></unicast><flow/></${family}>`)
  .join('');
/** Flow specifications take packets aside, in the router's own table and in those of VPNs. */
const FLOW = `<family>${['inet', 'inet6', 'inet-vpn', 'inet6-vpn'].map((family) => `<${family}><flow/></${family}>`).join('')}</family>`;
/** Sessions, of which some carry VPN routes: the policies that these pass. */
const SESSION = `${GROUPS}<import/><export/>`;
const PEERS = `${SESSION}${FLOW}`;
const PROTOCOLS =
  `<protocols ${junos('protocols')}>${GROUPS}<bgp>${SESSION}<family>${FAMILIES}<inet><flow/></inet><inet6><flow/></inet6></family>` +
  `<group><name/>${PEERS}<neighbor><name/>${PEERS}</neighbor></group></bgp></protocols>`;

/** What a filter does with packets beside letting them through: where it sends them. */
const ACTIONS = [
  'routing-instance',
  'logical-system',
  'topology',
  'next-ip',
  'next-ip6',
  'next-interface',
  'decapsulate',
];
const FILTERS = `<filter><name/>${GROUPS}<term><name/>${GROUPS}<filter/><then>${ACTIONS.map((name) => `<${name}/>`).join('')}</then></term></filter>`;
const FIREWALL =
  `<firewall ${junos('firewall')}>${GROUPS}${FILTERS}<family>${GROUPS}` +
  `${['inet', 'inet6'].map((family) => `<${family}>${GROUPS}${FILTERS}</${family}>`).join('')}</family></firewall>`;

/** Where filters are applied; keys are asked for too, for an interface that is not shown may have any. */
const OF_FAMILIES = `<family>${GROUPS}${['any', 'inet', 'inet6'].map((family) => `<${family}>${GROUPS}<filter/><rpf-check><fail-filter/></rpf-check></${family}>`).join('')}</family>`;
const OF_INTERFACE = `<name/>${GROUPS}<filter/><unit><name/>${GROUPS}<filter/>${OF_FAMILIES}</unit>`;
const APPLIED =
  `<interfaces ${junos('interfaces')}>${GROUPS}<interface>${OF_INTERFACE}</interface><interface-range>${OF_INTERFACE}</interface-range></interfaces>` +
  `<forwarding-options ${junos('forwarding-options')}>${GROUPS}${OF_FAMILIES}</forwarding-options>` +
  `<dynamic-profiles ${junos('dynamic-profiles')}><name/></dynamic-profiles>`;

/** What puts in force what running does not show: transient changes of commit scripts, and the ephemeral database. */
const SYSTEM =
  `<system ${junos('system')}>${GROUPS}<scripts>${GROUPS}<commit>${GROUPS}<allow-transients/></commit></scripts>` +
  `<configuration-database>${GROUPS}<ephemeral>${GROUPS}<instance/><ignore-ephemeral-default/></ephemeral></configuration-database></system>`;

const POLICIES = `<policy-options ${junos('policy-options')}/><routing-instances ${junos('routing-instances')}/>`;

/** The part of running that is read. */
export const CONFIG_FILTER =
  `<configuration ${junos('root')}>${GROUPS}` +
  `<groups><name/>${GROUPS}${POLICIES}<logical-systems ${junos('logical-systems')}/>` +
  `<routing-options ${junos('routing-options')}/>${PROTOCOLS}${FIREWALL}${APPLIED}${SYSTEM}</groups>` +
  `${POLICIES}<logical-systems ${junos('logical-systems')}><name/></logical-systems>` +
  `${ROUTING_OPTIONS}${PROTOCOLS}${FIREWALL}${APPLIED}${SYSTEM}</configuration>`;
