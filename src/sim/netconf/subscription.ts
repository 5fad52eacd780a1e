import { childText, type XmlElement } from '../xml/element.ts';
import { missingElement } from './grammar.ts';
import { RpcError } from './rpc-error.ts';

/** The stream that every server of notifications has (RFC 5277 §3.2.3); these have no other. */
const STREAM = 'NETCONF';

/** A subscription of a session: which events it is told. */
export interface Subscription {
  wants(event: { readonly name: string; readonly namespace: string }): boolean;
}

/** RFC 5277 §2.1.1, on a server without replay. Throws RpcError for what it cannot give: silence would look like peace. */
export function readSubscription(input: XmlElement, current: Subscription | null): Subscription {
  const refuse = (tag: 'operation-failed' | 'invalid-value' | 'bad-element', message: string, element?: string) =>
    new RpcError({
      type: 'protocol',
      tag,
      message,
      ...(element === undefined ? {} : { info: { 'bad-element': element } }),
    });
  const stream = childText(input, 'stream') ?? STREAM;
  if (stream !== STREAM) throw refuse('invalid-value', `There is no stream ${stream}`, 'stream');
  const [start, stop] = [childText(input, 'startTime'), childText(input, 'stopTime')];
  if (stop !== undefined && start === undefined) throw missingElement('startTime');
  for (const [name, time] of [['startTime', start] as const, ['stopTime', stop] as const]) {
    if (time !== undefined && !isDateAndTime(time)) throw refuse('bad-element', `${name} is no date-and-time`, name);
  }
  if (start !== undefined) throw refuse('operation-failed', `The stream ${stream} has no replay`, 'startTime');
  if (current !== null) throw refuse('operation-failed', 'This session has a subscription');
  const filter = input.children.find(({ name }) => name === 'filter');
  const type = filter?.attributes.get('type') ?? 'subtree';
  if (type !== 'subtree') {
    const info = { 'bad-attribute': 'type', 'bad-element': 'filter' };
    throw new RpcError({ type: 'protocol', tag: 'bad-attribute', message: `No filters of type ${type}`, info });
  }
  return {
    // Of a subtree filter its top, which names the event.
    wants: (event) =>
      filter === undefined ||
      filter.children.some(
        ({ name, namespace }) => name === event.name && (namespace === '' || namespace === event.namespace),
      ),
  };
}

function isDateAndTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
}
