import { readFileSync } from 'node:fs';
import type { PlatformName } from '../domain/names.ts';
import { WaslError } from '../errors.ts';

/** Languages of operators' export policies that wasl can judge; `unreadable`: every such policy is refused. */
export const POLICY_LANGUAGES = ['rpl', 'junos', 'applied-last', 'unreadable'] as const;
export type PolicyLanguage = (typeof POLICY_LANGUAGES)[number];

/** What a platform's servers need, as data: code asks these questions and never for a vendor's name. */
export interface PlatformManifest {
  readonly name: PlatformName;
  readonly vendor: string;
  /** The YANG modules and release that the templates were checked against. */
  readonly dialect: string;
  readonly defaultOperation: 'none' | 'merge';
  /** How the candidate is checked: an explicit `<validate>`, or `test-then-set` inside the edit for servers that lose edits on `<validate>`. */
  readonly validateBy: 'validate' | 'test-then-set';
  /** Silence kept after the hello exchange, for servers that lose an rpc arriving in one read with the hello. */
  readonly pauseAfterHelloMs: number;
  /** Requests to one server are spaced by this while a confirmed commit is pending, for servers whose timer starves otherwise. */
  readonly minimumRpcIntervalMsInConfirmWindow: number;
  /** Whether a dirty candidate makes the server refuse the lock (RFC 6241 §7.5); where false or unsure, candidate and running are compared. */
  readonly lockRefusesDirtyCandidate: boolean;
  readonly policyLanguage: PolicyLanguage;
  /** wasl's policies take the place of the VRF's own route targets, and so restate them: where none is known, they would cut the VPN. */
  readonly restatesOwnTargets: boolean;
  /** What the router keeps of a confirm timer: whole units, and no less than the minimum. What is asked for is rounded up to that. */
  readonly confirmTimerUnitSeconds: number;
  readonly confirmTimerMinimumSeconds: number;
  /** Modules in the hello that tell the dialect, with the revision from which it is this one. */
  readonly dialectModules: readonly { readonly name: string; readonly revisionFrom: string }[];
  /** What the namespaces of its models begin with. */
  readonly namespaces: readonly string[];
  /** Whether a 4-octet AS number below 65536 can be written in 4-octet encoding. */
  readonly takesSmallFourOctetAsNumbers: boolean;
  readonly notes: readonly string[];
}

/** How long a confirm timer runs that is asked for with so many seconds: never shorter, so that what is counted on here ends first. */
export function keptTimerSeconds(manifest: PlatformManifest, askedSeconds: number): number {
  const { confirmTimerUnitSeconds: unit, confirmTimerMinimumSeconds: minimum } = manifest;
  return Math.ceil(Math.max(askedSeconds, minimum) / unit) * unit;
}

const TEMPLATES = new URL('../../templates/', import.meta.url);

const loaded = new Map<PlatformName, PlatformManifest>();

/** The folder of a platform's templates. */
export const templateFolder = (platform: PlatformName): URL => new URL(`${platform}/`, TEMPLATES);

/** Throws PLATFORM_UNKNOWN, or CONFIGURATION naming the field of platform.json that is wrong. */
export function readManifest(platform: PlatformName): PlatformManifest {
  const known = loaded.get(platform);
  if (known !== undefined) return known;
  const manifest = parseManifest(readManifestText(platform), `templates/${platform}/platform.json`);
  if (manifest.name !== platform) {
    throw new WaslError('CONFIGURATION', `templates/${platform}/platform.json: name is ${manifest.name}`);
  }
  loaded.set(platform, manifest);
  return manifest;
}

function readManifestText(platform: PlatformName): string {
  try {
    return readFileSync(new URL('platform.json', templateFolder(platform)), 'utf8');
  } catch (cause) {
    throw new WaslError('PLATFORM_UNKNOWN', `platform ${platform} has no templates`, { cause });
  }
}

/** Hand-checked, so that a wrong manifest names its file and field. */
export function parseManifest(text: string, file: string): PlatformManifest {
  const refuse = (field: string, wanted: string): never => {
    throw new WaslError('CONFIGURATION', `${file}: ${field} must be ${wanted}`, { path: `${file}#${field}` });
  };
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new WaslError('CONFIGURATION', `${file} is not JSON`, { cause });
  }
  const oneOf = <T extends string>(field: string, values: readonly T[]): T =>
    values.find((value) => value === json[field]) ?? refuse(field, `one of ${values.join(', ')}`);
  const string = (field: string): string => {
    const value = json[field];
    return typeof value === 'string' && value !== '' ? value : refuse(field, 'a text');
  };
  const milliseconds = (field: string): number => {
    const value = json[field];
    return typeof value === 'number' && value >= 0 && value <= 10_000 ? value : refuse(field, '0 to 10000');
  };
  const boolean = (field: string): boolean => {
    const value = json[field];
    return typeof value === 'boolean' ? value : refuse(field, 'true or false');
  };
  const texts = (field: string): string[] => {
    const value = json[field];
    return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : refuse(field, 'texts');
  };
  const seconds = (field: string): number => {
    const value = json[field];
    const isRight = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 3_600;
    return isRight ? value : refuse(field, '1 to 3600');
  };
  const modules = (field: string): PlatformManifest['dialectModules'] => {
    const value = json[field];
    const isModule = (one: unknown) =>
      typeof one === 'object' &&
      one !== null &&
      'name' in one &&
      'revisionFrom' in one &&
      Object.keys(one).length === 2;
    return Array.isArray(value) && value.every(isModule) ? value : refuse(field, 'modules with name and revisionFrom');
  };
  const manifest: PlatformManifest = {
    name: string('name') as PlatformName,
    vendor: string('vendor'),
    dialect: string('dialect'),
    defaultOperation: oneOf('defaultOperation', ['none', 'merge']),
    validateBy: oneOf('validateBy', ['validate', 'test-then-set']),
    pauseAfterHelloMs: milliseconds('pauseAfterHelloMs'),
    minimumRpcIntervalMsInConfirmWindow: milliseconds('minimumRpcIntervalMsInConfirmWindow'),
    lockRefusesDirtyCandidate: boolean('lockRefusesDirtyCandidate'),
    policyLanguage: oneOf('policyLanguage', POLICY_LANGUAGES),
    restatesOwnTargets: boolean('restatesOwnTargets'),
    confirmTimerUnitSeconds: seconds('confirmTimerUnitSeconds'),
    confirmTimerMinimumSeconds: seconds('confirmTimerMinimumSeconds'),
    dialectModules: modules('dialectModules'),
    namespaces: texts('namespaces'),
    takesSmallFourOctetAsNumbers: boolean('takesSmallFourOctetAsNumbers'),
    notes: texts('notes'),
  };
  const stranger = Object.keys(json).find((field) => !Object.hasOwn(manifest, field));
  if (stranger !== undefined) refuse(stranger, 'absent: no such field');
  return manifest;
}
