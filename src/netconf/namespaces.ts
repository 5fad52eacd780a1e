/** Namespaces and capability names of the RFCs that this library speaks. */

/** RFC 6241 §3.1: every NETCONF protocol element. */
export const NETCONF_BASE = 'urn:ietf:params:xml:ns:netconf:base:1.0';
/** RFC 5277 §4: `<notification>`, `<create-subscription>`. */
export const NETCONF_NOTIFICATION = 'urn:ietf:params:xml:ns:netconf:notification:1.0';
/** RFC 5717 §2.4: `<partial-lock>`. */
export const NETCONF_PARTIAL_LOCK = 'urn:ietf:params:xml:ns:netconf:partial-lock:1.0';
/** RFC 6022 §5: monitoring and `<get-schema>`. */
export const NETCONF_MONITORING = 'urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring';
/** RFC 6243 §4.5: `<with-defaults>`. */
export const NETCONF_WITH_DEFAULTS = 'urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults';
/** RFC 8526 §3: `<get-data>`, `<edit-data>`. */
export const NETCONF_NMDA = 'urn:ietf:params:xml:ns:yang:ietf-netconf-nmda';
/** RFC 8342: datastore identities. */
export const DATASTORES = 'urn:ietf:params:xml:ns:yang:ietf-datastores';
/** RFC 7895 and RFC 8525. */
export const YANG_LIBRARY = 'urn:ietf:params:xml:ns:yang:ietf-yang-library';
/** RFC 7950 §5.3.1: `<action>`. */
export const YANG_1 = 'urn:ietf:params:xml:ns:yang:1';
/** Junos reports some failures as `<xnm:error>` instead of `<rpc-error>`. */
export const JUNOS_XNM = 'http://xml.juniper.net/xnm/1.1/xnm';

export const BASE_1_0 = 'urn:ietf:params:netconf:base:1.0';
export const BASE_1_1 = 'urn:ietf:params:netconf:base:1.1';
export const CAPABILITY_PREFIX = 'urn:ietf:params:netconf:capability:';
