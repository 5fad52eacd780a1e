import { isUtf8 } from 'node:buffer';
import { NetconfError } from '../../../../src/netconf/errors.ts';
import type { XmlElement } from '../../../../src/netconf/xml/element.ts';
import { parseXml, TreeBuilder } from '../../../../src/netconf/xml/parse.ts';
import { XmlReader } from '../../../../src/netconf/xml/reader.ts';
import { NETCONF_TOKENS, XML_TOKENS } from '../dictionary.ts';
import { Random, seedOf } from '../random.ts';
import { isMalformed, type ReferenceElement, readReference } from '../reference/xml.ts';
import { type FuzzTarget, hold } from '../target.ts';

type Seen = { readonly tree: string } | { readonly error: NetconfError };

/** saxes takes `<?a?b?>` for the target a; XML 1.0 §2.6 has whitespace or the end after a target. */
const TARGET_WITH_QUESTION_MARK = /<\?[^\s?<>]+\?(?!>)/;

/** The reading of XML against saxes, whole and in pieces: the same tree, or refused by both. */
export const xml: FuzzTarget = {
  name: 'xml',
  seeds: [
    '<?xml version="1.0" encoding="UTF-8"?>\n<a xmlns="urn:a" b:x="1" xmlns:b="urn:b"><b:c>t &amp; u</b:c><!-- c --><d/></a>\n',
    '<a><![CDATA[x]]]]><![CDATA[>]]></a>',
    "<a x='&#65;\n&lt;'>\r\n<?pi x?></a>",
    '<وزارة>الصحة 🏥</وزارة>',
  ],
  dictionary: [...XML_TOKENS, ...NETCONF_TOKENS],
  inputBytesMax: 1_000,
  run(input) {
    if (!isUtf8(input)) return;
    const text = input.toString('utf8');
    const whole = read(() => parseXml(text));
    const pieces = read(() => readInPieces(text, seedOf(input)));
    hold(shown(whole).tree === shown(pieces).tree, () => `whole ${show(whole)}, in pieces ${show(pieces)}`);
    if ('error' in whole && whole.error.code === 'LIMIT_EXCEEDED') return;
    const reference = readReference(text);
    if (isMalformed(reference)) {
      hold('error' in whole, () => `read as ${show(whole)}, saxes says ${reference.malformed}`);
    } else if (!('error' in whole && TARGET_WITH_QUESTION_MARK.test(text))) {
      const expected = JSON.stringify(comparable(reference));
      hold(shown(whole).tree === expected, () => `${show(whole)}, saxes reads ${expected}`);
    }
  },
};

function read(parse: () => XmlElement): Seen {
  try {
    return { tree: JSON.stringify(comparable(parse())) };
  } catch (error) {
    if (error instanceof NetconfError) return { error };
    throw error;
  }
}

function readInPieces(text: string, seed: number): XmlElement {
  const random = new Random(seed);
  const builder = new TreeBuilder();
  const reader = new XmlReader(builder);
  const lengthMax = random.pick([1, 3, 20]);
  for (let at = 0; at < text.length; ) {
    const length = 1 + random.below(lengthMax);
    reader.write(text.slice(at, at + length));
    at += length;
  }
  reader.close();
  return builder.roots[0] as XmlElement;
}

function comparable(element: XmlElement | ReferenceElement): unknown {
  const text = element.children.length > 0 && /^[ \t\r\n]*$/.test(element.text) ? '' : element.text;
  const attributes = Object.entries(element.attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  return [element.name, element.namespace, attributes, text, element.children.map(comparable)];
}

const shown = (seen: Seen) => ('tree' in seen ? seen : { tree: 'refused' });
const show = (seen: Seen) => ('tree' in seen ? seen.tree : seen.error.message);
