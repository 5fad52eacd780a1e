import { afterAll, describe, expect, it } from 'vitest';
import { verifySignatures } from '../../src/signatures/index.ts';
import { VECTORS } from './vectors.ts';
import { INSTALLATION, removeWorld, world } from './world.ts';

afterAll(removeWorld);

describe('what is said of a signed document', () => {
  it.each(VECTORS)('$verdict $subIndication: $name', async ({ make, verdict, subIndication, says }) => {
    const { signed, trust = world().trust(), question = {} } = await make(world());
    const report = await verifySignatures(signed, {
      ...{ trust, installation: INSTALLATION, at: new Date(), receivedAt: null, stage: 'gate' as const },
      ...question,
    });
    const worst = report.entries.find((entry) => entry.verdict !== 'pass');
    expect({ verdict: report.verdict, subIndication: worst?.subIndication ?? null, reason: report.reason }).toEqual({
      ...{ verdict, subIndication },
      reason: expect.stringMatching(says),
    });
    expect(report.document === null || report.missing.length > 0).toBe(verdict !== 'pass');
  });
});
