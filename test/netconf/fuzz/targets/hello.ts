import { isUtf8 } from 'node:buffer';
import { NetconfError } from '../../../../src/netconf/errors.ts';
import { DEFAULT_LIMITS } from '../../../../src/netconf/limits.ts';
import { agreeFraming, readHello, type ServerHello } from '../../../../src/netconf/message/hello.ts';
import { HELLO_TOKENS, XML_TOKENS } from '../dictionary.ts';
import { isMalformed, readReference } from '../reference/xml.ts';
import { type FuzzTarget, hold } from '../target.ts';

const BASE = 'urn:ietf:params:xml:ns:netconf:base:1.0';

export const hello: FuzzTarget = {
  name: 'hello',
  seeds: [
    `<hello xmlns="${BASE}"><capabilities><capability>urn:ietf:params:netconf:base:1.1</capability><capability>urn:ietf:params:netconf:capability:url:1.0?scheme=http,file</capability></capabilities><session-id>4711</session-id></hello>`,
    '<hello><session-id>\n 1 </session-id><capabilities/></hello>',
  ],
  dictionary: [...HELLO_TOKENS, ...XML_TOKENS],
  inputBytesMax: 1_500,
  run(input) {
    if (!isUtf8(input)) return;
    const text = input.toString('utf8');
    const read = accept(text);
    if (read === null) return;
    const reference = readReference(text);
    if (isMalformed(reference)) {
      hold(false, () => `taken for a hello, saxes says ${reference.malformed}`);
      return;
    }
    const named = (name: string, within = reference) =>
      within.children.filter((element) => element.name === name && element.namespace === reference.namespace);
    hold(reference.name === 'hello' && ['', BASE].includes(reference.namespace), () => 'not a hello');
    const [list] = named('capabilities');
    const uris = list === undefined ? [] : named('capability', list).map(({ text: uri }) => uri.trim());
    const raw = read.capabilities.all.map((capability) => capability.raw);
    hold(JSON.stringify(raw) === JSON.stringify(uris), () => `capabilities ${raw}, in the text are ${uris}`);
    const id = Number(named('session-id')[0]?.text);
    hold(read.sessionId === id && id >= 1 && id <= 4_294_967_295, () => `session-id ${read.sessionId} from ${id}`);
    askEverything(read);
  },
};

function accept(text: string): ServerHello | null {
  try {
    return readHello(text, DEFAULT_LIMITS);
  } catch (error) {
    if (error instanceof NetconfError) return null;
    throw error;
  }
}

/** Nothing that a capability says may throw, but for no common base version. */
function askEverything({ capabilities }: ServerHello): void {
  const { base, confirmedCommit, validate, urlSchemes, withDefaults, modules } = capabilities;
  hold(
    urlSchemes.every((scheme) => scheme === scheme.toLowerCase()),
    () => 'a scheme in upper case',
  );
  hold(
    modules.every(({ name }) => typeof name === 'string'),
    () => 'a module without name',
  );
  hold(
    [confirmedCommit, validate, withDefaults].every((value) => value !== undefined),
    () => 'undefined',
  );
  try {
    const framing = agreeFraming(['1.0', '1.1'], capabilities);
    hold(base[framing === 'chunked' ? '1.1' : '1.0'], () => `${framing} without its capability`);
  } catch (error) {
    hold(error instanceof NetconfError && !base['1.0'] && !base['1.1'], () => `agreeFraming: ${error}`);
  }
}
