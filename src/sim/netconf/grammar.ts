import { isAbleTo } from '../abilities.ts';
import type { Personality } from '../personality.ts';
import { NETCONF_NAMESPACE, type XmlElement } from '../xml/element.ts';
import { RpcError, type RpcErrorFields } from './rpc-error.ts';

export const NOTIFICATION_NAMESPACE = 'urn:ietf:params:xml:ns:netconf:notification:1.0';

/** `one of`: exactly one element of the base namespace, which names a datastore or is a configuration. */
type Parameter = 'leaf' | 'filter' | 'config' | 'one of';
type Parameters = Readonly<Record<string, Parameter>>;

/** What the operations take (RFC 6241 §7 and §8, RFC 5277 §2.1.1), as far as the server is able to. */
function parametersOf(operation: XmlElement, personality: Personality): Parameters | undefined {
  const { confirmedCommit } = personality;
  if (operation.namespace === NOTIFICATION_NAMESPACE && operation.name === 'create-subscription') {
    return { stream: 'leaf', filter: 'filter', startTime: 'leaf', stopTime: 'leaf' };
  }
  if (operation.namespace !== NETCONF_NAMESPACE) return undefined;
  switch (operation.name) {
    case 'get':
      return { filter: 'filter' };
    case 'get-config':
      return { source: 'one of', filter: 'filter' };
    case 'edit-config':
      return {
        target: 'one of',
        'default-operation': 'leaf',
        ...(isAbleTo(personality, 'validate') ? { 'test-option': 'leaf' } : {}),
        'error-option': 'leaf',
        config: 'config',
      };
    case 'copy-config':
      return { target: 'one of', source: 'one of' };
    case 'lock':
    case 'unlock':
      return { target: 'one of' };
    case 'validate':
      return { source: 'one of' };
    case 'commit':
      return {
        ...(confirmedCommit === null ? {} : { confirmed: 'leaf', 'confirm-timeout': 'leaf' }),
        ...(confirmedCommit === '1.1' ? { persist: 'leaf', 'persist-id': 'leaf' } : {}),
      };
    case 'cancel-commit':
      return { 'persist-id': 'leaf' };
    case 'kill-session':
      return { 'session-id': 'leaf' };
    case 'discard-changes':
    case 'close-session':
      return {};
    default:
      return undefined;
  }
}

/** RFC 6241 §6 and §8.9. */
const FILTER_ATTRIBUTES: ReadonlySet<string> = new Set(['type', 'select']);

/**
 * What stands in an operation beside what it takes is refused and not ignored: a client's slip would do something else than it
 * meant, and pass. Operations of a platform's own are left to them.
 */
export function checkGrammar(operation: XmlElement, personality: Personality): void {
  const parameters = parametersOf(operation, personality);
  if (parameters === undefined) return;
  refuseAttributes(operation);
  const seen = new Set<string>();
  for (const element of operation.children) {
    const parameter = Object.hasOwn(parameters, element.name) ? parameters[element.name] : undefined;
    if (parameter === undefined) throw unknownElement(element, `${operation.name} does not take ${element.name}`);
    requireNamespace(element, operation.namespace);
    if (seen.has(element.name)) throw badElement(element, `${element.name} stands twice in ${operation.name}`);
    seen.add(element.name);
    checkParameter(element, parameter);
  }
}

function checkParameter(element: XmlElement, parameter: Parameter): void {
  refuseAttributes(element, parameter === 'filter' ? FILTER_ATTRIBUTES : undefined);
  if (parameter === 'leaf' && element.children.length > 0) {
    throw badElement(element, `${element.name} has a value, not elements`);
  }
  if (parameter !== 'one of') return;
  const [named, second] = element.children;
  if (named === undefined) throw missingElement(element.name, `${element.name} names nothing`);
  if (second !== undefined) throw badElement(second, `${element.name} names more than one thing`);
  requireNamespace(named, NETCONF_NAMESPACE);
  if (named.name === 'config') return;
  refuseAttributes(named);
  const stranger = named.children[0];
  if (stranger !== undefined) throw unknownElement(stranger, `${named.name} is empty`);
}

function refuseAttributes(element: XmlElement, known: ReadonlySet<string> = new Set()): void {
  for (const key of element.attributes.keys()) {
    const name = key.replace(`{${NETCONF_NAMESPACE}}`, '');
    if (!known.has(name)) throw unknownAttribute(element, key);
  }
}

export function unknownAttribute(element: XmlElement, key: string, place: Partial<RpcErrorFields> = {}): RpcError {
  const name = key.slice(key.indexOf('}') + 1);
  return new RpcError({
    type: 'protocol',
    tag: 'unknown-attribute',
    message: `The attribute ${name} is not known on ${element.name}${key.startsWith('{') ? '' : ' without a namespace'}`,
    info: { 'bad-attribute': name, 'bad-element': element.name },
    ...place,
  });
}

function requireNamespace(element: XmlElement, namespace: string): void {
  if (element.namespace === namespace) return;
  throw new RpcError({
    type: 'protocol',
    tag: 'unknown-namespace',
    message: `Element ${element.name} is not known in namespace "${element.namespace}"`,
    info: { 'bad-element': element.name, 'bad-namespace': element.namespace },
  });
}

export function unknownElement(element: XmlElement, message: string): RpcError {
  return new RpcError({ type: 'protocol', tag: 'unknown-element', message, info: { 'bad-element': element.name } });
}

function badElement(element: XmlElement, message: string): RpcError {
  return new RpcError({ type: 'protocol', tag: 'bad-element', message, info: { 'bad-element': element.name } });
}

export function missingElement(name: string, message = `${name} is missing`): RpcError {
  return new RpcError({ type: 'protocol', tag: 'missing-element', message, info: { 'bad-element': name } });
}
