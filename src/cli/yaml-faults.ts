import type { ErrorCode as YamlFaultCode } from 'yaml';

interface YamlFault {
  readonly fact: string;
  readonly remedy: string;
}

const CORRECT = 'Correct the YAML of this line.';
const QUOTE = 'Put the text into quotes.';

/** What the parser of YAML finds, in words of our own: its texts are made for programmers. */
const FAULTS: Readonly<Record<YamlFaultCode, YamlFault>> = {
  ALIAS_PROPS: { fact: 'an alias has an anchor or a tag of its own', remedy: 'Write the alias alone.' },
  BAD_ALIAS: {
    fact: 'an alias names nothing',
    remedy: 'Write the anchor that it means, or quote a text that begins with *.',
  },
  BAD_DIRECTIVE: { fact: 'a line that begins with % is no directive of YAML', remedy: QUOTE },
  BAD_DQ_ESCAPE: {
    fact: 'a backslash in a text in double quotes begins no known escape',
    remedy: 'Write it twice, or use single quotes.',
  },
  BAD_INDENT: {
    fact: 'the line is indented unlike its neighbours, or a bracket before it is still open',
    remedy: 'Indent the members of one group equally.',
  },
  BAD_PROP_ORDER: { fact: 'an anchor or a tag stands in the wrong place', remedy: CORRECT },
  BAD_SCALAR_START: { fact: 'a text begins with a sign that means something else', remedy: QUOTE },
  BLOCK_AS_IMPLICIT_KEY: {
    fact: 'a second `name:` stands on one line',
    remedy: 'Put it on a line of its own, or quote a text with a colon.',
  },
  BLOCK_IN_FLOW: {
    fact: 'a list with dashes stands inside brackets',
    remedy: 'Separate the entries in brackets with commas.',
  },
  DUPLICATE_KEY: { fact: 'the same name stands twice in one group', remedy: 'Remove one of the two.' },
  IMPOSSIBLE: { fact: 'the line is no YAML', remedy: CORRECT },
  KEY_OVER_1024_CHARS: { fact: 'a name is longer than 1024 characters', remedy: CORRECT },
  MISSING_CHAR: { fact: 'a colon, a comma, a bracket or a quote is missing', remedy: 'Add it on this line or before.' },
  MULTILINE_IMPLICIT_KEY: { fact: 'a name goes over several lines', remedy: 'Write it on one line, with its colon.' },
  MULTIPLE_ANCHORS: { fact: 'one value has two anchors', remedy: 'Leave one.' },
  MULTIPLE_DOCS: { fact: 'a second document begins', remedy: 'Put each document into a file of its own.' },
  MULTIPLE_TAGS: { fact: 'one value has two tags', remedy: 'Leave one.' },
  NON_STRING_KEY: { fact: 'a name is not a text', remedy: QUOTE },
  RESOURCE_EXHAUSTION: { fact: 'the document is nested too deeply', remedy: 'Write it flatter.' },
  TAB_AS_INDENT: { fact: 'the line is indented with a tab', remedy: 'Indent with spaces.' },
  TAG_RESOLVE_FAILED: {
    fact: 'a tag (a word that begins with !) means nothing here',
    remedy: 'Remove it, or quote the text.',
  },
  UNEXPECTED_TOKEN: { fact: 'something stands here that YAML does not allow', remedy: CORRECT },
  BAD_COLLECTION_TYPE: { fact: 'a tag does not fit what it stands before', remedy: 'Remove it.' },
};

export function yamlFault(code: YamlFaultCode): YamlFault {
  return FAULTS[code];
}
