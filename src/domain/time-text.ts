/** Times as people and programs write them. */
import { z } from 'zod';

/** No place on earth is further ahead or behind; databases refuse more. */
const OFFSET_HOURS_MAX = 14;
/** Nothing of a network is older; and years of two digits come back from the database as others. */
const FIRST = Date.parse('1970-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/** ISO 8601 with zone: a time that every part of the record can hold, whatever is asked of it there. */
export const timeTextSchema = z.iso.datetime({ offset: true }).refine(isRecordable, {
  params: {
    fact: 'lies beyond the years 1970 to 9999, or in a zone that is nowhere',
    remedy: 'Write it like 2027-01-31T00:00:00+04:00.',
  },
});

function isRecordable(text: string): boolean {
  const time = Date.parse(text);
  const [, hours = '0', minutes = '0'] = /[+-](\d\d):(\d\d)$/.exec(text) ?? [];
  // What is no time at all is told as that.
  if (Number.isNaN(time)) return true;
  return time >= FIRST && time <= LAST && Number(hours) * 60 + Number(minutes) <= OFFSET_HOURS_MAX * 60;
}
