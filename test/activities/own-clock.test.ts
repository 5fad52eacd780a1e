import { expect, it } from 'vitest';
import { requireNotOver } from '../../src/activities/own-clock.ts';

it("is over by this machine's clock, too: whoever owns the record sets its clock", () => {
  const agreement = { id: 'IC-0001', validUntil: '2027-12-31T00:00:00Z' };
  const at = (own: string) => requireNotOver(agreement, new Date(own));
  at('2027-12-30T00:00:00Z');
  // Some minutes are no difference.
  at('2027-12-31T00:10:00Z');
  expect(() => at('2028-01-01T00:00:00Z')).toThrow('the agreement of IC-0001 ended at 2027-12-31T00:00:00Z');
});
