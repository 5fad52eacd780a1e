import { type Address, familyOf, parseAddress } from '../../domain/prefix.ts';
import { RpcError } from '../netconf/rpc-error.ts';
import type { OperationalContext } from '../personality.ts';
import { child, childText, tag, textTag, type XmlElement } from '../xml/element.ts';
import { PING } from './namespaces.ts';

/** Defaults of Cisco-IOS-XR-ping-act. */
const REPEAT_COUNT_DEFAULT = '5';
const TIMEOUT_DEFAULT = '2';
const DATA_SIZE_DEFAULT = '100';

/** rpc ping of Cisco-IOS-XR-ping-act: input `destination`, `ipv4` or `ipv6`; the reply is of the destination's family. */
export function pingIosxr(input: XmlElement, context: OperationalContext): string {
  const request = child(input, 'destination') ?? child(input, 'ipv4') ?? child(input, 'ipv6');
  const destination = readAddress(request, 'destination');
  if (request === undefined || destination === undefined) {
    throw new RpcError({ tag: 'missing-element', info: { 'bad-element': 'destination' } });
  }
  const vrf = childText(request, 'vrf-name') ?? 'default';
  if (vrf !== 'default' && !context.exchange.vrfsOf(context.router).includes(vrf)) {
    throw new RpcError({
      tag: 'invalid-value',
      message: `There is no vrf ${vrf}`,
      info: { 'bad-element': 'vrf-name' },
    });
  }
  const source = readAddress(request, 'source');
  const count = childText(request, 'repeat-count') ?? REPEAT_COUNT_DEFAULT;
  if (!/^[1-9]\d{0,9}$/.test(count)) {
    throw new RpcError({ tag: 'invalid-value', message: 'repeat-count', info: { 'bad-element': 'repeat-count' } });
  }
  const answered = context.isAnswered({ vrf, destination, ...(source === undefined ? {} : { source }) });
  if (!answered) context.takes(Number(count) * context.habits.silentEchoMs);
  const content =
    textTag('destination', destination) +
    textTag('repeat-count', count) +
    textTag('data-size', DATA_SIZE_DEFAULT) +
    textTag('timeout', childText(request, 'timeout') ?? TIMEOUT_DEFAULT) +
    (source === undefined ? '' : textTag('source', source)) +
    textTag('hits', answered ? count : '0') +
    textTag('total', count) +
    textTag('success-rate', answered ? '100' : '0');
  return tag('ping-response', tag(familyOf(destination), content), PING.namespace);
}

function readAddress(request: XmlElement | undefined, name: string): Address | undefined {
  const text = request === undefined ? undefined : childText(request, name);
  if (text === undefined) return undefined;
  try {
    return parseAddress(text);
  } catch {
    throw new RpcError({ tag: 'invalid-value', message: `${text} is not an address`, info: { 'bad-element': name } });
  }
}
