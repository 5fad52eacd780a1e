import { BASE_1_0, BASE_1_1, CAPABILITY_PREFIX } from '../namespaces.ts';

/**
 * Junos up to today sends RFC 4741's drafts' URIs; `xml:ns:` has no place in a capability. The same with `?module=` is another
 * thing, a YANG module by its namespace: what a server lists there says nothing of the protocol.
 */
const LEGACY_BASE_1_0 = 'urn:ietf:params:xml:ns:netconf:base:1.0';
const LEGACY_CAPABILITY = 'urn:ietf:params:xml:ns:netconf:capability:';

export interface Capability {
  /** Normalised, without parameters. */
  readonly uri: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** As the server sent it, without surrounding whitespace. */
  readonly raw: string;
}

export interface YangModuleCapability {
  readonly name: string;
  readonly namespace: string;
  readonly revision: string | null;
  readonly features: readonly string[];
  readonly deviations: readonly string[];
}

/** What the server's hello offers (RFC 6241 §8.1). */
export class Capabilities {
  readonly all: readonly Capability[];
  private readonly byUri: ReadonlyMap<string, Capability>;

  constructor(uris: readonly string[]) {
    this.all = uris.map(parseCapability);
    // The first of two with one URI wins; a map lookup keeps `has` cheap with thousands of modules.
    this.byUri = new Map([...this.all].reverse().map((capability) => [capability.uri, capability]));
  }

  /** `:candidate` (any version), `:validate:1.1` (that one) or a whole URI. */
  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  get(name: string): Capability | undefined {
    if (!name.startsWith(':')) return this.byUri.get(name);
    const uri = CAPABILITY_PREFIX + name.slice(1);
    const exact = this.byUri.get(uri);
    if (exact !== undefined || /:\d+\.\d+$/.test(name)) return exact;
    return this.byUri.get(`${uri}:1.1`) ?? this.byUri.get(`${uri}:1.0`);
  }

  /** By the exact URI (RFC 6241 §8.1). */
  get base(): { readonly '1.0': boolean; readonly '1.1': boolean } {
    const offers = (uri: string) => this.all.some(({ raw }) => raw === uri);
    return { '1.0': offers(BASE_1_0) || offers(LEGACY_BASE_1_0), '1.1': offers(BASE_1_1) };
  }

  /** RFC 6241 §8.4. 1.1 has persist and cancel-commit; 1.0 is bound to its session. */
  get confirmedCommit(): '1.1' | '1.0' | null {
    return this.highest('confirmed-commit');
  }

  /** RFC 6241 §8.6. 1.1 adds `test-only`. */
  get validate(): '1.1' | '1.0' | null {
    return this.highest('validate');
  }

  /** RFC 6241 §8.8.3: schemes of the url capability, lower case; empty without it. */
  get urlSchemes(): readonly string[] {
    const parameters = this.get(':url')?.parameters;
    // `protocol` is what Junos calls it.
    return list(parameters?.get('scheme') ?? parameters?.get('protocol')).map((scheme) => scheme.toLowerCase());
  }

  /** RFC 6243 §4.3; null without the capability. */
  get withDefaults(): { readonly basicMode: string; readonly alsoSupported: readonly string[] } | null {
    const parameters = this.get(':with-defaults')?.parameters;
    if (parameters === undefined) return null;
    return { basicMode: parameters.get('basic-mode') ?? '', alsoSupported: list(parameters.get('also-supported')) };
  }

  /** YANG 1.0 modules of the hello (RFC 6020 §5.6.4). Servers of YANG 1.1 list theirs in the YANG library only. */
  get modules(): readonly YangModuleCapability[] {
    return this.all.flatMap(({ uri, parameters }) => {
      const name = parameters.get('module');
      if (name === undefined) return [];
      const revision = parameters.get('revision') ?? null;
      const features = list(parameters.get('features'));
      return [{ name, namespace: uri, revision, features, deviations: list(parameters.get('deviations')) }];
    });
  }

  private highest(name: string): '1.1' | '1.0' | null {
    if (this.has(`:${name}:1.1`)) return '1.1';
    return this.has(`:${name}:1.0`) ? '1.0' : null;
  }
}

export function parseCapability(text: string): Capability {
  const raw = text.trim();
  const question = raw.indexOf('?');
  const written = question < 0 ? raw : raw.slice(0, question);
  const parameters = new Map<string, string>();
  if (question >= 0) {
    // `&amp;amp;` is sent by servers that escape twice.
    for (const pair of raw.slice(question + 1).split(/&(?:amp;)?/)) {
      const equals = pair.indexOf('=');
      if (equals > 0) parameters.set(pair.slice(0, equals).trim(), decode(pair.slice(equals + 1).trim()));
    }
  }
  return { uri: parameters.has('module') ? written : normalise(written), parameters, raw };
}

function normalise(uri: string): string {
  if (uri.startsWith(LEGACY_CAPABILITY)) return CAPABILITY_PREFIX + uri.slice(LEGACY_CAPABILITY.length);
  return uri === LEGACY_BASE_1_0 ? BASE_1_0 : uri;
}

function list(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
