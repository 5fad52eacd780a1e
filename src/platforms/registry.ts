import type { PlatformName } from '../domain/names.ts';
import { frr } from './frr/reader.ts';
import { iosxrUm2 } from './iosxr-um2/reader.ts';
import { junosYang } from './junos-yang/reader.ts';
import type { PlatformAdapter } from './platform.ts';

/** A new platform: its folder in `templates/`, its adapter beside this file, its line here. */
export const PLATFORMS: Readonly<Record<PlatformName, PlatformAdapter>> = {
  'iosxr-um2': iosxrUm2,
  'junos-yang': junosYang,
  frr,
};
