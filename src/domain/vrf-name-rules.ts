import type { PlatformName, VrfName } from './names.ts';

interface VrfNameRule {
  readonly pattern: RegExp;
  /** The rule in words, after the name of the platform. */
  readonly words: string;
}

/** How a VRF may be called on each platform. */
const RULES: Readonly<Record<PlatformName, VrfNameRule>> = {
  // Cisco-IOS-XR-um-vrf-cfg of 7.11.2 to 25.3.1: length 1..32.
  'iosxr-um2': { pattern: /^.{1,32}$/, words: 'takes up to 32 characters' },
  'junos-yang': { pattern: /^.{1,128}$/, words: 'takes up to 128 characters' },
  // A VRF of FRR is a network device of Linux (IFNAMSIZ); module wasl-frr-l3vpn has the same pattern.
  frr: { pattern: /^[A-Za-z0-9_-]{1,15}$/, words: 'takes up to 15 characters, and no dot' },
};

/** null where the platform takes the name; else what is wrong with it. */
export function vrfNameFault(platform: PlatformName, name: VrfName): string | null {
  const { pattern, words } = RULES[platform];
  return pattern.test(name) ? null : `${name} is no VRF name for platform ${platform}, which ${words}`;
}
