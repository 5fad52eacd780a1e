import type { Coverage } from './coverage.ts';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import type { FuzzTarget } from './target.ts';

/** Tries at making a new input smaller while it reaches the same new places. */
const TRIM_RUNS_MAX = 80;
/** Inputs kept when a corpus is made small; the whole of all targets stays below a megabyte. */
const KEPT_MAX = 60;

interface Entry {
  readonly input: Buffer;
  readonly features: readonly number[];
}

/**
 * Coverage-guided search: an input that reaches a place, or reaches it in another order of magnitude, as none before is kept, made
 * small, and changed further.
 */
export class Engine {
  runs = 0;
  private readonly target: FuzzTarget;
  private readonly coverage: Coverage;
  private readonly random: Random;
  private readonly dictionary: readonly Buffer[];
  private readonly seen = new Set<number>();
  private readonly entries: Entry[] = [];
  /** Told of each input before it runs: what hangs or kills the process is known by that. */
  private readonly announce: (input: Buffer) => void;

  constructor(target: FuzzTarget, coverage: Coverage, seed: number, announce: (input: Buffer) => void) {
    this.target = target;
    this.coverage = coverage;
    this.random = new Random(seed);
    this.dictionary = target.dictionary.map((word) => (typeof word === 'string' ? Buffer.from(word) : word));
    this.announce = announce;
  }

  get reached(): number {
    return this.seen.size;
  }

  /** Runs the inputs to begin with. @throws what the target throws */
  async begin(inputs: readonly Buffer[]): Promise<void> {
    const seeds = this.target.seeds.map((seed) => (typeof seed === 'string' ? Buffer.from(seed) : seed));
    for (const input of [...seeds, ...inputs]) this.keep(input, await this.execute(input));
    // Without any corpus the seeds are one.
    if (this.entries.length === 0) this.entries.push({ input: Buffer.from('<a/>'), features: [] });
  }

  /** Changes inputs until the time is over. @throws what the target throws */
  async search(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const input = mutate(this.choose(), this.choose(), this.dictionary, this.random, this.target.inputBytesMax);
      const features = await this.execute(input);
      const fresh = features.filter((feature) => !this.seen.has(feature));
      if (fresh.length > 0) this.keep(await this.trim(input, fresh), features);
    }
  }

  /** The smallest inputs that together reach all that was reached. */
  smallCorpus(): Buffer[] {
    const kept: Buffer[] = [];
    const covered = new Set<number>();
    for (const { input, features } of [...this.entries].sort((a, b) => a.input.length - b.input.length)) {
      if (kept.length === KEPT_MAX) break;
      if (features.every((feature) => covered.has(feature))) continue;
      for (const feature of features) covered.add(feature);
      kept.push(input);
    }
    return kept;
  }

  private async execute(input: Buffer): Promise<readonly number[]> {
    this.runs += 1;
    this.announce(input);
    await this.target.run(input);
    return this.coverage.take();
  }

  private keep(input: Buffer, features: readonly number[]): void {
    if (features.every((feature) => this.seen.has(feature))) return;
    for (const feature of features) this.seen.add(feature);
    this.entries.push({ input, features });
  }

  /** The younger an entry, the likelier: what was just reached is where the unknown begins. */
  private choose(): Buffer {
    const { length } = this.entries;
    const at =
      this.random.below(2) === 0 ? this.random.below(length) : length - 1 - this.random.below(Math.min(length, 20));
    return this.entries[at]?.input ?? Buffer.alloc(0);
  }

  private async trim(input: Buffer, fresh: readonly number[]): Promise<Buffer> {
    let best = input;
    let tries = 0;
    for (let size = best.length >> 1; size > 0 && tries < TRIM_RUNS_MAX; size >>= 1) {
      for (let at = 0; at < best.length && tries < TRIM_RUNS_MAX; tries += 1) {
        const shorter = Buffer.concat([best.subarray(0, at), best.subarray(at + size)]);
        const features = new Set(await this.execute(shorter));
        if (fresh.every((feature) => features.has(feature))) best = shorter;
        else at += size;
      }
    }
    return best;
  }
}
