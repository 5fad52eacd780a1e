import type { PlatformName } from '../../domain/names.ts';
import type { PlatformAdapter } from '../platform.ts';
import { frr } from './frr.ts';
import { iosxrUm2 } from './iosxr-um2.ts';
import { junosYang } from './junos-yang.ts';

/** A new platform: its folder in `templates/`, its adapter beside this file, its line here. */
export const PLATFORMS: Readonly<Record<PlatformName, PlatformAdapter>> = {
  'iosxr-um2': iosxrUm2,
  'junos-yang': junosYang,
  frr,
};
