import { SaxesParser, type SaxesTagNS } from 'saxes';

/** An element as saxes, a strict parser that the client does not use for this, sees it. */
export interface ReferenceElement {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: ReferenceElement[];
  text: string;
}

const XMLNS = 'http://www.w3.org/2000/xmlns/';

/** The root, or why there is none. A DOCTYPE counts as malformed: NETCONF has none. */
export function readReference(text: string): ReferenceElement | { readonly malformed: string } {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const path: ReferenceElement[] = [];
  let root: ReferenceElement | undefined;
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => {
    throw new Error('DOCTYPE');
  });
  parser.on('opentag', (tag) => {
    const element: ReferenceElement = {
      name: tag.local,
      namespace: tag.uri,
      attributes: attributesOf(tag),
      children: [],
      text: '',
    };
    path.at(-1)?.children.push(element);
    root ??= element;
    path.push(element);
  });
  const addText = (piece: string) => {
    const current = path.at(-1);
    if (current !== undefined) current.text += piece;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => void path.pop());
  try {
    parser.write(text).close();
  } catch (error) {
    return { malformed: error instanceof Error ? error.message : String(error) };
  }
  return root ?? { malformed: 'no root' };
}

export function isMalformed(read: ReturnType<typeof readReference>): read is { readonly malformed: string } {
  return 'malformed' in read;
}

function attributesOf(tag: SaxesTagNS): Record<string, string> {
  const attributes = Object.create(null) as Record<string, string>;
  for (const { uri, local, value } of Object.values(tag.attributes)) {
    if (uri !== XMLNS) attributes[uri === '' ? local : `{${uri}}${local}`] = value;
  }
  return attributes;
}
