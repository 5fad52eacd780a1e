import { NetconfError, printable } from '../errors.ts';
import {
  NETCONF_BASE,
  NETCONF_MONITORING,
  NETCONF_NMDA,
  NETCONF_NOTIFICATION,
  NETCONF_PARTIAL_LOCK,
} from '../namespaces.ts';
import { child, childrenNamed, childText, type XmlElement } from '../xml/element.ts';
import {
  ANSWER_OF_ENGINE,
  ANSWERS_OF_ENGINES,
  isErrorInWrapper,
  NAME_OF_ENGINE,
  type RpcErrorInfo,
  roleOfReplyChild,
} from './rpc-error.ts';

/** What the reply to an operation is where the operation succeeded. Warnings may stand beside it, in any place. */
export type PositiveReply =
  /** `<ok/>`, or warnings alone: "if no errors or warnings occurred" is when a server owes an ok (RFC 6241 §4.4). */
  | { readonly kind: 'done'; readonly junos?: JunosResults }
  /** `<data>`, once; in the namespace of the reply where none is said. */
  | { readonly kind: 'data'; readonly namespace?: string }
  /** Elements of one namespace, this one among them. */
  | { readonly kind: 'output'; readonly namespace: string; readonly mandatory: string }
  /** An operation that this library does not know: ok or some elements (RFC 7950 §7.14.4). */
  | { readonly kind: 'any' };

/** Elements in which Junos says that it is done, in place of `<ok/>` or beside it. */
interface JunosResults {
  readonly name: 'commit-results' | 'load-configuration-results';
  readonly success: readonly string[];
}

const DONE: PositiveReply = { kind: 'done' };
export const DATA_REPLY: PositiveReply = { kind: 'data' };
export const ANY_REPLY: PositiveReply = { kind: 'any' };
const COMMITTED: PositiveReply = { kind: 'done', junos: { name: 'commit-results', success: ['commit-success'] } };
const CHECKED: PositiveReply = {
  kind: 'done',
  junos: { name: 'commit-results', success: ['commit-check-success', 'commit-success'] },
};
const LOADED: PositiveReply = {
  kind: 'done',
  junos: { name: 'load-configuration-results', success: ['load-success', 'ok'] },
};

const POSITIVE_REPLIES: ReadonlyMap<string, PositiveReply> = new Map<string, PositiveReply>([
  // RFC 6241 §7
  ...inNamespace(NETCONF_BASE, {
    'get-config': DATA_REPLY,
    'edit-config': LOADED,
    'copy-config': LOADED,
    'delete-config': DONE,
    lock: DONE,
    unlock: DONE,
    get: DATA_REPLY,
    'close-session': DONE,
    'kill-session': DONE,
    // §8.3, §8.4, §8.6
    commit: COMMITTED,
    'discard-changes': DONE,
    'cancel-commit': COMMITTED,
    validate: CHECKED,
  }),
  ...inNamespace(NETCONF_NOTIFICATION, { 'create-subscription': DONE }),
  ...inNamespace(NETCONF_PARTIAL_LOCK, {
    'partial-lock': { kind: 'output', namespace: NETCONF_PARTIAL_LOCK, mandatory: 'lock-id' },
    'partial-unlock': DONE,
  }),
  ...inNamespace(NETCONF_MONITORING, { 'get-schema': { kind: 'data', namespace: NETCONF_MONITORING } }),
  ...inNamespace(NETCONF_NMDA, { 'get-data': { kind: 'data', namespace: NETCONF_NMDA }, 'edit-data': DONE }),
]);

function inNamespace(namespace: string, replies: Readonly<Record<string, PositiveReply>>): [string, PositiveReply][] {
  return Object.entries(replies).map(([name, reply]) => [`{${namespace}}${name}`, reply]);
}

/** By the element inside `<rpc>`, however it came to be written. */
export function positiveReplyTo(name: string, namespace: string = NETCONF_BASE): PositiveReply {
  return POSITIVE_REPLIES.get(`{${namespace}}${name}`) ?? ANY_REPLY;
}

/**
 * Judges a reply that holds no error of severity error: no answer is no success.
 *
 * @param reply the `<rpc-reply>`; the insides of its content may be left out
 * @returns true where it says that it was done, and nothing else
 * @throws NetconfError `PROTOCOL` where it is not what the RFC says it is
 */
export function requirePositive(
  reply: XmlElement,
  warnings: readonly RpcErrorInfo[],
  expected: PositiveReply,
): boolean {
  const refuse = (due: string): never => {
    throw new NetconfError('PROTOCOL', `the reply is not ${due}: it ${describe(reply)}`);
  };
  if (reply.text.trim() !== '') refuse('made of elements');
  const others = reply.children.filter(({ name, namespace }) => roleOfReplyChild(name, namespace) !== 'error');
  const isOk = (element: XmlElement) =>
    element.name === 'ok' && element.namespace === reply.namespace && isHollow(element);
  const [first] = others;
  switch (expected.kind) {
    case 'data': {
      const namespace = expected.namespace ?? reply.namespace;
      const isData = others.length === 1 && first?.name === 'data' && first.namespace === namespace;
      if (!isData) refuse(`one <data> in "${namespace}"`);
      return false;
    }
    case 'output': {
      const { namespace, mandatory } = expected;
      const isOutput = others.every((element) => element.namespace === namespace);
      if (!isOutput || child(reply, mandatory, namespace) === undefined) refuse(`<${mandatory}> in "${namespace}"`);
      return false;
    }
    case 'done': {
      const oks = others.filter(isOk);
      const results = others.filter(isResults);
      const foreign = others.length - oks.length - results.length;
      const said =
        oks.length === 1 ||
        (oks.length === 0 && results.length > 0 && saysSuccess(results, expected.junos)) ||
        (others.length === 0 && warnings.length > 0);
      if (foreign > 0 || !said) refuse(`one <ok/> in "${reply.namespace}"`);
      return true;
    }
    default:
      if (others.length === 0 && warnings.length === 0) refuse('an answer');
      return others.every((element) => isOk(element) || isResults(element));
  }
}

const isResults = ({ name, namespace }: XmlElement): boolean => roleOfReplyChild(name, namespace) === 'wrapper';

const isHollow = ({ children, text }: XmlElement): boolean => children.length === 0 && text.trim() === '';

/** Every routing engine that is named says it. */
function saysSuccess(wrappers: readonly XmlElement[], junos: JunosResults | undefined): boolean {
  if (junos === undefined) return false;
  const succeeded = new Map<string, boolean>();
  const say = (engine: string, element: XmlElement) => {
    const says = junos.success.some((name) => child(element, name) !== undefined);
    succeeded.set(engine, says || succeeded.get(engine) === true);
  };
  for (const { engine, results } of wrappers.flatMap((wrapper) => resultsIn(wrapper))) {
    if (results === null || results.name !== junos.name) return false;
    const engines = childrenNamed(results, 'routing-engine');
    if (engines.length === 0) say(engine, results);
    for (const block of engines) say(`${engine} ${childText(block, 'name') ?? ''}`, block);
  }
  return succeeded.size > 0 && [...succeeded.values()].every(Boolean);
}

interface ResultsOfEngine {
  readonly engine: string;
  readonly results: XmlElement | null;
}

/** With two routing engines each answers for itself; one that gives no results is there with null. */
function resultsIn(wrapper: XmlElement): ResultsOfEngine[] {
  if (wrapper.name !== ANSWERS_OF_ENGINES) return [{ engine: '', results: wrapper }];
  return childrenNamed(wrapper, ANSWER_OF_ENGINE).flatMap((item): ResultsOfEngine[] => {
    const engine = childText(item, NAME_OF_ENGINE) ?? '';
    const found = item.children.filter(
      ({ name, namespace }) => name !== NAME_OF_ENGINE && !isErrorInWrapper(name, namespace),
    );
    return found.length === 0 ? [{ engine, results: null }] : found.map((results) => ({ engine, results }));
  });
}

/** Enough to recognise what came instead. */
const SHOWN_MAX = 3;

function describe(reply: XmlElement): string {
  const text = reply.text.trim();
  const shown = reply.children
    .slice(0, SHOWN_MAX)
    .map(({ name, namespace }) => `<${printable(name, 40)}> in "${printable(namespace, 80)}"`);
  if (reply.children.length > SHOWN_MAX) shown.push(`${reply.children.length - SHOWN_MAX} more`);
  if (text !== '') shown.push(`the text ${JSON.stringify(printable(text, 80))}`);
  return shown.length === 0 ? 'is empty' : `has ${shown.join(', ')}`;
}
