import { type Address, parseAddress } from '../../domain/prefix.ts';
import { RpcError } from '../netconf/rpc-error.ts';
import type { OperationalContext } from '../personality.ts';
import { childText, tag, textTag, type XmlElement } from '../xml/element.ts';
import { RPC_PING } from './namespaces.ts';

/** What `rapid` sends; without a count the router would ping for ever, which a simulation does not. */
const COUNT_DEFAULT = '5';
const PACKET_SIZE = '56';

/** rpc ping of junos-rpc-ping. */
export function pingJunos(input: XmlElement, context: OperationalContext): string {
  const destination = readAddress(input, 'host');
  if (destination === undefined) throw new RpcError({ tag: 'missing-element', info: { 'bad-element': 'host' } });
  const source = readAddress(input, 'source');
  const vrf = childText(input, 'routing-instance') ?? 'master';
  const count = childText(input, 'count') ?? COUNT_DEFAULT;
  if (!/^[1-9]\d{0,9}$/.test(count)) {
    throw new RpcError({ tag: 'invalid-value', message: 'count', info: { 'bad-element': 'count' } });
  }
  const head =
    textTag('target-host', destination) + textTag('target-ip', destination) + textTag('packet-size', PACKET_SIZE);
  if (vrf !== 'master' && !context.exchange.vrfsOf(context.router).includes(vrf)) {
    const message = `routing-instance ${vrf} does not exist`;
    const content = head + textTag('ping-failure', 'no route') + textTag('ping-error-message', message);
    return tag('ping-results', content, RPC_PING.namespace);
  }
  const answered = context.isAnswered({ vrf, destination, ...(source === undefined ? {} : { source }) });
  if (!answered) context.takes(Number(count) * context.habits.silentEchoMs);
  const summary = tag(
    'probe-results-summary',
    textTag('probes-sent', count) +
      textTag('responses-received', answered ? count : '0') +
      textTag('packet-loss', answered ? '0' : '100'),
  );
  const end = answered ? tag('ping-success', '') : textTag('ping-failure', 'no response');
  return tag('ping-results', head + end + summary, RPC_PING.namespace);
}

function readAddress(input: XmlElement, name: string): Address | undefined {
  const text = childText(input, name);
  if (text === undefined) return undefined;
  try {
    return parseAddress(text);
  } catch {
    throw new RpcError({ tag: 'invalid-value', message: `${text} is not an address`, info: { 'bad-element': name } });
  }
}
