import type { PlatformName } from '../domain/names.ts';
import { type PlatformManifest, readManifest } from '../platforms/manifest.ts';
import { PLATFORMS } from '../platforms/registry.ts';

/** What `wasl router platforms` and the generated matrix show of a platform. */
export type PlatformFacts = PlatformManifest;

/** Every platform, by name. */
export function platforms(): PlatformFacts[] {
  return (Object.keys(PLATFORMS).sort() as PlatformName[]).map(readManifest);
}
