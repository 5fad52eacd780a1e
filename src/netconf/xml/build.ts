import { NetconfError } from '../errors.ts';
import { NETCONF_BASE } from '../namespaces.ts';
import type { XmlElement } from './element.ts';
import { parseXmlFragment } from './parse.ts';
import type { XmlLimits } from './reader.ts';
import { forbiddenCharacter } from './text.ts';

/** XML given by a caller: text of sibling elements, or elements. */
export type XmlContent = string | XmlElement | readonly XmlElement[];

type Content = string | number | bigint | boolean | XmlElement | readonly (XmlElement | null | undefined)[];

// A name of XML without colon; the ranges beyond ASCII are left to the server, YANG identifiers are ASCII (RFC 7950 §6.2).
const NAME = /^[A-Za-z_][A-Za-z0-9._-]*$/;

/**
 * Builds one element: `xml('vrf', VRF_NS, [xml('name', VRF_NS, 'MOH')])`. Text is escaped when it is serialised,
 * so a value can never become markup. Null children are left out, so that optional parts read in line.
 *
 * @throws NetconfError `INVALID_REQUEST` for a name that is no XML name or text that XML cannot carry
 */
export function xml(
  name: string,
  namespace: string,
  content: Content = '',
  attributes: Readonly<Record<string, string>> = {},
): XmlElement {
  if (!NAME.test(name)) throw new NetconfError('INVALID_REQUEST', `not an XML name: ${JSON.stringify(name)}`);
  if (typeof content === 'object') {
    const children = isElement(content) ? [content] : content.filter((item) => item !== null && item !== undefined);
    return { name, namespace, attributes, children, text: '' };
  }
  return { name, namespace, attributes, children: [], text: String(content) };
}

/** Escapes character data. `>` too, so that neither `]]>` nor the EOM mark of RFC 6242 can appear. */
export function escapeText(text: string): string {
  assertCarriable(text);
  if (!/[&<>\r]/.test(text)) return text;
  return text.replace(/[&<>\r]/g, (character) => TEXT_ESCAPES[character] ?? character);
}

/** Escapes an attribute's value for double quotes; line ends and tabs survive normalisation. */
export function escapeAttribute(text: string): string {
  assertCarriable(text);
  if (!/[&<>"\t\r\n]/.test(text)) return text;
  return text.replace(/[&<>"\t\r\n]/g, (character) => TEXT_ESCAPES[character] ?? character);
}

const TEXT_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/**
 * Serialises a tree: default namespaces, declared where they change; attributes in a namespace get a generated prefix.
 * A parsed element keeps the prefixes that its scope knows only where it is asked for (`prefixes`), since values such as
 * identityrefs need them.
 */
export function serializeXml(
  element: XmlElement,
  options: { prefixes?: Readonly<Record<string, string>> } = {},
): string {
  const pieces: string[] = [];
  write(element, '', pieces, options.prefixes ?? {});
  return pieces.join('');
}

function write(
  element: XmlElement,
  defaultNamespace: string,
  pieces: string[],
  prefixes: Readonly<Record<string, string>>,
): void {
  pieces.push('<', element.name);
  if (element.namespace !== defaultNamespace) pieces.push(` xmlns="${escapeAttribute(element.namespace)}"`);
  for (const [prefix, uri] of Object.entries(prefixes)) pieces.push(` xmlns:${prefix}="${escapeAttribute(uri)}"`);
  let generated = 0;
  for (const [key, value] of Object.entries(element.attributes)) {
    const brace = key.startsWith('{') ? key.indexOf('}') : -1;
    if (brace < 0) {
      pieces.push(` ${key}="${escapeAttribute(value)}"`);
      continue;
    }
    const uri = key.slice(1, brace);
    const prefix = uri === XML_URI ? 'xml' : uri === NETCONF_BASE ? 'nc' : `a${generated++}`;
    if (prefix !== 'xml') pieces.push(` xmlns:${prefix}="${escapeAttribute(uri)}"`);
    pieces.push(` ${prefix}:${key.slice(brace + 1)}="${escapeAttribute(value)}"`);
  }
  if (element.children.length === 0 && element.text === '') {
    pieces.push('/>');
    return;
  }
  pieces.push('>', escapeText(element.text));
  for (const item of element.children) write(item, element.namespace, pieces, {});
  pieces.push('</', element.name, '>');
}

const XML_URI = 'http://www.w3.org/XML/1998/namespace';

/**
 * Text of a caller's content, checked (`outerPrefixes` are those that will be declared around it): a fragment that closes what it did not open, declares a DOCTYPE or is not
 * well-formed would change the rpc around it.
 *
 * @throws NetconfError `INVALID_REQUEST`
 */
export function contentToText(
  content: XmlContent,
  limits?: XmlLimits,
  outerPrefixes: Readonly<Record<string, string>> = {},
): string {
  if (typeof content !== 'string') {
    const pieces: string[] = [];
    // It stands inside an element of the base namespace: an element in no namespace has to say so.
    for (const element of isElement(content) ? [content] : content) write(element, NETCONF_BASE, pieces, {});
    return pieces.join('');
  }
  parseContent(content, limits, outerPrefixes);
  return content;
}

/**
 * The one element inside of `<rpc>`; without a namespace of its own it is in the base one.
 *
 * @throws NetconfError `INVALID_REQUEST`, also where it is not one: an rpc is one operation (RFC 6241 §4.1)
 */
export function readRpcContent(content: XmlContent): { readonly body: string; readonly root: XmlElement } {
  const elements = typeof content === 'string' ? parseContent(content) : isElement(content) ? [content] : content;
  const [root] = elements;
  if (root === undefined || elements.length > 1) {
    throw new NetconfError('INVALID_REQUEST', `an rpc has one operation, not ${elements.length} elements`);
  }
  return { body: typeof content === 'string' ? content : contentToText(content), root };
}

function parseContent(
  content: string,
  limits?: XmlLimits,
  outerPrefixes: Readonly<Record<string, string>> = {},
): XmlElement[] {
  try {
    return parseXmlFragment(content, limits, outerPrefixes);
  } catch (error) {
    const reason = error instanceof NetconfError ? error.fact : String(error);
    throw new NetconfError('INVALID_REQUEST', `the XML to send is refused: ${reason}`, { cause: error });
  }
}

function isElement(content: XmlElement | readonly unknown[]): content is XmlElement {
  return !Array.isArray(content);
}

function assertCarriable(text: string): void {
  if (forbiddenCharacter(text) !== null) {
    throw new NetconfError('INVALID_REQUEST', 'text with a control character that XML cannot carry');
  }
}
