/** What people watch: each step of an interconnect as events, written after the store transaction that made it. */
import type { NewProgress } from '../domain/change.ts';
import { awaitedInWords, standingOf } from '../domain/standing.ts';
import type { Database } from './database.ts';
import { moveFacts, type Standing } from './facts-rows.ts';
import { insertProgress } from './progress-rows.ts';

/** Progress is for people and stops nothing: a step whose event is lost is in the record all the same. */
export async function announce(database: Database, before: Standing | null, after: Standing): Promise<void> {
  const events = eventsBetween(before, after, database.clock());
  // What was decided is decided: a caller is not told otherwise because its event could not be written.
  if (events.length > 0) await insertProgress(database, events).catch(() => undefined);
}

function eventsBetween(before: Standing | null, after: Standing, now: Date): NewProgress[] {
  const was = before && standingOf(moveFacts(before), now);
  const is = standingOf(moveFacts(after), now);
  const { id: interconnectId, reason } = after.interconnect;
  const change = after.change ?? before?.change ?? null;
  const at = { interconnectId, changeId: change?.id ?? null, pe: null, elapsedMs: null, status: 'info' as const };
  const events: NewProgress[] = [];
  if (was?.word !== is.word || before?.interconnect.lifecycle !== after.interconnect.lifecycle) {
    events.push({ ...at, stage: 'lifecycle', message: reason === null ? is.word : `${is.word}: ${reason}` });
  }
  const waiting = after.change?.waiting ?? null;
  if (waiting !== null && waiting.reason !== before?.change?.waiting?.reason) {
    const when = waiting.nextAt === null ? '' : `; tried again at ${waiting.nextAt}`;
    events.push({ ...at, stage: 'plan', status: 'failed', message: `${waiting.reason}${when}` });
  }
  const words = is.awaiting.map(awaitedInWords).join('; ');
  if (words !== '' && words !== was?.awaiting.map(awaitedInWords).join('; ')) {
    events.push({ ...at, stage: 'awaiting', message: words });
  }
  if (is.isSettled && (was === null || !was.isSettled || events.length > 0)) {
    events.push({ ...at, stage: 'settled', message: is.word });
  }
  return events;
}
