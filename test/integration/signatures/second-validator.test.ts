import { expect, it } from 'vitest';
import { askSecondValidator } from '../../signatures/interop/second-validator.ts';
import { disagreement, recordedOpinions } from '../../signatures/interop/table.ts';
import { VECTORS } from '../../signatures/vectors.ts';

/** Sixty documents, a Java machine, and the first time some 20 MB from the registry. */
const TIMEOUT_MS = 600_000;

it(
  'EU DSS lets pass what wasl lets pass, refuses what it refuses, and says what the table says',
  async () => {
    const opinions = await askSecondValidator();
    expect(VECTORS.flatMap((vector) => disagreement(vector, opinions.get(vector.name) ?? []) ?? [])).toEqual([]);
    expect(opinions).toEqual(recordedOpinions());
  },
  TIMEOUT_MS,
);
