/** mulberry32: the same seed, the same run; nothing here needs better. */
export function draws(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A deck that is shuffled whenever it is used up: in as many draws as it has cards, each comes once. */
export function* dealt<Card>(deck: readonly Card[], draw: () => number): Generator<Card, never> {
  if (deck.length === 0) throw new Error('a deck needs cards');
  for (;;) {
    const left = [...deck];
    while (left.length > 0) yield* left.splice(Math.floor(draw() * left.length), 1);
  }
}

export function formatPercentiles(name: string, values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  // Nearest rank: a measured value, never one between two.
  const at = (percent: number) =>
    (sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN).toFixed(1);
  if (sorted.length === 0) return `  ${name}: none`;
  return `  ${name}: n ${sorted.length}, p50 ${at(50)}, p90 ${at(90)}, max ${at(100)}`;
}
