import { expect, test } from 'vitest';
import { alteredPayloads } from '../../src/domain/altered-payloads.ts';
import { sealPayloads } from '../../src/plan/seal-payloads.ts';
import { samplePlan } from '../plan/samples.ts';
import { pe } from '../proof/networks.ts';

const bare = samplePlan();
const payloads = bare.routers.map((router) => ({ pe: router.pe, xml: `<edit of="${router.pe}"/>` }));
const plan = sealPayloads(bare, payloads);
const [first, ...others] = payloads as [(typeof payloads)[0], ...typeof payloads];

test.each([
  ['as sealed', payloads, []],
  ['another text', [{ ...first, xml: `${first.xml} ` }, ...others], [first.pe]],
  ['one missing', others, [first.pe]],
  ['one twice', [...payloads, first], [first.pe]],
  ['one for a router that the plan does not have', [...payloads, { pe: pe('pe99'), xml: '<x/>' }], ['pe99']],
])('payloads are held against the plan: %s', (_, found, altered) => {
  expect(alteredPayloads(plan, found)).toEqual(altered);
});
