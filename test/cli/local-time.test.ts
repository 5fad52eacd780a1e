import { describe, expect, it } from 'vitest';
import { withLocalTimes } from '../../src/cli/local-time.ts';

const muscat = () => 240;

describe('a time on a screen is in the zone of the reader, and says which', () => {
  it.each([
    ['until 2026-03-01T08:00:00Z; then', 'until 2026-03-01T12:00:00+04:00; then'],
    ['2026-03-01T08:00:00.123Z  pe1', '2026-03-01T12:00:00.123+04:00  pe1'],
    ['2031-12-31T23:59:59+04:00', '2031-12-31T23:59:59+04:00'],
    ['2026-03-01T03:00:00-05:00 and 2026-02-28T21:00:00Z', '2026-03-01T12:00:00+04:00 and 2026-03-01T01:00:00+04:00'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59Z'],
    ['2026-13-01T08:00:00Z', '2026-13-01T08:00:00Z'],
    ['2027-02-30T00:00:00Z is no day', '2027-02-30T00:00:00Z is no day'],
    ['2027-03-28T24:00:00Z', '2027-03-28T24:00:00Z'],
    ['last read at 2026-03-01T08:00:00Z: as agreed', 'last read at 2026-03-01T12:00:00+04:00: as agreed'],
    ['10.100.10.0/24 of MOH', '10.100.10.0/24 of MOH'],
  ])('%s', (text, shown) => expect(withLocalTimes(text, muscat)).toBe(shown));

  it('whose offset has minutes, is west, or changes with the season', () => {
    expect(withLocalTimes('2026-03-01T08:00:00Z', () => 345)).toBe('2026-03-01T13:45:00+05:45');
    expect(withLocalTimes('2026-03-01T08:00:00Z', () => -210)).toBe('2026-03-01T04:30:00-03:30');
    const summer = (at: Date) => (at.getUTCMonth() === 6 ? 60 : 0);
    expect(withLocalTimes('2026-03-01T08:00:00Z 2026-07-01T08:00:00Z', summer)).toBe(
      '2026-03-01T08:00:00Z 2026-07-01T09:00:00+01:00',
    );
  });
});
