import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { NetconfError, parseXml, parseXmlFragment, XmlReader } from '../../src/netconf/index.ts';

type Outcome = { readonly events: string } | { readonly code: string };

/** All events of a document given in pieces, texts joined; or the code of the error. */
function read(...pieces: readonly string[]): Outcome {
  const events: string[] = [];
  let text = '';
  const flush = () => {
    if (text !== '') events.push(JSON.stringify(text));
    text = '';
  };
  const reader = new XmlReader({
    open: ({ local, uri, attributes }) => {
      flush();
      events.push(`<{${uri}}${local} ${JSON.stringify(Object.entries(attributes).sort())}>`);
    },
    close: ({ local }) => {
      flush();
      events.push(`</${local}>`);
    },
    text: (more) => {
      text += more;
    },
  });
  try {
    for (const piece of pieces) reader.write(piece);
    reader.close();
  } catch (error) {
    if (!(error instanceof NetconfError)) throw error;
    return { code: error.code };
  }
  return { events: events.join('\n') };
}

/** The same by a parser that shares no line with ours. */
function readBySaxes(document: string): Outcome {
  const XMLNS = 'http://www.w3.org/2000/xmlns/';
  const events: string[] = [];
  let text = '';
  const flush = () => {
    if (text !== '') events.push(JSON.stringify(text));
    text = '';
  };
  const parser = new SaxesParser({ xmlns: true, position: false });
  let failed = false;
  parser.on('error', () => {
    failed = true;
  });
  parser.on('doctype', () => {
    failed = true;
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    flush();
    const plain = Object.values(attributes)
      .filter((attribute) => attribute.uri !== XMLNS)
      .map((attribute) => [
        attribute.uri === '' ? attribute.local : `{${attribute.uri}}${attribute.local}`,
        attribute.value,
      ]);
    events.push(`<{${uri}}${local} ${JSON.stringify(plain.sort())}>`);
  });
  parser.on('closetag', ({ local }) => {
    flush();
    events.push(`</${local}>`);
  });
  // Whitespace around the root is text for that parser, and nothing for ours.
  let depth = 0;
  parser.on('opentagstart', () => {
    depth += 1;
  });
  parser.on('text', (more) => {
    if (depth > 0) text += more;
  });
  parser.on('cdata', (more) => {
    text += more;
  });
  parser.write(document).close();
  if (failed) return { code: 'PROTOCOL' };
  return { events: events.join('\n') };
}

describe('well-formed documents', () => {
  const documents: readonly [name: string, document: string, events: readonly string[]][] = [
    ['an empty element', '<a/>', ['<{}a []>', '</a>']],
    [
      'the five entities and references to characters',
      '<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x1F3E5;</a>',
      ['<{}a []>', '"<>&\\"\'A🏥"', '</a>'],
    ],
    ['a CDATA section in a text', '<a>x<![CDATA[<&]]]>y</a>', ['<{}a []>', '"x<&]y"', '</a>']],
    ['line ends of every kind', '<a>1\r\n2\r3\n4&#13;</a>', ['<{}a []>', '"1\\n2\\n3\\n4\\r"', '</a>']],
    ['whitespace in an attribute', '<a b="1\t2\r\n3&#10;4"/>', ['<{}a [["b","1 2 3\\n4"]]>', '</a>']],
    ['a > in an attribute and both quotes', `<a b=">" c='"'/>`, ['<{}a [["b",">"],["c","\\""]]>', '</a>']],
    ['whitespace wherever it may be', '<a  b = "1"\n ><c /></a\t>', ['<{}a [["b","1"]]>', '<{}c []>', '</c>', '</a>']],
    [
      'a declaration, a mark, comments and instructions',
      '\ufeff<?xml version="1.0" encoding="UTF-8"?><!-- - --><?p q?><a><!----><?p?></a><!--z-->\n',
      ['<{}a []>', '</a>'],
    ],
    [
      'default namespaces, given and taken back',
      '<a xmlns="urn:x"><b/><c xmlns=""/></a>',
      ['<{urn:x}a []>', '<{urn:x}b []>', '</b>', '<{}c []>', '</c>', '</a>'],
    ],
    [
      'prefixes, of elements and attributes',
      '<p:a xmlns:p="urn:x" p:b="1" b="2"><p:b xmlns:p="urn:y"/></p:a>',
      ['<{urn:x}a [["b","2"],["{urn:x}b","1"]]>', '<{urn:y}b []>', '</b>', '</a>'],
    ],
    [
      'names that objects have',
      '<a xmlns:constructor="urn:x" __proto__="1"><constructor:toString/></a>',
      ['<{}a [["__proto__","1"]]>', '<{urn:x}toString []>', '</toString>', '</a>'],
    ],
    ['xml:lang', '<a xml:lang="ar"/>', ['<{}a [["{http://www.w3.org/XML/1998/namespace}lang","ar"]]>', '</a>']],
    ['names of other alphabets', '<وزارة é·="1"/>', ['<{}وزارة [["é·","1"]]>', '</وزارة>']],
  ];

  it.each(documents)('%s, whole and cut at every place', (_name, document, events) => {
    expect(read(document)).toEqual({ events: events.join('\n') });
    expect(readBySaxes(document)).toEqual({ events: events.join('\n') });
    for (let at = 0; at <= document.length; at += 1) {
      expect(read(document.slice(0, at), document.slice(at)), `cut at ${at}`).toEqual({ events: events.join('\n') });
    }
    expect(read(...document)).toEqual({ events: events.join('\n') });
    // By code units: a pair of surrogates in two pieces.
    expect(read(...document.split(''))).toEqual({ events: events.join('\n') });
  });
});

describe('what is not well-formed', () => {
  const documents: readonly [string, string][] = [
    ['nothing', ''],
    ['only whitespace', ' \n'],
    ['only a comment', '<!-- -->'],
    ['text before the root', 'x<a/>'],
    ['text after the root', '<a/>x'],
    ['a reference after the root', '<a/>&#32;'],
    ['two roots', '<a/><b/>'],
    ['an element not closed', '<a><b></a>'],
    ['the end missing', '<a>'],
    ['an end tag too many', '<a/></a>'],
    ['an end tag with an attribute', '<a></a b="1">'],
    ['the end tag of a longer name', '<a></ab>'],
    ['a tag cut off', '<a'],
    ['an attribute without quotes', '<a b=1/>'],
    ['an attribute without value', '<a b/>'],
    ['attributes without whitespace between', '<a b="1"c="2"/>'],
    ['an attribute twice', '<a b="1" b="1"/>'],
    ['an attribute twice by two prefixes', '<a xmlns:p="u" xmlns:q="u" p:b="1" q:b="1"/>'],
    ['a declaration of a prefix twice', '<a xmlns:p="u" xmlns:p="u"/>'],
    ['a < in an attribute', '<a b="<"/>'],
    ['whitespace before the name', '< a/>'],
    ['a name that begins with a digit', '<1a/>'],
    ['a name with two colons', '<a:b:c xmlns:a="u"/>'],
    ['a name that ends with a colon', '<a:/>'],
    ['a prefix not declared', '<p:a/>'],
    ['a prefix not declared, of an attribute', '<a p:b="1"/>'],
    ['a prefix of every object, not declared', '<constructor:a/>'],
    ['a prefix declared empty', '<a xmlns:p=""/>'],
    ['the prefix xmlns declared', '<a xmlns:xmlns="u"/>'],
    ['the prefix xml declared as another', '<a xmlns:xml="u"/>'],
    ['another prefix for xml', '<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>'],
    ['an element with the prefix xmlns', '<xmlns:a/>'],
    ['an entity that is none', '<a>&nbsp;</a>'],
    ['an & alone', '<a>1 & 2</a>'],
    ['an & at the end', '<a>&</a>'],
    ['an & in an attribute', '<a b="&"/>'],
    ['a reference to NUL', '<a>&#0;</a>'],
    ['a reference to half a pair', '<a>&#xD800;</a>'],
    ['a reference beyond Unicode', '<a>&#x110000;</a>'],
    ['a reference of forty digits', `<a>&#${'9'.repeat(40)};</a>`],
    ['a control character', '<a>\u0001</a>'],
    ['NUL', '<a>\0</a>'],
    ['U+FFFE', '<a>\ufffe</a>'],
    ['half a pair of surrogates', '<a>\ud800</a>'],
    ['half a pair at the end', '<a/>\ud800'],
    [']]> in a text', '<a>]]></a>'],
    ['-- in a comment', '<a><!-- -- --></a>'],
    ['--- at the end of a comment', '<a><!-- ---></a>'],
    ['a comment not closed', '<a><!-- </a>'],
    ['a CDATA section not closed', '<a><![CDATA[ </a>'],
    ['a CDATA section outside of the root', '<![CDATA[ ]]><a/>'],
    ['a declaration that is none', '<a><!ELEMENT b></a>'],
    ['a DOCTYPE', '<!DOCTYPE a><a/>'],
    ['a DOCTYPE with entities', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['an XML declaration that is not first', ' <?xml version="1.0"?><a/>'],
    ['an XML declaration inside', '<a><?xml version="1.0"?></a>'],
    ['an XML declaration without version', '<?xml encoding="UTF-8"?><a/>'],
    ['an instruction without name', '<a><? ?></a>'],
    ['an instruction not closed', '<a><?p </a>'],
  ];

  it.each(documents)('%s is refused, whole and cut at every place', (_name, document) => {
    expect(read(document)).toEqual({ code: 'PROTOCOL' });
    for (let at = 0; at <= document.length; at += 1) {
      expect(read(document.slice(0, at), document.slice(at)), `cut at ${at}`).toEqual({ code: 'PROTOCOL' });
    }
    expect(read(...document.split(''))).toEqual({ code: 'PROTOCOL' });
  });

  it('is said with the place and what was due', () => {
    expect(() => parseXml('<data><vrf></data>')).toThrow('malformed XML: </data> where </vrf> is due');
    expect(() => parseXml('<a>\u0007</a>')).toThrow('malformed XML: the character U+0007 is not allowed');
    expect(() => parseXml('<a>&nbsp;</a>')).toThrow('malformed XML: the reference &nbsp; is not defined');
    expect(() => parseXmlFragment('<a/>x')).toThrow('malformed XML: text outside of any element');
  });
});

describe('bounds', () => {
  it('one tag, comment or instruction of a mebibyte; a text or a CDATA section has none', () => {
    const long = 'x'.repeat(1024 * 1024);
    for (const document of [`<a b="${long}"/>`, `<a><!--${long}--></a>`, `<a><?p ${long}?></a>`]) {
      expect(read(document)).toEqual({ code: 'LIMIT_EXCEEDED' });
      expect(read(document.slice(0, 1024 * 1024 + 8), document.slice(1024 * 1024 + 8))).toEqual({
        code: 'LIMIT_EXCEEDED',
      });
    }
    expect(parseXml(`<a>${long}${long}</a>`).text.length).toBe(2 * long.length);
    expect(parseXml(`<a><![CDATA[${long}${long}]]></a>`).text.length).toBe(2 * long.length);
  });

  it('levels, attributes and elements', () => {
    const limits = { xmlDepthMax: 3, xmlAttributesMax: 2, xmlElementsMax: 4 };
    expect(parseXml('<a><b><c/></b><d x="1" y="2"/></a>', limits).children.length).toBe(2);
    expect(() => parseXml('<a><b><c><d/></c></b></a>', limits)).toThrow('more than 3 levels of elements');
    expect(() => parseXml('<a x="1" y="2" z="3"/>', limits)).toThrow('more than 2 attributes on one element');
    expect(() => parseXml('<a><b/><b/><b/><b/></a>', limits)).toThrow('more than 4 elements');
  });
});

describe('memory', () => {
  it('a name that is remembered does not keep the text alive that it was read from', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const before = heapUsedAfter(collect);
    for (let n = 0; n < DOCUMENTS; n += 1) {
      const name = `a-name-that-no-other-document-has-${n}`;
      expect(parseXml(`<r><${name}/><padding>${'x'.repeat(DOCUMENT_BYTES)}${n}</padding></r>`).children).toHaveLength(
        2,
      );
    }
    // Kept alive they would be all of DOCUMENTS × DOCUMENT_BYTES.
    expect(heapUsedAfter(collect) - before).toBeLessThan(3 * DOCUMENT_BYTES);
  });
});

const DOCUMENTS = 20;
const DOCUMENT_BYTES = 2 * 1024 * 1024;

function heapUsedAfter(collect: () => void): number {
  collect();
  return process.memoryUsage().heapUsed;
}

describe('against saxes, which shares no line with ours', () => {
  const name = fc.constantFrom('a', 'b', 'p:a', 'q:b', 'xmlns', 'xmlns:p', 'é', '1', ':', 'constructor');
  const token = fc.oneof(
    { weight: 4, arbitrary: name.map((it) => `<${it}>`) },
    { weight: 4, arbitrary: name.map((it) => `</${it}>`) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(name, name, fc.constantFrom('u', '', 'v w', '&amp;', '<', '&#10;'))
        // saxes trims a namespace's name, ours keeps every character (XML Namespaces 2.3 compares them one by one).
        .filter(([, key, value]) => !(key.startsWith('xmlns') && value === '&#10;'))
        .map(([it, key, value]) => `<${it} ${key}="${value}" xmlns:p="urn:p">`),
    },
    name.map((it) => `<${it}/>`),
    fc.constantFrom(
      'text',
      ' ',
      '\r\n',
      '&lt;',
      '&#x41;',
      '&bad;',
      '&',
      ']]>',
      ']]',
      ']',
      '<![CDATA[',
      '<!--',
      '-->',
      '--',
      '<?pi',
      '?>',
      '<',
      '>',
      '"',
      "'",
      '\u0001',
      '🏥',
      '\ufeff',
      '<?xml version="1.0"?>',
    ),
  );
  // Documents whose tags match are rare by chance: half of them are built to.
  const matched: fc.Arbitrary<string> = fc.letrec<{ element: string }>((tie) => ({
    element: fc
      .tuple(
        fc.constantFrom('a', 'b', 'p:a'),
        fc.constantFrom('', ' x="1&lt;"', ' xmlns="urn:d"', " p:x='\t'"),
        fc.array(fc.oneof({ weight: 3, arbitrary: token }, { weight: 2, arbitrary: tie('element') }), { maxLength: 4 }),
      )
      .map(
        ([it, attributes, inside]) =>
          `<${it}${attributes} xmlns:p="urn:p">${inside.filter((piece) => !/^<\/?[^!?]/.test(piece) || piece.startsWith(`<${it.charAt(0)}`)).join('')}</${it}>`,
      ),
  })).element;
  const document = fc.oneof(
    fc.array(token, { maxLength: 12 }).map((tokens) => tokens.join('')),
    matched,
  );

  it('both read the same events, or both refuse; and so does ours in pieces', () => {
    let wellFormed = 0;
    fc.assert(
      fc.property(document, fc.array(fc.nat(200), { maxLength: 6 }), (text, cuts) => {
        const whole = read(text);
        if ('events' in whole) wellFormed += 1;
        expect(whole).toEqual(readBySaxes(text));
        const at = [...new Set([0, ...cuts, text.length])].filter((cut) => cut <= text.length).sort((a, b) => a - b);
        expect(read(...at.map((cut, index) => text.slice(cut, at[index + 1])))).toEqual(whole);
      }),
      { numRuns: 3_000 },
    );
    expect(wellFormed).toBeGreaterThan(100);
  });
});
