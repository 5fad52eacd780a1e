import type { PlatformManifest } from '../manifest.ts';

export const manifest = {
  name: 'frr',
  vendor: 'FRR with netconfd',
  speaks: 'FRRouting behind the NETCONF server of the lab (wasl-frr-l3vpn)',
  dialect: 'module wasl-frr-l3vpn of this project (topology/yang)',
  defaultOperation: 'none',
  validateBy: 'test-then-set',
  pauseAfterHelloMs: 0,
  minimumRpcIntervalMsInConfirmWindow: 0,
  lockRefusesDirtyCandidate: true,
  restatesOwnTargets: false,
  importPolicyOnlyNarrows: true,
  leaksByAutoExport: false,
  besideRunning: null,
  confirmTimer: { unitSeconds: 1, minimumSeconds: 1 },
  dialectModules: [],
  namespaces: ['urn:wasl:frr:l3vpn'],
  // A VRF is a network device of Linux (IFNAMSIZ); module wasl-frr-l3vpn has the same pattern.
  vrfNames: { pattern: /^[A-Za-z0-9_-]{1,15}$/, words: 'takes up to 15 characters, and no dot' },
  inactiveMarks: [],
  takesSmallFourOctetAsNumbers: false,
  notes: [
    'netconfd 2.13 and 2.14 answer ok to validate and then leave the edits out of the commit: the candidate is checked by test-then-set.',
    "netconfd's confirm timer does not fire while a session sends at least one request a second, and it leaves an rpc unread that arrives in one read with the client's hello: the lab's subsystem (topology/router/netconf_filter.py) holds requests at both moments. In front of a netconfd without it, set pauseAfterHelloMs 100 and minimumRpcIntervalMsInConfirmWindow 1300.",
    "FRR's own configuration (`vtysh -c 'show running-config'`) and the kernel's rules (`ip rule`) are read with running: the login needs both. Route maps that put a route target on routes count as exports; `import vrf`, static routes into another VRF, pbr maps that an interface names, EVPN, flow specifications, rules of the kernel and what is not known make unknown what opens.",
    'Route targets that BGP has in a VRF, or in a VRF of its own, and that the NETCONF module does not show make unknown what opens.',
    "An operator's route map decides after wasl's rules: one that takes route targets off is refused, and what it keeps back only verification shows.",
  ],
} as const satisfies PlatformManifest;
