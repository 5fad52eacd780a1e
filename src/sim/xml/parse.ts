import { SaxesParser } from 'saxes';
import type { XmlElement } from './element.ts';

/** Deeper than any YANG model; beyond it a message is an attack, not a request. */
const DEPTH_MAX = 128;
/** A server of a router refuses requests of more elements than its whole configuration could have. */
const ELEMENTS_MAX = 500_000;

export class XmlSyntaxError extends Error {}

interface Building {
  readonly namespace: string;
  readonly name: string;
  readonly attributes: Map<string, string>;
  readonly rawAttributes: Map<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/** Parses one document. Throws XmlSyntaxError on anything not well-formed, on a document type and beyond the limits. */
export function parseXml(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true });
  const open: Building[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  parser.on('error', (error) => {
    throw new XmlSyntaxError(error.message);
  });
  // RFC 6241 §3: no document type declarations in NETCONF content.
  parser.on('doctype', () => {
    throw new XmlSyntaxError('a document type declaration is not allowed');
  });
  parser.on('opentag', (node) => {
    elements++;
    if (elements > ELEMENTS_MAX) throw new XmlSyntaxError(`more than ${ELEMENTS_MAX} elements`);
    if (open.length >= DEPTH_MAX) throw new XmlSyntaxError(`deeper than ${DEPTH_MAX} elements`);
    const attributes = new Map<string, string>();
    const rawAttributes = new Map<string, string>();
    for (const attribute of Object.values(node.attributes)) {
      rawAttributes.set(attribute.name, attribute.value);
      if (attribute.prefix === 'xmlns' || attribute.name === 'xmlns') continue;
      attributes.set(attribute.uri === '' ? attribute.local : `{${attribute.uri}}${attribute.local}`, attribute.value);
    }
    open.push({ namespace: node.uri, name: node.local, attributes, rawAttributes, children: [], text: '' });
  });
  const onText = (data: string): void => {
    const current = open.at(-1);
    if (current !== undefined) current.text += data;
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('closetag', () => {
    const closed = open.pop();
    if (closed === undefined) return;
    const element: XmlElement = closed.children.length > 0 ? { ...closed, text: '' } : closed;
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
  });
  parser.write(text).close();
  if (root === undefined) throw new XmlSyntaxError('there is no element');
  return root;
}
