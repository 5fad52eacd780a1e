import { describe, expect, it } from 'vitest';
import { newPolicySchema } from '../../src/api/policy-wire.ts';
import { interconnectRequestSchema } from '../../src/domain/request.ts';

/** Postgres refuses each of the bad ones, and with it every question about all agreements that looks at their times. */
describe.each([
  ['the start of an agreement', interconnectRequestSchema.shape.validFrom],
  ['the end of an agreement', interconnectRequestSchema.shape.validUntil],
  ['the begin of a policy', newPolicySchema.shape.inForceFrom],
])('%s', (_what, schema) => {
  it.each([
    '1970-01-01T00:00:00Z',
    '2027-01-31T00:00:00+04:00',
    '2027-01-31T00:00:00.123+14:00',
    '2027-01-31T00:00:00-12:00',
    '9999-12-31T23:59:59Z',
  ])('may be %s', (text) => {
    expect(schema.safeParse(text).data).toBe(text);
  });

  it.each([
    '0000-01-01T00:00:00Z',
    '0016-09-30T22:09:57.4-13:53',
    '1970-01-01T00:00:00+14:00',
    '9999-12-31T23:59:59-14:00',
    '2027-01-31T00:00:00+14:01',
    '2027-01-31T00:00:00+23:00',
    '2027-01-31T00:00:00-23:59',
  ])('is not %s', (text) => {
    const [issue] = schema.safeParse(text).error?.issues ?? [];
    expect(issue).toMatchObject({ params: { fact: expect.stringContaining('beyond the years 1970 to 9999') } });
  });
});
