/** Operations as text, for tests that speak NETCONF by hand. */
export const getConfig = (source: string, filter = ''): string =>
  `<get-config><source><${source}/></source>${filter === '' ? '' : `<filter type="subtree">${filter}</filter>`}</get-config>`;

export const lock = (target = 'candidate'): string => `<lock><target><${target}/></target></lock>`;
export const unlock = (target = 'candidate'): string => `<unlock><target><${target}/></target></unlock>`;
export const VALIDATE = '<validate><source><candidate/></source></validate>';
export const COMMIT = '<commit/>';
export const DISCARD = '<discard-changes/>';

export interface EditOptions {
  readonly defaultOperation?: 'merge' | 'replace' | 'none';
  readonly errorOption?: string;
  readonly testOption?: string;
}

export const edit = (config: string, options: EditOptions = {}): string =>
  `<edit-config><target><candidate/></target>${element('default-operation', options.defaultOperation)}${element(
    'test-option',
    options.testOption,
  )}${element('error-option', options.errorOption)}<config xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" xmlns:yang="urn:ietf:params:xml:ns:yang:1">${config}</config></edit-config>`;

/** Without the check that a server does first when nothing is said: for what is to be refused later. */
export const editUnchecked = (config: string): string => edit(config, { testOption: 'set' });

/** An edit of running. */
export const editRunning = (config: string, options: EditOptions = {}): string =>
  edit(config, options).replace('<target><candidate/></target>', '<target><running/></target>');

export const SAVE = '<copy-config><target><startup/></target><source><running/></source></copy-config>';

export interface ConfirmedOptions {
  readonly timeoutSeconds?: number;
  readonly persist?: string;
  readonly persistId?: string;
}

export const confirmedCommit = (options: ConfirmedOptions = {}): string =>
  `<commit><confirmed/>${element('confirm-timeout', options.timeoutSeconds)}${element('persist', options.persist)}${element(
    'persist-id',
    options.persistId,
  )}</commit>`;

export const confirmingCommit = (persistId?: string): string => `<commit>${element('persist-id', persistId)}</commit>`;
export const cancelCommit = (persistId?: string): string =>
  `<cancel-commit>${element('persist-id', persistId)}</cancel-commit>`;

const element = (name: string, value: string | number | undefined): string =>
  value === undefined ? '' : `<${name}>${value}</${name}>`;

// IOS-XR

const XR_VRF = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-vrf-cfg';
const XR_BGP = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-router-bgp-cfg';
const XR_POLICY = 'http://cisco.com/ns/yang/Cisco-IOS-XR-um-route-policy-cfg';

export const xrVrfs = (content: string): string => `<vrfs xmlns="${XR_VRF}">${content}</vrfs>`;
export const xrDescription = (vrf: string, text: string, attributes = ''): string =>
  xrVrfs(`<vrf><vrf-name>${vrf}</vrf-name><description${attributes}>${text}</description></vrf>`);

export const xrUnicast = (vrf: string, content: string, family = 'ipv4'): string =>
  xrVrfs(
    `<vrf><vrf-name>${vrf}</vrf-name><address-family><${family}><unicast>${content}</unicast></${family}></address-family></vrf>`,
  );

/** A route target `65000:<number>` in one direction. */
export const xrTarget = (
  vrf: string,
  direction: 'import' | 'export',
  number: number,
  operation = 'create',
  family = 'ipv4',
): string =>
  xrUnicast(
    vrf,
    `<${direction} xmlns="${XR_BGP}"><route-target><two-byte-as-route-targets><two-byte-as-route-target nc:operation="${operation}"><two-byte-as-number>65000</two-byte-as-number><asn2-index>${number}</asn2-index><stitching>disable</stitching></two-byte-as-route-target></two-byte-as-route-targets></route-target></${direction}>`,
    family,
  );

export const xrExportPolicy = (vrf: string, policy: string, operation = 'create', family = 'ipv4'): string =>
  xrUnicast(
    vrf,
    `<export xmlns="${XR_BGP}"><route-policy nc:operation="${operation}">${policy}</route-policy></export>`,
    family,
  );

export const xrPolicy = (name: string, text: string, operation = 'create'): string =>
  `<routing-policy xmlns="${XR_POLICY}"><route-policies><route-policy nc:operation="${operation}"><route-policy-name>${name}</route-policy-name>${
    operation === 'delete' ? '' : `<rpl-route-policy>${text}</rpl-route-policy>`
  }</route-policy></route-policies></routing-policy>`;

export const xrPrefixSet = (name: string, prefixes: readonly string[], operation = 'create'): string =>
  `<routing-policy xmlns="${XR_POLICY}"><sets><prefix-sets><prefix-set nc:operation="${operation}"><set-name>${name}</set-name>${
    operation === 'delete'
      ? ''
      : `<rpl-prefix-set>prefix-set ${name}\n${prefixes.join(',\n')}\nend-set\n</rpl-prefix-set>`
  }</prefix-set></prefix-sets></sets></routing-policy>`;

// Junos

export const junosConfiguration = (content: string): string =>
  `<configuration xmlns="http://yang.juniper.net/junos/conf/root">${content}</configuration>`;
export const junosInstance = (name: string, content: string): string =>
  junosConfiguration(
    `<routing-instances xmlns="http://yang.juniper.net/junos/conf/routing-instances"><instance><name>${name}</name>${content}</instance></routing-instances>`,
  );
export const junosPolicyOptions = (content: string): string =>
  junosConfiguration(
    `<policy-options xmlns="http://yang.juniper.net/junos/conf/policy-options">${content}</policy-options>`,
  );
export const junosCommunity = (name: string, ...members: readonly string[]): string =>
  `<community><name>${name}</name>${members.map((member) => `<members>${member}</members>`).join('')}</community>`;
export const junosAdd = (community: string, action = 'add'): string =>
  `<community><choice-ident>${action}</choice-ident><choice-value/><community-name>${community}</community-name></community>`;
export const junosDescription = (instance: string, text: string): string =>
  junosInstance(instance, `<description>${text}</description>`);
