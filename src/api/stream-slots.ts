import { WaslError } from '../errors.ts';
import type { Principal } from './authentication.ts';
import { isPartyOnly } from './authorisation.ts';

/** Each stream holds a socket and reads the database when progress comes. */
export const STREAMS_MAX = 200;
/** A person has a few terminals and browser tabs open. */
export const STREAMS_PER_PERSON_MAX = 10;
/** One entity leaves room for the others. */
export const STREAMS_PER_ENTITY_MAX = 40;
/** The rest is kept for the network side: who works on routers sees what happens, however many parties watch. */
export const STREAMS_OF_PARTIES_MAX = 150;

/** Shares the event streams out. Returns the release of the slot; throws RATE_LIMITED, for the one who has too many. */
export function createStreamSlots(): { take(caller: Principal): () => void } {
  const open = new Set<Principal>();
  const count = (holds: (holder: Principal) => boolean) => [...open].filter(holds).length;
  return {
    take(caller) {
      const { person, entity } = caller;
      if (count((holder) => holder.person === person) >= STREAMS_PER_PERSON_MAX) {
        throw tooMany(`${person} has ${STREAMS_PER_PERSON_MAX} event streams open`);
      }
      if (isPartyOnly(caller)) {
        if (count((holder) => isPartyOnly(holder) && holder.entity === entity) >= STREAMS_PER_ENTITY_MAX) {
          throw tooMany(`${entity} has ${STREAMS_PER_ENTITY_MAX} event streams open`);
        }
        if (count(isPartyOnly) >= STREAMS_OF_PARTIES_MAX)
          throw tooMany('the parties have all their event streams open');
      }
      if (open.size >= STREAMS_MAX) throw tooMany(`${STREAMS_MAX} event streams are open`);
      // An object of its own: one caller may hold several.
      const holder = { ...caller };
      open.add(holder);
      return () => void open.delete(holder);
    },
  };
}

function tooMany(fact: string): WaslError {
  return new WaslError('RATE_LIMITED', fact, { remedy: 'Close one that is not looked at, and try again.' });
}
