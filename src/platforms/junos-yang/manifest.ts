import type { PlatformManifest } from '../manifest.ts';

export const manifest = {
  name: 'junos-yang',
  vendor: 'Juniper Junos',
  speaks: 'Juniper Junos, native model (junos-conf-*)',
  dialect: 'native YANG with `system services netconf yang-compliant`; checked against the modules of 24.4R1',
  defaultOperation: 'none',
  validateBy: 'validate',
  pauseAfterHelloMs: 0,
  minimumRpcIntervalMsInConfirmWindow: 0,
  lockRefusesDirtyCandidate: true,
  restatesOwnTargets: true,
  importPolicyOnlyNarrows: false,
  leaksByAutoExport: true,
  confirmTimer: { unitSeconds: 60, minimumSeconds: 60 },
  dialectModules: [],
  namespaces: ['http://yang.juniper.net/', 'http://xml.juniper.net/'],
  vrfNames: { pattern: /^.{1,128}$/, words: 'takes up to 128 characters' },
  inactiveMarks: [
    // Module junos-configuration-metadata; the native form has an attribute without a namespace.
    { attribute: '{http://yang.juniper.net/junos/jcmd}active', value: 'false' },
    { attribute: 'inactive', value: 'inactive' },
    { attribute: 'inactive', value: 'true' },
  ],
  takesSmallFourOctetAsNumbers: true,
  notes: [
    'Needs `set system services netconf yang-compliant` (and rfc-compliant); the plain dialect answers `syntax error, expecting <choice-ident>`.',
    'confirmed-commit is 1.0: the pending commit lives and dies with its session.',
    "While an interconnect is in a VRF both vrf-import and vrf-export are stated: the VRF's own route target is restated where the operator has only vrf-target.",
    "Where vrf-target was deleted or deactivated meanwhile, the VRF's last interconnect leaves it as it was restated: a VRF without route targets is refused by Junos, and would be cut off.",
    'Operators\' policies stay in the list after ours; the place is asked for with yang:insert="first", read back before the commit is confirmed.',
    "VRFs of one PE exchange routes only with auto-export in both: it is added where a flow joins two VRFs of the PE and goes with the VRF's last interconnect.",
    "Beside the instances are read: what joins the router's own table to them, filters that send packets to another instance or next hop, as far as something names them, policies of its BGP sessions that put a route target on routes, and groups that are applied to any of that. Rib groups count by their definition, wherever they are applied, and so do filters where not every interface of the VRFs was shown, or subscribers have profiles.",
    'What policies do is held against the actions of 24.4R1; a policy or community of the dynamic database, transient changes of commit scripts, and a named instance of the ephemeral database put in force what running does not show, and make unknown what opens. The default instance of the ephemeral database is not asked for.',
    'A logical tunnel or a service interface in a VRF may lead to another table of the router: of a VRF that has one it is not known where its routes go.',
    'Native form and logical systems are not supported.',
  ],
} as const satisfies PlatformManifest;
