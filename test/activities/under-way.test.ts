import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UnderWay } from '../../src/activities/under-way.ts';
import type { ChangeId } from '../../src/domain/names.ts';

const OWN = 'IC-00001-C1' as ChangeId;
const OTHER = 'IC-00002-C1' as ChangeId;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('what a worker has under way', () => {
  it('is a transaction from its first stage until the record has its end', async () => {
    const underWay = new UnderWay();
    await underWay.stage(OWN, async () => expect(underWay.transactions).toBe(1));
    expect(underWay.isQuiet).toBe(false);
    underWay.settled(OWN);
    expect(underWay.isQuiet).toBe(true);
  });

  it('is not what another worker settles: nobody calls for it any more', async () => {
    const underWay = new UnderWay();
    await underWay.stage(OWN, async () => undefined);
    vi.advanceTimersByTime(9_000);
    expect(underWay.transactions).toBe(1);
    vi.advanceTimersByTime(2_000);
    expect(underWay.transactions).toBe(0);
  });

  it('goes on however long one stage takes, and whatever comes of it', async () => {
    const underWay = new UnderWay();
    const stage = underWay.stage(OWN, async () => {
      vi.advanceTimersByTime(60_000);
      expect(underWay.transactions).toBe(1);
      throw new Error('a defect');
    });
    await expect(stage).rejects.toThrow('a defect');
    expect(underWay.transactions).toBe(1);
  });

  it('counts a planning, too', async () => {
    const underWay = new UnderWay();
    await underWay.long(async () => expect(underWay.isQuiet).toBe(false));
    expect(underWay.isQuiet).toBe(true);
  });
});

describe('a worker that is told to stop', () => {
  it('begins nothing, and recovers its own', async () => {
    const underWay = new UnderWay();
    underWay.requireRoom(null);
    await underWay.stage(OWN, async () => undefined);
    underWay.drain();
    const refused = expect.objectContaining({ code: 'WORKERS_AWAY', class: 'transient' });
    expect(() => underWay.requireRoom(null)).toThrow(refused);
    expect(() => underWay.requireRoom(OTHER)).toThrow(refused);
    underWay.requireRoom(OWN);
  });
});
