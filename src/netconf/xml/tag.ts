import { printable } from '../errors.ts';
import { NamespaceScope } from './element.ts';
import { asQName, nameEnd } from './names.ts';
import { expandReferences, malformed, skipSpace } from './text.ts';

/** A start tag, namespaces resolved. */
export interface XmlTag {
  /** As written, with its prefix. */
  readonly name: string;
  readonly local: string;
  /** Namespace URI; empty where there is none. */
  readonly uri: string;
  /** By name; one in a namespace is keyed `{uri}name`. Namespace declarations are not among them. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly scope: NamespaceScope;
}

const XML_URI = 'http://www.w3.org/XML/1998/namespace';
const XMLNS_URI = 'http://www.w3.org/2000/xmlns/';
const NO_ATTRIBUTES: Readonly<Record<string, string>> = Object.freeze(Object.create(null));
const COLON = 0x3a;
const EQUALS = 0x3d;

/** What every document sees without declaring it. */
export const OUTERMOST_SCOPE = new NamespaceScope(new Map([['xml', XML_URI]]), null);

/**
 * A start tag of what was written, its names checked and its namespaces resolved (Namespaces in XML 1.0 §6).
 *
 * @throws NetconfError `PROTOCOL`
 */
export function resolveTag(
  written: string,
  names: readonly string[],
  values: readonly string[],
  outer: NamespaceScope,
): XmlTag {
  const name = asQName(written);
  if (name === null) throw malformed(`<${printable(written, 60)} begins no tag`);
  const scope = names.length === 0 ? outer : declareNamespaces(names, values, outer);
  const colon = name.indexOf(':');
  return {
    name,
    local: colon < 0 ? name : name.slice(colon + 1),
    uri: colon < 0 ? (scope.resolve('') ?? '') : resolvePrefix(scope, name.slice(0, colon)),
    attributes: names.length === 0 ? NO_ATTRIBUTES : resolveAttributes(names, values, scope),
    scope,
  };
}

/** `name = "value"`. The offset after it, -1 where more is needed. */
export function readAttribute(text: string, start: number, names: string[], values: string[]): number {
  const end = nameEnd(text, start);
  const equals = skipSpace(text, end);
  const quoteAt = skipSpace(text, equals + 1);
  if (end === text.length || equals === text.length || quoteAt >= text.length) return -1;
  const name = asQName(text.slice(start, end));
  const quote = text.charAt(quoteAt);
  if (name === null || text.charCodeAt(equals) !== EQUALS || (quote !== '"' && quote !== "'")) {
    throw malformed(`no attribute: ${printable(text.slice(start, quoteAt + 1), 60)}`);
  }
  const valueEnd = text.indexOf(quote, quoteAt + 1);
  if (valueEnd < 0) return -1;
  names.push(name);
  values.push(attributeValue(text.slice(quoteAt + 1, valueEnd)));
  return valueEnd + 1;
}

/** Attribute-value normalization, XML 1.0 §3.3.3. */
function attributeValue(written: string): string {
  if (written.includes('<')) throw malformed('< stands in the value of an attribute');
  const spaced = /[\t\n]/.test(written) ? written.replace(/[\t\n]/g, ' ') : written;
  return spaced.includes('&') ? expandReferences(spaced) : spaced;
}

/** Namespaces in XML 1.0 §3 and §5. */
function declareNamespaces(names: readonly string[], values: readonly string[], outer: NamespaceScope): NamespaceScope {
  let declared: Map<string, string> | null = null;
  for (let n = 0; n < names.length; n += 1) {
    const name = names[n] ?? '';
    if (!name.startsWith('xmlns') || (name.length > 5 && name.charCodeAt(5) !== COLON)) continue;
    const prefix = name.slice(6);
    const uri = values[n] ?? '';
    declared ??= new Map();
    if (declared.has(prefix)) throw malformed(`${printable(name, 60)} stands twice in a tag`);
    const reserved = prefix === 'xmlns' || uri === XMLNS_URI || (prefix === 'xml') !== (uri === XML_URI);
    if (reserved || (uri === '' && prefix !== ''))
      throw malformed(`${printable(name, 60)} must not declare "${printable(uri, 60)}"`);
    declared.set(prefix, uri);
  }
  return declared === null ? outer : new NamespaceScope(declared, outer);
}

function resolveAttributes(
  names: readonly string[],
  values: readonly string[],
  scope: NamespaceScope,
): Readonly<Record<string, string>> {
  let attributes: Record<string, string> | null = null;
  for (let n = 0; n < names.length; n += 1) {
    const name = names[n] ?? '';
    const colon = name.indexOf(':');
    const prefix = name.slice(0, Math.max(colon, 0));
    if (name === 'xmlns' || prefix === 'xmlns') continue;
    const key = colon < 0 ? name : `{${resolvePrefix(scope, prefix)}}${name.slice(colon + 1)}`;
    attributes ??= Object.create(null) as Record<string, string>;
    if (key in attributes) throw malformed(`the attribute ${printable(name, 60)} stands twice in a tag`);
    attributes[key] = values[n] ?? '';
  }
  return attributes ?? NO_ATTRIBUTES;
}

function resolvePrefix(scope: NamespaceScope, prefix: string): string {
  const uri = scope.resolve(prefix);
  if (uri === undefined) throw malformed(`the prefix "${printable(prefix, 60)}" is not declared`);
  return uri;
}
