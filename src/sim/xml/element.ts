/** An XML element with its namespace resolved. Text is kept only where there are no child elements: NETCONF has no mixed content. */
export interface XmlElement {
  readonly namespace: string;
  readonly name: string;
  /** Attributes with a namespace are keyed `{namespace}name`, others by their name. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Attributes as written, `xmlns` included: RFC 6241 §4.2 wants those of `<rpc>` back on `<rpc-reply>`. */
  readonly rawAttributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

export const NETCONF_NAMESPACE = 'urn:ietf:params:xml:ns:netconf:base:1.0';
export const YANG_NAMESPACE = 'urn:ietf:params:xml:ns:yang:1';

export function child(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((candidate) => candidate.name === name);
}

/** The trimmed text of a child, or undefined when the child is absent. */
export function childText(element: XmlElement, name: string): string | undefined {
  return child(element, name)?.text.trim();
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character).replace(/\r/g, '&#13;');
}

/** One element as text; `content` is text that is already XML. */
export function tag(name: string, content: string, namespace?: string): string {
  const open = namespace === undefined ? name : `${name} xmlns="${escapeXml(namespace)}"`;
  return content === '' ? `<${open}/>` : `<${open}>${content}</${name}>`;
}

export function textTag(name: string, text: string, namespace?: string): string {
  return tag(name, escapeXml(text), namespace);
}
