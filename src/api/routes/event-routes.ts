import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { ProgressEvent } from '../../domain/change.ts';
import { type InterconnectId, interconnectIdSchema } from '../../domain/names.ts';
import { MARK_MAX, type PartyMarks, partyMarks } from '../../domain/party-marks.ts';
import { visibleJsonText } from '../../domain/visible-text.ts';
import type { Principal } from '../authentication.ts';
import { isPartyOnly, maySee } from '../authorisation.ts';
import { createEventFeed } from '../event-feed.ts';
import { presentProgress, progressForParty } from '../present.ts';
import { type ApiDependencies, type ApiServer, callerOf } from '../server-types.ts';
import { withPersonalTexts } from '../show-personal-texts.ts';
import { createStreamSlots } from '../stream-slots.ts';
import { readVisible } from '../visible-interconnect.ts';

/** Streams look without being woken, too: a lost notification delays an event by this much, and proxies see life. */
const LOOK_INTERVAL_MS = 5_000;
const PAGE = 200;
/** What a client waits before it connects again. */
const RECONNECT_MS = 1_000;
/** Longest delay of setTimeout. */
const TIMER_MAX_MS = 0x7fff_ffff;

/** The network side counts as the record does. */
const AS_COUNTED: PartyMarks = { markOf: (sequence) => sequence, sequenceOf: (mark) => mark };

interface Wanted {
  /** The sequence of the record after which it begins. */
  readonly after: number;
  readonly interconnectId: InterconnectId | undefined;
  readonly caller: Principal;
  readonly numbers: PartyMarks;
}

/**
 * Progress as server-sent events. `id` is the sequence, to parties a mark that stands for it (`party-marks.ts`): a client that was cut off resumes with Last-Event-ID and misses
 * nothing. A stream ends when the caller's token does, or when the interconnect that it is about is no longer theirs to see. Parties see
 * where their own interconnects stand, not the routers.
 */
export function registerEventRoutes(app: ApiServer, { store, clock }: ApiDependencies): void {
  const feed = createEventFeed(store);
  const open = new Set<AbortController>();
  const slots = createStreamSlots();
  app.addHook('preClose', async () => {
    for (const stream of open) stream.abort();
    await feed.close();
  });

  app.get(
    '/v1/events',
    {
      schema: {
        summary: 'Progress as server-sent events',
        description:
          'Resumes after Last-Event-ID, else after `after`, else from the beginning. Events come in their order; to parties `sequence` and id ' +
          'are marks in no order, to resume with and for nothing else.',
        tags: ['events'],
        headers: z.object({ 'last-event-id': z.coerce.number().int().min(0).max(MARK_MAX).optional() }),
        querystring: z.object({
          interconnect: interconnectIdSchema.optional(),
          after: z.coerce.number().int().min(0).max(MARK_MAX).default(0),
        }),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { interconnect, after } = request.query;
      if (interconnect !== undefined) await readVisible(store, interconnect, caller);
      const release = slots.take(caller);
      const stream = new AbortController();
      open.add(stream);
      const lifetimeMs = Math.min(caller.expiresAt.getTime() - clock().getTime(), TIMER_MAX_MS);
      const expiry = setTimeout(() => stream.abort(), Math.max(0, lifetimeMs));
      request.raw.once('close', () => stream.abort());
      reply.hijack();
      try {
        const numbers = await numbersFor(caller);
        const start = numbers.sequenceOf(request.headers['last-event-id'] ?? after);
        await writeEvents(reply.raw, stream.signal, { after: start, interconnectId: interconnect, caller, numbers });
      } catch (error) {
        // The head is out: the cut stream is the message, and the client resumes.
        if (!stream.signal.aborted) request.log.warn({ err: error }, 'an event stream broke');
      } finally {
        clearTimeout(expiry);
        open.delete(stream);
        release();
        reply.raw.end();
      }
    },
  );

  async function writeEvents(
    response: ServerResponse,
    signal: AbortSignal,
    { after, interconnectId, caller, numbers }: Wanted,
  ): Promise<void> {
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.write(`retry: ${RECONNECT_MS}\n\n`);
    let afterSequence = after;
    // Every so often, and never because something happened: what wakes a stream may be others', and none of its reader's business.
    let aliveDueAtMs = performance.now() + LOOK_INTERVAL_MS;
    while (!signal.aborted) {
      await feed.listen();
      const { version } = feed;
      const filter = { afterSequence, limit: PAGE, ...(interconnectId === undefined ? {} : { interconnectId }) };
      const events = await store.readProgress(filter);
      // Whose a VPN is may have changed since the last look: asked anew each time, after what is to be shown was read.
      if (interconnectId !== undefined && isPartyOnly(caller) && !(await isVisible(interconnectId, caller))) return;
      const visible = visibility(caller);
      for (const event of events) {
        afterSequence = event.sequence;
        const shown = await visible(event);
        if (shown !== null)
          await write(response, await withPersonalTexts(store, frame(shown, numbers), caller), signal);
      }
      if (events.length === PAGE) continue;
      await feed.wait(version, Math.max(1, aliveDueAtMs - performance.now()), signal);
      if (signal.aborted || performance.now() < aliveDueAtMs) continue;
      aliveDueAtMs = performance.now() + LOOK_INTERVAL_MS;
      await write(response, ': alive\n\n', signal);
    }
  }

  async function numbersFor(caller: Principal): Promise<PartyMarks> {
    if (!isPartyOnly(caller)) return AS_COUNTED;
    return partyMarks(await store.readMarkSecret(), caller.entity ?? '');
  }

  async function isVisible(id: InterconnectId, caller: Principal): Promise<boolean> {
    const { parties, request } = await store.readInterconnect(id);
    return maySee(caller, { parties, owners: await store.readOwners(request) });
  }

  /** What the caller may see of an event at this look; null: nothing. Remembers the interconnects it met. */
  function visibility(caller: Principal): (event: ProgressEvent) => Promise<ProgressEvent | null> {
    if (!isPartyOnly(caller)) return async (event) => event;
    const own = new Map<InterconnectId, boolean>();
    return async (event) => {
      const shown = progressForParty(event);
      if (shown === null) return null;
      const { interconnectId } = event;
      const mine = own.get(interconnectId) ?? (await isVisible(interconnectId, caller));
      own.set(interconnectId, mine);
      return mine ? shown : null;
    };
  }
}

function frame(event: ProgressEvent, numbers: PartyMarks): string {
  const sequence = numbers.markOf(event.sequence);
  return `id: ${sequence}\nevent: progress\ndata: ${visibleJsonText(presentProgress({ ...event, sequence }))}\n\n`;
}

/** A reader that is slower than the network makes the stream wait, not the memory grow. */
async function write(response: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  if (!response.write(text)) await once(response, 'drain', { signal });
}
