import { alignAgreements } from '../proof/align.ts';
import type { Matrix } from '../proof/matrix.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { WholeNetwork } from './read-whole-network.ts';

/** Whoever had the whole network read: how each agreement was found is what its status and its alarm say from now on. */
export async function noteSightings(
  { store }: ActivityDependencies,
  network: WholeNetwork,
  matrix: Matrix,
): Promise<void> {
  const { readAt, inventory, agreements, unread, unlisted } = network;
  const pes = unread.map(({ pe }) => pe);
  const aligned = alignAgreements(matrix, inventory, agreements, pes, unlisted);
  await store.saveSightings(aligned.map((each) => ({ ...each, seenAt: readAt })));
}
