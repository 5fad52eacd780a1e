import { frr } from './frr/platform.ts';
import { iosxrUm2 } from './iosxr-um2/platform.ts';
import { junosYang } from './junos-yang/platform.ts';
import type { PlatformName } from './manifests.ts';
import type { Platform } from './platform.ts';

/** A new platform: its folder here, its templates in `templates/<name>/`, its line in this table and in `manifests.ts`. */
export const PLATFORMS: Readonly<Record<PlatformName, Platform>> = {
  'iosxr-um2': iosxrUm2,
  'junos-yang': junosYang,
  frr,
};
