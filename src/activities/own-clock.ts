/** This worker's clock beside the record's: whoever owns the record may set its clock. */
import type { DecisionFacts } from '../domain/may-decide.ts';
import type { Push } from '../domain/may-push.ts';
import { WaslError } from '../errors.ts';

/** How far a host's clock may be off from the record's before what it says of dates counts. */
export const OFF_MS_MAX = 15 * 60_000;

/** A host may keep another time than the record: the later one proves less. */
export const laterOf = (own: Date, record: Date): Date => new Date(Math.max(own.getTime(), record.getTime()));

/** Start and end stand in what was signed: the record's clock, which the law goes by, is not believed for them alone. Throws NOT_ITS_TIME. */
export function requireDates({ notBefore }: Pick<Push, 'notBefore'>, facts: DecisionFacts, own: Date): void {
  const { id, validFrom } = facts;
  const start = [notBefore, validFrom].find((each) => each !== null && Date.parse(each) > own.getTime() + OFF_MS_MAX);
  if (start != null) throw notItsTime(`${id} starts at ${start}`, own);
  requireNotOver(facts, own);
}

/** What opens is not begun, nor left open, beyond its signed end. Throws NOT_ITS_TIME. */
export function requireNotOver({ id, validUntil }: Pick<DecisionFacts, 'id' | 'validUntil'>, own: Date): void {
  if (Date.parse(validUntil) > own.getTime() - OFF_MS_MAX) return;
  throw notItsTime(`the agreement of ${id} ended at ${validUntil}`, own);
}

const notItsTime = (fact: string, own: Date) =>
  new WaslError('NOT_ITS_TIME', `${fact}; by this worker's clock it is ${own.toISOString()}`);
