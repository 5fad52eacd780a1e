import { NetconfError, printable } from '../errors.ts';
import type { NetconfLimits } from '../limits.ts';
import { BASE_1_0, BASE_1_1, NETCONF_BASE } from '../namespaces.ts';
import { escapeText } from '../xml/build.ts';
import { child, childrenNamed } from '../xml/element.ts';
import { parseXml } from '../xml/parse.ts';
import { Capabilities } from './capabilities.ts';

export type BaseVersion = '1.0' | '1.1';

export interface ServerHello {
  readonly sessionId: number;
  readonly capabilities: Capabilities;
}

/** RFC 6241 §7.9: session-id is an unsigned 32-bit number above 0. */
const SESSION_ID_MAX = 4_294_967_295;

/** The client's `<hello>`, RFC 6241 §8.1. */
export function writeHello(baseVersions: readonly BaseVersion[], capabilities: readonly string[]): string {
  const bases = baseVersions.map((version) => (version === '1.1' ? BASE_1_1 : BASE_1_0));
  const entries = [...new Set([...bases, ...capabilities])].map((uri) => `<capability>${escapeText(uri)}</capability>`);
  return `<?xml version="1.0" encoding="UTF-8"?><hello xmlns="${NETCONF_BASE}"><capabilities>${entries.join('')}</capabilities></hello>`;
}

/**
 * The server's `<hello>`, RFC 6241 §8.1. NX-OS leaves the namespace out, so an element in none is taken for the base one;
 * a missing or zero session-id is an error, as the RFC says.
 *
 * @throws NetconfError `PROTOCOL`, `LIMIT_EXCEEDED`
 */
export function readHello(text: string, limits: NetconfLimits): ServerHello {
  const root = parseXml(text, limits);
  if (root.name !== 'hello' || (root.namespace !== NETCONF_BASE && root.namespace !== '')) {
    throw new NetconfError(
      'PROTOCOL',
      `the first message must be hello, the server sent <${printable(root.name, 60)}> in "${printable(root.namespace, 100)}"`,
    );
  }
  const list = child(root, 'capabilities', root.namespace);
  if (list === undefined) throw new NetconfError('PROTOCOL', 'the hello has no capabilities');
  const entries = childrenNamed(list, 'capability', root.namespace);
  if (entries.length > limits.capabilitiesMax) {
    throw new NetconfError(
      'LIMIT_EXCEEDED',
      `${entries.length} capabilities in the hello, allowed are ${limits.capabilitiesMax}`,
    );
  }
  const sessionIdText = child(root, 'session-id', root.namespace)?.text.trim();
  if (sessionIdText === undefined)
    throw new NetconfError('PROTOCOL', 'the hello has no session-id (RFC 6241 section 8.1)');
  const sessionId = /^\+?\d{1,10}$/.test(sessionIdText) ? Number(sessionIdText) : 0;
  if (sessionId === 0 || sessionId > SESSION_ID_MAX) {
    throw new NetconfError(
      'PROTOCOL',
      `the hello's session-id ${JSON.stringify(sessionIdText.slice(0, 40))} is not a number from 1 to ${SESSION_ID_MAX}`,
    );
  }
  return { sessionId, capabilities: new Capabilities(entries.map((entry) => entry.text)) };
}

/**
 * The framing after the hellos: chunked where both sides offer base:1.1, else end-of-message (RFC 6242 §4.1).
 *
 * @throws NetconfError `PROTOCOL` where the sides have no base version in common
 */
export function agreeFraming(ours: readonly BaseVersion[], theirs: Capabilities): 'eom' | 'chunked' {
  if (ours.includes('1.1') && theirs.base['1.1']) return 'chunked';
  if (ours.includes('1.0') && theirs.base['1.0']) return 'eom';
  throw new NetconfError(
    'PROTOCOL',
    `no common base version: we offer ${ours.join(', ')}, the server's hello offers none of them`,
  );
}
