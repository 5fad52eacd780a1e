import type { PlatformManifest } from '../manifest.ts';

export const manifest = {
  name: 'iosxr-um2',
  vendor: 'Cisco IOS XR',
  speaks: 'Cisco IOS XR, unified model (Cisco-IOS-XR-um-*)',
  dialect: 'unified model in the form of 24.4.1 and later; checked against the modules of 25.3.1',
  defaultOperation: 'none',
  validateBy: 'validate',
  pauseAfterHelloMs: 0,
  minimumRpcIntervalMsInConfirmWindow: 0,
  lockRefusesDirtyCandidate: false,
  restatesOwnTargets: false,
  importPolicyOnlyNarrows: true,
  leaksByAutoExport: false,
  besideRunning: 'configuration groups that are applied elsewhere than to a VRF or to everything',
  confirmTimer: { unitSeconds: 1, minimumSeconds: 1 },
  dialectModules: [{ name: 'Cisco-IOS-XR-um-router-bgp-cfg', revisionFrom: '2024-09-17' }],
  namespaces: ['http://cisco.com/ns/yang/Cisco-IOS-XR-'],
  // Cisco-IOS-XR-um-vrf-cfg of 7.11.2 to 25.3.1: length 1..32.
  vrfNames: { pattern: /^.{1,32}$/, words: 'takes up to 32 characters' },
  inactiveMarks: [],
  takesSmallFourOctetAsNumbers: false,
  notes: [
    'Needs candidate, validate and confirmed-commit 1.1 in the hello.',
    'Up to 24.3 the unified model names route targets differently: such a router refuses the edit.',
    "An operator's export policy is wrapped: the WASL policy applies it and takes its place on the VRF until the last interconnect goes.",
    'Static routes, policy maps of type pbr and access lists are read for next hops in another VRF; a policy map or an access list counts by its definition, wherever it is applied. What a session or a VRF takes of flow specifications is not known: their place makes unknown what opens, and so does a configuration group that is applied to a VRF or to everything, of which the model has the name alone. One that is applied elsewhere is not shown: that it has nothing to say of this is an assumption of every proof.',
    'Policies of BGP are read where routes come into a VRF, and on the sessions between PEs, for the route targets that they put on routes.',
    'Where BGP takes the route targets to import out of import policies (`source rt import-policy`), what opens is unknown.',
    'Detaching and deleting a policy is one commit; not tried on hardware.',
    'Between a confirmed and its confirming commit other edits may be refused with "Datastore Locked".',
  ],
} as const satisfies PlatformManifest;
