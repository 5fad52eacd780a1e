import { JUNOS_XNM, NETCONF_BASE } from '../namespaces.ts';
import { serializeXml } from '../xml/build.ts';
import { child, childText, type XmlElement } from '../xml/element.ts';

/** One `<rpc-error>`, RFC 6241 §4.3, as the server sent it. Fields that a server left out are empty or null. */
export interface RpcErrorInfo {
  /** `transport`, `rpc`, `protocol` or `application`; empty where Junos leaves it out. */
  readonly type: string;
  /** An error-tag of RFC 6241 appendix A, as `lock-denied` or `data-missing`. */
  readonly tag: string;
  /** A severity that is missing or unknown counts as an error: no failure may pass as a warning. */
  readonly severity: 'error' | 'warning';
  readonly appTag: string | null;
  /** XPath as the server wrote it; its prefixes are the server's. */
  readonly path: string | null;
  readonly message: string | null;
  /** The inside of `<error-info>` as XML text. */
  readonly infoXml: string | null;
  /** The same as elements; empty without error-info. */
  readonly info: readonly XmlElement[];
}

/** Junos' wrapper around whole answers, one of each routing engine. */
export const ANSWERS_OF_ENGINES = 'multi-routing-engine-results';
export const ANSWER_OF_ENGINE = 'multi-routing-engine-item';
export const NAME_OF_ENGINE = 're-name';

/** Vendors' wrappers inside of which rpc-errors of the reply itself stand (Junos 9.4 to 24.4). */
const ERROR_WRAPPERS: ReadonlySet<string> = new Set([
  'commit-results',
  'load-configuration-results',
  ANSWERS_OF_ENGINES,
]);

/**
 * What a child of `<rpc-reply>` is: an error, a wrapper that may hold errors at any depth, or content, in which an element
 * named rpc-error is data.
 */
export function roleOfReplyChild(name: string, namespace: string): 'error' | 'wrapper' | 'content' {
  const base = namespace === NETCONF_BASE || namespace === '';
  if (name === 'rpc-error' && base) return 'error';
  if (isJunosError(name, namespace)) return 'error';
  return ERROR_WRAPPERS.has(name) ? 'wrapper' : 'content';
}

/** Inside of a wrapper the namespace is the wrapper's, which differs by release: the name decides. */
export function isErrorInWrapper(name: string, namespace: string): boolean {
  return name === 'rpc-error' || isJunosError(name, namespace);
}

/** What a routing engine answers to an operation that asks for something. */
export function isContentOfEngine(name: string, namespace: string): boolean {
  if (name === ANSWER_OF_ENGINE || name === NAME_OF_ENGINE || isErrorInWrapper(name, namespace)) return false;
  return roleOfReplyChild(name, namespace) === 'content';
}

function isJunosError(name: string, namespace: string): boolean {
  return namespace === JUNOS_XNM && (name === 'error' || name === 'warning');
}

/** Every error of a reply in document order: those that stand directly in it, and those in wrappers. One inside of `<data>` is data. */
export function errorsOfReply(reply: XmlElement): RpcErrorInfo[] {
  const errors: RpcErrorInfo[] = [];
  for (const element of reply.children) {
    const role = roleOfReplyChild(element.name, element.namespace);
    if (role === 'error') errors.push(readRpcError(element));
    else if (role === 'wrapper') collectFromWrapper(element, errors);
  }
  return errors;
}

function collectFromWrapper(wrapper: XmlElement, errors: RpcErrorInfo[]): void {
  const ofEngines = wrapper.name === ANSWERS_OF_ENGINES || wrapper.name === ANSWER_OF_ENGINE;
  for (const element of wrapper.children) {
    if (isErrorInWrapper(element.name, element.namespace)) errors.push(readRpcError(element));
    else if (isFailureCount(element)) errors.push(failedSilently(element));
    else if (!(ofEngines && isContentOfEngine(element.name, element.namespace))) collectFromWrapper(element, errors);
  }
}

/** Junos counts what it could not load, and need not say what it was. */
function isFailureCount({ name, text }: XmlElement): boolean {
  return name === 'load-error-count' && !/^\s*0+\s*$/.test(text);
}

function failedSilently({ text }: XmlElement): RpcErrorInfo {
  return {
    type: 'application',
    tag: 'operation-failed',
    severity: 'error',
    appTag: null,
    path: null,
    message: `load-error-count is ${text.trim() || 'empty'}`,
    infoXml: null,
    info: [],
  };
}

function readRpcError(element: XmlElement): RpcErrorInfo {
  if (element.namespace === JUNOS_XNM) return readJunosError(element);
  const info = child(element, 'error-info')?.children ?? [];
  return {
    type: childText(element, 'error-type') ?? '',
    tag: childText(element, 'error-tag') ?? '',
    severity: childText(element, 'error-severity') === 'warning' ? 'warning' : 'error',
    appTag: childText(element, 'error-app-tag') ?? null,
    path: childText(element, 'error-path') ?? null,
    message: childText(element, 'error-message') ?? null,
    infoXml: info.length === 0 ? null : info.map((item) => serializeXml(item)).join(''),
    info,
  };
}

/** `<xnm:error>`: Junos' own form, without type and tag. */
function readJunosError(element: XmlElement): RpcErrorInfo {
  return {
    type: 'application',
    tag: 'operation-failed',
    severity: element.name === 'warning' ? 'warning' : 'error',
    appTag: null,
    path: childText(element, 'path') ?? childText(element, 'edit-path') ?? null,
    message: childText(element, 'message') ?? null,
    infoXml: null,
    info: [],
  };
}

/**
 * Who holds the lock, from a `lock-denied` error: the NETCONF session-id, 0 for a holder that is no NETCONF session
 * (RFC 6241 §7.5). Null where the server does not say.
 */
export function lockHolderSessionId(error: RpcErrorInfo): number | null {
  const text = error.info.find((element) => element.name === 'session-id')?.text.trim();
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : null;
}
