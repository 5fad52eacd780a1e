import { isAbleTo } from '../abilities.ts';
import { type CommitRequest, type DatastoreName, type Datastores, RpcErrors } from '../datastore/datastores.ts';
import { type ErrorOption, editTree } from '../datastore/edit.ts';
import { filterTree } from '../datastore/filter.ts';
import { type DataNode, emptyTree, INACTIVE_MARKS, serialiseChildren } from '../datastore/tree.ts';
import type { OperationalContext, Personality } from '../personality.ts';
import { child, childText, NETCONF_NAMESPACE, tag, type XmlElement } from '../xml/element.ts';
import { checkGrammar, missingElement, NOTIFICATION_NAMESPACE } from './grammar.ts';
import { RpcError } from './rpc-error.ts';

export const OK = '<ok/>';

/** What an operation may touch. */
export interface OperationContext {
  readonly sessionId: number;
  readonly personality: Personality;
  readonly datastores: Datastores;
  readonly operational: OperationalContext;
  /** Whether edits are acknowledged and forgotten: a fault. */
  dropsEdits(): boolean;
  killSession(sessionId: number): boolean;
  subscribe(input: XmlElement): void;
}

type Operation = (input: XmlElement, context: OperationContext) => string;

/** Runs one rpc and gives the content of its reply. Throws RpcError or RpcErrors. */
export function runOperation(input: XmlElement, context: OperationContext): string {
  const base = input.namespace === NETCONF_NAMESPACE ? BASE_OPERATIONS.get(input.name) : undefined;
  if (base !== undefined) {
    checkGrammar(input, context.personality);
    return base(input, context);
  }
  const canNotify = context.personality.capabilities.some((uri) => uri.endsWith(':notification:1.0'));
  if (canNotify && input.namespace === NOTIFICATION_NAMESPACE && input.name === 'create-subscription') {
    checkGrammar(input, context.personality);
    context.subscribe(input);
    return OK;
  }
  const platform = context.personality.rpcs.get(`{${input.namespace}}${input.name}`);
  if (platform !== undefined) return platform(input, context.operational);
  throw new RpcError({
    type: 'protocol',
    tag: 'operation-not-supported',
    message: `There is no operation ${input.name} in namespace "${input.namespace}"`,
    info: { 'bad-element': input.name },
  });
}

const BASE_OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['get', get],
  ['get-config', getConfig],
  ['edit-config', editConfig],
  ['copy-config', copyConfig],
  [
    'lock',
    acknowledged((input, context) => context.datastores.lock(readTarget(input, 'target', context), context.sessionId)),
  ],
  [
    'unlock',
    acknowledged((input, context) =>
      context.datastores.unlock(readTarget(input, 'target', context), context.sessionId),
    ),
  ],
  ['validate', validate],
  ['commit', commit],
  ['cancel-commit', cancelCommit],
  ['discard-changes', acknowledged(discardChanges)],
  ['kill-session', killSession],
  // The session closes itself after this reply (RFC 6241 §7.8).
  ['close-session', () => OK],
]);

/** An operation whose whole answer is that it was done. */
function acknowledged(perform: (input: XmlElement, context: OperationContext) => void): Operation {
  return (input, context) => {
    perform(input, context);
    return OK;
  };
}

function applyFilter(tree: DataNode, input: XmlElement): DataNode {
  const filter = child(input, 'filter');
  if (filter === undefined) return tree;
  const type = filter.attributes.get('type') ?? filter.attributes.get(`{${NETCONF_NAMESPACE}}type`) ?? 'subtree';
  if (type !== 'subtree') {
    throw new RpcError({
      type: 'protocol',
      tag: 'bad-attribute',
      message: `Filters of type ${type} are not supported`,
      info: { 'bad-attribute': 'type', 'bad-element': 'filter' },
    });
  }
  return filterTree(tree, filter);
}

/** RFC 6241 §7.1. */
function getConfig(input: XmlElement, context: OperationContext): string {
  const source = readTarget(input, 'source', context);
  const { personality, datastores } = context;
  const shown = renderConfig(datastores[source], input, personality);
  const [last] = datastores.commits;
  const marked = source === 'running' && last !== undefined ? personality.marked?.(shown, last) : undefined;
  return tag('data', marked ?? shown);
}

/** RFC 6241 §7.7: the running configuration and the operational data that the filter asks for. */
function get(input: XmlElement, { datastores, personality, operational }: OperationContext): string {
  const filter = child(input, 'filter');
  const asked = filter?.children ?? [];
  const trees = [...personality.operational].flatMap(([name, build]) => {
    const wanted = asked.filter((element) => `{${element.namespace}}${element.name}` === name);
    if (filter !== undefined && wanted.length === 0) return [];
    return [build(operational, wanted.flatMap(findVrfNames))];
  });
  const tree = { ...datastores.running, children: [...datastores.running.children, ...trees] };
  return tag('data', renderConfig(tree, input, personality));
}

function renderConfig(tree: DataNode, input: XmlElement, personality: Personality): string {
  const { habits } = personality;
  const shown = personality.shown?.(tree, habits) ?? tree;
  return serialiseChildren(applyFilter(shown, input), '', INACTIVE_MARKS[habits.deactivation]);
}

/** Names that a filter pins with `<vrf-name>`: spares building the tables of the other VRFs. */
function findVrfNames(filter: XmlElement): string[] {
  if (filter.name === 'vrf-name' && filter.text.trim() !== '') return [filter.text.trim()];
  return filter.children.flatMap(findVrfNames);
}

/** RFC 6241 §7.2. */
function editConfig(input: XmlElement, context: OperationContext): string {
  const { datastores, personality, sessionId } = context;
  const target = readTarget(input, 'target', context);
  if (target === 'startup') throw notSupported('Startup is not edited: copy running to it');
  if (target === 'running' && !isAbleTo(personality, 'writable-running')) {
    throw notSupported('Running is not writable: edit the candidate and commit');
  }
  datastores.requireWritable(target, sessionId);
  const defaultOperation = readChoice(input, 'default-operation', ['merge', 'replace', 'none'], 'merge');
  const errorOption = readChoice<ErrorOption>(input, 'error-option', personality.errorOptions, 'stop-on-error');
  const testOption = readTestOption(input, personality);
  const config = child(input, 'config');
  if (config === undefined) throw missingElement('config');
  const { tree, errors } = editTree(datastores[target], config, defaultOperation, errorOption);
  // With `set` the candidate's references are checked at validate and commit alone: an edit may leave them open for the next one to close.
  if ((target === 'running' || testOption !== 'set') && errors.length === 0) {
    const check = personality.check(tree);
    if (check.errors.length > 0) throw new RpcErrors(check.errors);
  }
  if (testOption !== 'test-only' && !context.dropsEdits()) {
    if (target === 'running') datastores.setRunning(tree, sessionId);
    else datastores.setCandidate(tree, sessionId);
  }
  if (errors.length > 0) throw new RpcErrors(errors);
  return OK;
}

/** RFC 6241 §7.2: a server that can validate does so before it sets, unless it is told not to. */
function readTestOption(input: XmlElement, personality: Personality): 'set' | 'test-then-set' | 'test-only' {
  if (!isAbleTo(personality, 'validate')) return 'set';
  const later = isAbleTo(personality, 'validate', '1.1') ? (['test-only'] as const) : [];
  return readChoice(input, 'test-option', ['test-then-set', 'set', ...later], 'test-then-set');
}

/** RFC 6241 §7.3; only of running: to the candidate, which is discard-changes by another name, and to startup, which saves it. */
function copyConfig(input: XmlElement, context: OperationContext): string {
  const { datastores, sessionId } = context;
  const target = readTarget(input, 'target', context);
  if (target === 'running' || readTarget(input, 'source', context) !== 'running') {
    throw notSupported('Only running is copied, to candidate or startup');
  }
  if (target === 'startup') datastores.saveStartup(sessionId);
  else datastores.discard(sessionId);
  return OK;
}

/** RFC 6241 §8.3.4.2. */
function discardChanges(_input: XmlElement, { personality, datastores, sessionId }: OperationContext): void {
  if (!isAbleTo(personality, 'candidate')) throw notSupported('There is no candidate');
  datastores.discard(sessionId);
}

/** RFC 6241 §8.6.4.1. */
function validate(input: XmlElement, context: OperationContext): string {
  const { datastores, personality } = context;
  if (!isAbleTo(personality, 'validate')) throw notSupported('There is no validate');
  const config = child(input, 'source')?.children.find(({ name }) => name === 'config');
  const tree = config === undefined ? datastores[readTarget(input, 'source', context)] : readWhole(config, personality);
  return personality.renderChecked('validate', personality.check(tree), personality.habits);
}

/** A configuration that stands in the request itself. */
function readWhole(config: XmlElement, { schema }: Personality): DataNode {
  const { tree, errors } = editTree(emptyTree(schema), config, 'merge', 'continue-on-error');
  if (errors.length > 0) throw new RpcErrors(errors);
  return tree;
}

/** RFC 6241 §8.3.4.1, §8.4.5.1. */
function commit(input: XmlElement, { datastores, personality, sessionId }: OperationContext): string {
  if (!isAbleTo(personality, 'candidate')) throw notSupported('There is no candidate');
  const check = personality.check(datastores.candidate);
  if (check.errors.length > 0) return personality.renderChecked('commit', check, personality.habits);
  datastores.commit(readCommitRequest(input), sessionId);
  return personality.renderChecked('commit', check, personality.habits);
}

function readCommitRequest(input: XmlElement): CommitRequest {
  const confirmed = child(input, 'confirmed') !== undefined;
  const timeout = childText(input, 'confirm-timeout');
  const persist = childText(input, 'persist');
  const invalid = (element: string, message: string): RpcError =>
    new RpcError({ type: 'protocol', tag: 'invalid-value', message, info: { 'bad-element': element } });
  if (timeout !== undefined && !/^[1-9]\d{0,9}$/.test(timeout)) {
    throw invalid('confirm-timeout', 'confirm-timeout is a number of seconds, at least 1');
  }
  if (!confirmed && (timeout !== undefined || persist !== undefined)) {
    throw invalid('confirmed', 'confirm-timeout and persist belong to a confirmed commit');
  }
  return {
    confirmed,
    confirmTimeoutSeconds: timeout === undefined ? undefined : Number(timeout),
    persist,
    persistId: childText(input, 'persist-id'),
  };
}

/** RFC 6241 §8.4.4.1; not part of confirmed-commit 1.0. */
function cancelCommit(input: XmlElement, { datastores, personality, sessionId }: OperationContext): string {
  if (personality.confirmedCommit !== '1.1') throw notSupported('cancel-commit belongs to confirmed-commit:1.1');
  datastores.cancelCommit(childText(input, 'persist-id'), sessionId);
  return OK;
}

/** RFC 6241 §7.9. */
function killSession(input: XmlElement, context: OperationContext): string {
  const text = childText(input, 'session-id');
  if (text === undefined) throw missingElement('session-id');
  const sessionId = Number(text);
  if (sessionId === context.sessionId || !context.killSession(sessionId)) {
    throw new RpcError({ type: 'protocol', tag: 'invalid-value', message: 'There is no such other session' });
  }
  return OK;
}

function notSupported(message: string): RpcError {
  return new RpcError({ type: 'protocol', tag: 'operation-not-supported', message });
}

function readTarget(input: XmlElement, role: 'source' | 'target', { personality }: OperationContext): DatastoreName {
  const name = child(input, role)?.children[0]?.name;
  if (name === undefined) throw missingElement(role);
  if (name === 'running') return name;
  if ((name === 'candidate' || name === 'startup') && isAbleTo(personality, name)) return name;
  throw new RpcError({
    type: 'protocol',
    tag: 'operation-not-supported',
    message: `There is no datastore ${name} here`,
    info: { 'bad-element': name },
  });
}

function readChoice<Choice extends string>(
  input: XmlElement,
  name: string,
  choices: readonly Choice[],
  fallback: Choice,
): Choice {
  const text = childText(input, name);
  if (text === undefined) return fallback;
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return choice;
  throw new RpcError({
    type: 'protocol',
    tag: 'invalid-value',
    message: `${name} is one of ${choices.join(', ')}`,
    info: { 'bad-element': name },
  });
}
