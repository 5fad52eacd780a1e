/** What wasl's model says of route targets and rules is what FRR does with them. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../chaos/random.ts';
import { RandomTargets } from '../support/random-targets.ts';
import type { LabStage } from '../support/stage.ts';

/** `WASL_LAB_ROUNDS=200 npm run test:lab -- -t model` asks for more; `WASL_LAB_SEED` for others. */
const ROUNDS = Number(process.env.WASL_LAB_ROUNDS ?? 8);
const SEED = Number(process.env.WASL_LAB_SEED ?? 1);
const ROUND_MS_MAX = 40_000;

export function tellModel(stageOf: () => LabStage): void {
  describe('the model', () => {
    it(`holds what FRR holds, over ${ROUNDS} networks at random`, {
      timeout: (ROUNDS + 2) * ROUND_MS_MAX,
    }, async () => {
      const stage = stageOf();
      const targets = await RandomTargets.of(stage);
      let agreed = 0;
      try {
        for (let seed = SEED; seed < SEED + ROUNDS; seed++) {
          const round = await targets.compare(seededRandom(seed));
          agreed += round.agreed;
          expect(round.disagreements, `seed ${seed}`).toEqual([]);
        }
      } finally {
        await targets.restore();
      }
      expect(agreed).toBeGreaterThan(ROUNDS);
      expect(await stage.changedSince()).toEqual([]);
    });
  });
}
