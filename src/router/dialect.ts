import { WaslError } from '../errors.ts';
import type { Capabilities } from '../netconf/index.ts';
import type { PlatformManifest } from '../platforms/manifest.ts';
import { MANIFESTS } from '../platforms/manifests.ts';

/**
 * The inventory says what a router is; its hello may say otherwise (RFC 6020 §5.6.4: modules with their revisions). A hello that lists no
 * models says nothing. Throws PLATFORM_MISMATCH: what another dialect says would be read as nothing.
 */
export function refuseOtherDialect(
  { all, modules }: Pick<Capabilities, 'all' | 'modules'>,
  manifest: PlatformManifest,
  pe: string,
): void {
  for (const { name, revisionFrom } of manifest.dialectModules) {
    const listed = modules.filter((module) => module.name === name);
    const newest = listed
      .map(({ revision }) => revision ?? '')
      .toSorted()
      .at(-1);
    if (newest === undefined || newest === '' || newest >= revisionFrom) continue;
    throw mismatch(pe, `its hello lists ${name} of ${newest}, and ${manifest.name} is of ${revisionFrom} and later`);
  }
  const isOf = ({ namespaces }: PlatformManifest) =>
    all.some(({ uri }) => namespaces.some((namespace) => uri.startsWith(namespace)));
  if (isOf(manifest)) return;
  const others = Object.values(MANIFESTS).filter(isOf);
  if (others.length === 0) return;
  throw mismatch(
    pe,
    `its hello is that of ${others.map(({ vendor }) => vendor).join(' or ')}, the inventory says ${manifest.name}`,
  );
}

function mismatch(pe: string, fact: string): WaslError {
  return new WaslError('PLATFORM_MISMATCH', `${pe}: ${fact}`, { path: pe });
}
