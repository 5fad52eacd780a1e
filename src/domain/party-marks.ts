/** The numbers of events as a party sees them: marks that tell where it was, and nothing of how much happens for others. */
import { createHmac } from 'node:crypto';

/** Half of the bits of a mark: both together are a whole number that JSON and JavaScript keep exactly. */
const HALF_BITS = 26;
const HALF = 2 ** HALF_BITS;
export const MARK_MAX = HALF * HALF - 1;
/** Of a Feistel network over a keyed function: with four no party tells the permutation from a random one (Luby and Rackoff, 1988). */
const ROUNDS = 4;

export interface PartyMarks {
  /** The mark of an event, from 1 to `MARK_MAX`; the same event always has the same. */
  markOf(sequence: number): number;
  /** Where a mark stands; 0, before everything, is its own. One that was never given stands somewhere, as a number would that was made up. */
  sequenceOf(mark: number): number;
}

/** A permutation for each party, by the secret of the installation: two parties cannot compare what they count. */
export function partyMarks(secret: Uint8Array, entity: string): PartyMarks {
  const mix = (round: number, half: number): number =>
    createHmac('sha256', secret).update(`${entity} ${round} ${half}`).digest().readUInt32BE(0) % HALF;
  // What is 0, the beginning, is permuted once more.
  return {
    markOf(sequence) {
      let mark = forward(sequence, mix);
      while (mark === 0) mark = forward(mark, mix);
      return mark;
    },
    sequenceOf(mark) {
      if (mark === 0) return 0;
      let sequence = back(mark, mix);
      while (sequence === 0) sequence = back(sequence, mix);
      return sequence;
    },
  };
}

type Mix = (round: number, half: number) => number;

function forward(value: number, mix: Mix): number {
  let [left, right] = [Math.floor(value / HALF), value % HALF];
  for (let round = 0; round < ROUNDS; round++) [left, right] = [right, left ^ mix(round, right)];
  return left * HALF + right;
}

function back(value: number, mix: Mix): number {
  let [left, right] = [Math.floor(value / HALF), value % HALF];
  for (let round = ROUNDS - 1; round >= 0; round--) [left, right] = [right ^ mix(round, left), left];
  return left * HALF + right;
}
