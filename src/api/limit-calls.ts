import rateLimit from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import { WaslError } from '../errors.ts';
import { isPartyOnly } from './authorisation.ts';
import { CODEC_PATH } from './codec-origin.ts';
import { type ApiServer, callerOf } from './server-types.ts';

const READING_METHODS = ['GET', 'HEAD'];
const WINDOW_MS = 60_000;
/** A person who signs one after another, or a script over a list, asks about once a second. */
export const CALLS_PER_PERSON_MAX = 60;
/** A console with a few tabs and a script over the register read far less; SSE has slots of its own. */
export const READS_PER_PERSON_MAX = 1_800;
/** One entity leaves room for the others. */
export const CALLS_PER_ENTITY_MAX = 180;
/** The rest of what the record takes is kept for the network side, which has no such limit together. */
export const CALLS_OF_PARTIES_MAX = 900;

/**
 * Bounds what is asked, checked, decided and imported, and what is read (GET, and what Temporal's UI has decoded), within a minute, after the caller is known and before the body
 * is read.
 * Throws RATE_LIMITED with the Retry-After of the one who has too many: who calls once too often takes nothing from the others' share.
 * The counters are kept for the 5000 callers heard last, which is the library's bound.
 */
export function limitCalls(app: ApiServer): void {
  void app.register(rateLimit, { global: false });
  app.after(() => {
    const bound = (max: number, keyGenerator: (request: FastifyRequest) => string) =>
      app.createRateLimit({ max, timeWindow: WINDOW_MS, keyGenerator });
    const ofPerson = bound(CALLS_PER_PERSON_MAX, (request) => callerOf(request).person);
    const readsOfPerson = bound(READS_PER_PERSON_MAX, (request) => `reads of ${callerOf(request).person}`);
    const ofEntity = bound(CALLS_PER_ENTITY_MAX, (request) => callerOf(request).entity ?? '');
    const ofParties = bound(CALLS_OF_PARTIES_MAX, () => '');

    app.addHook('onRequest', async (request, reply) => {
      const { principal } = request;
      if (principal === null) return;
      const { person, entity } = principal;
      const reads = [{ count: readsOfPerson, whose: person, max: READS_PER_PERSON_MAX }];
      const decides = [
        { count: ofPerson, whose: person, max: CALLS_PER_PERSON_MAX },
        ...(isPartyOnly(principal)
          ? [
              { count: ofEntity, whose: entity, max: CALLS_PER_ENTITY_MAX },
              { count: ofParties, whose: 'the parties together', max: CALLS_OF_PARTIES_MAX },
            ]
          : []),
      ];
      const isReading =
        READING_METHODS.includes(request.method) || request.routeOptions.url?.startsWith(CODEC_PATH) === true;
      const shares = isReading ? reads : decides;
      for (const { count, whose, max } of shares) {
        const taken = await count(request);
        if (taken.isAllowed || !taken.isExceeded) continue;
        void reply.header('retry-after', String(taken.ttlInSeconds));
        // The header is not shown to people.
        const remedy = `Wait ${taken.ttlInSeconds} s, then call again.`;
        throw new WaslError('RATE_LIMITED', `${max} calls of ${whose} were taken within a minute`, { remedy });
      }
    });
  });
}
