import { WaslError } from '../errors.ts';
import { type Capabilities, type NetconfSession, RpcError, YangLibraryCache } from '../netconf/index.ts';
import type { PlatformManifest } from '../platforms/manifest.ts';
import { MANIFESTS } from '../platforms/manifests.ts';

/** Routers of one release have one library. */
const LIBRARIES = new YangLibraryCache();

/** What a router says of its models: a namespace, or a module with its revision. */
interface Models {
  readonly all: readonly { readonly uri: string }[];
  readonly modules: readonly Pick<Capabilities['modules'][number], 'name' | 'revision'>[];
}

/**
 * Where the hello leaves out the models that tell the dialect, the library that it announces has them (RFC 7950 §5.6.4, RFC 8525). A router
 * that refuses to show it says nothing.
 */
export async function modelsOf(
  session: Pick<NetconfSession, 'capabilities' | 'yangLibrary'>,
  { dialectModules }: PlatformManifest,
): Promise<Models> {
  const { capabilities } = session;
  const isListed = dialectModules.every(({ name }) => capabilities.modules.some((module) => module.name === name));
  const hasLibrary = capabilities.has(':yang-library:1.1') || capabilities.has(':yang-library:1.0');
  if (isListed || !hasLibrary) return capabilities;
  try {
    const { modules } = await session.yangLibrary({ cache: LIBRARIES });
    const there = modules.filter(({ importOnly }) => !importOnly);
    return {
      all: [...capabilities.all, ...there.map(({ namespace }) => ({ uri: namespace }))],
      modules: [...capabilities.modules, ...there.map(({ name, revision }) => ({ name, revision }))],
    };
  } catch (error) {
    if (error instanceof RpcError) return capabilities;
    throw error;
  }
}

/**
 * The inventory says what a router is; its hello may say otherwise (RFC 6020 §5.6.4: modules with their revisions). A hello that lists no
 * models says nothing. Throws PLATFORM_MISMATCH: what another dialect says would be read as nothing.
 */
export function refuseOtherDialect({ all, modules }: Models, manifest: PlatformManifest, pe: string): void {
  for (const { name, revisionFrom } of manifest.dialectModules) {
    const listed = modules.filter((module) => module.name === name);
    const newest = listed
      .map(({ revision }) => revision ?? '')
      .toSorted()
      .at(-1);
    if (newest === undefined || newest === '' || newest >= revisionFrom) continue;
    throw mismatch(pe, `it lists ${name} of ${newest}, and ${manifest.name} is of ${revisionFrom} and later`);
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
