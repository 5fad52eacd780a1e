import { WaslError } from '../errors.ts';

export interface ServerSentEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
}

/** One event of wasl is below a kilobyte; a stream without any end of event is not one. */
const EVENT_CHARACTERS_MAX = 1_048_576;

/** Events of a `text/event-stream` body (HTML standard §9.2); comments and retry hints are passed over. */
export async function* readServerSentEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let pending = '';
  for await (const chunk of body) {
    pending += decoder.decode(chunk, { stream: true });
    for (;;) {
      const end = /\r?\n\r?\n/.exec(pending);
      if (end === null) break;
      const event = parseEvent(pending.slice(0, end.index));
      pending = pending.slice(end.index + end[0].length);
      if (event !== null) yield event;
    }
    if (pending.length > EVENT_CHARACTERS_MAX) {
      throw new WaslError('API_UNREACHABLE', `an event is longer than ${EVENT_CHARACTERS_MAX} characters`);
    }
  }
}

function parseEvent(block: string): ServerSentEvent | null {
  const fields = { id: null as string | null, event: 'message' };
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (name === 'data') data.push(value);
    else if (name === 'id') fields.id = value;
    else if (name === 'event') fields.event = value;
  }
  return data.length === 0 ? null : { ...fields, data: data.join('\n') };
}
