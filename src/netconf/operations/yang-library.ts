import type { Capabilities } from '../message/capabilities.ts';
import { YANG_LIBRARY } from '../namespaces.ts';
import { child, childrenNamed, childText, type XmlElement } from '../xml/element.ts';
import type { GetOptions } from './retrieval.ts';

export interface YangModule {
  readonly name: string;
  readonly revision: string | null;
  readonly namespace: string;
  readonly features: readonly string[];
  readonly deviations: readonly string[];
  /** True for a module that is only imported: its types are used, its data is not there. */
  readonly importOnly: boolean;
}

export interface YangLibrary {
  /** RFC 8525 content-id, or RFC 7895 module-set-id: equal ids, equal library. Null where the server does not say. */
  readonly contentId: string | null;
  readonly modules: readonly YangModule[];
}

/** Reads both forms at once; a server fills what it has. */
export const YANG_LIBRARY_FILTER: GetOptions = {
  filter: { subtree: `<yang-library xmlns="${YANG_LIBRARY}"/><modules-state xmlns="${YANG_LIBRARY}"/>` },
};

/** The id that a hello announces (RFC 8526 §2, RFC 7950 §5.6.4); null without it. */
export function announcedContentId(capabilities: Capabilities): string | null {
  const newer = capabilities.get(':yang-library:1.1')?.parameters.get('content-id');
  return newer ?? capabilities.get(':yang-library:1.0')?.parameters.get('module-set-id') ?? null;
}

/** RFC 8525 §3, or RFC 7895 §2 where only that is there. */
export function readYangLibrary(data: XmlElement | undefined): YangLibrary {
  const newer = data === undefined ? undefined : child(data, 'yang-library', YANG_LIBRARY);
  if (newer !== undefined) {
    const sets = childrenNamed(newer, 'module-set');
    return {
      contentId: childText(newer, 'content-id') ?? null,
      modules: sets.flatMap((set) => [
        ...childrenNamed(set, 'module').map((module) => readModule(module, false)),
        ...childrenNamed(set, 'import-only-module').map((module) => readModule(module, true)),
      ]),
    };
  }
  const older = data === undefined ? undefined : child(data, 'modules-state', YANG_LIBRARY);
  if (older === undefined) return { contentId: null, modules: [] };
  return {
    contentId: childText(older, 'module-set-id') ?? null,
    modules: childrenNamed(older, 'module').map((module) =>
      readModule(module, childText(module, 'conformance-type') === 'import'),
    ),
  };
}

function readModule(module: XmlElement, importOnly: boolean): YangModule {
  return {
    name: childText(module, 'name') ?? '',
    // An empty revision is how both RFCs say that there is none.
    revision: childText(module, 'revision') || null,
    namespace: childText(module, 'namespace') ?? '',
    features: childrenNamed(module, 'feature').map((feature) => feature.text.trim()),
    deviations: childrenNamed(module, 'deviation').map(
      (deviation) => childText(deviation, 'name') ?? deviation.text.trim(),
    ),
    importOnly,
  };
}

/** Libraries by content-id, to share between sessions: a PE's library is read once and not at every connect. */
export class YangLibraryCache {
  private readonly entries = new Map<string, YangLibrary>();
  private readonly entriesMax: number;

  /** @param entriesMax distinct libraries; a backbone has about as many as software releases */
  constructor(entriesMax = 64) {
    this.entriesMax = entriesMax;
  }

  get(contentId: string): YangLibrary | undefined {
    return this.entries.get(contentId);
  }

  set(contentId: string, library: YangLibrary): void {
    this.entries.delete(contentId);
    this.entries.set(contentId, library);
    const [oldest] = this.entries.keys();
    if (this.entries.size > this.entriesMax && oldest !== undefined) this.entries.delete(oldest);
  }
}
