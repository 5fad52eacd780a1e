import { expect } from 'vitest';
import { startChannels } from '../support/channels.ts';

/** A burst of this many at 50 packets a second is 60 ms: less than a change of route takes, more than a busy machine drops. */
export const BRANCH_LOST_MAX = 3;

type Hook = (run: () => Promise<void> | void) => void;

/** During every story of the block the branches of each ministry ping each other, and at its end none of them has noticed. */
export function watchBranches(beforeEach: Hook, afterEach: Hook): void {
  let channels: ReturnType<typeof startChannels> | null = null;
  beforeEach(() => {
    channels = startChannels();
  });
  afterEach(async () => {
    const losses = (await channels?.stop()) ?? [];
    channels = null;
    expect(losses.filter(({ sent }) => sent > 100)).toHaveLength(3);
    expect(losses.filter(({ lost }) => lost > BRANCH_LOST_MAX)).toEqual([]);
  });
}
