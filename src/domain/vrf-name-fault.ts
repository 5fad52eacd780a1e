import { MANIFESTS } from '../platforms/manifests.ts';
import type { PlatformName, VrfName } from './names.ts';

/** null where the platform takes the name; else what is wrong with it. */
export function vrfNameFault(platform: PlatformName, name: VrfName): string | null {
  const { pattern, words } = MANIFESTS[platform].vrfNames;
  return pattern.test(name) ? null : `${name} is no VRF name for platform ${platform}, which ${words}`;
}
