import { manifest as frr } from './frr/manifest.ts';
import { manifest as iosxrUm2 } from './iosxr-um2/manifest.ts';
import { manifest as junosYang } from './junos-yang/manifest.ts';
import type { PlatformManifest } from './manifest.ts';

/** Every platform, by name. What it can do beyond its manifest is in the registry beside this file. */
const BY_NAME = {
  [iosxrUm2.name]: iosxrUm2,
  [junosYang.name]: junosYang,
  [frr.name]: frr,
} as const;

export type PlatformName = keyof typeof BY_NAME;

export const MANIFESTS: Readonly<Record<PlatformName, PlatformManifest>> = BY_NAME;

export const PLATFORM_NAMES = Object.keys(BY_NAME) as [PlatformName, ...PlatformName[]];
