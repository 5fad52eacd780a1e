/** Whoever doubts a plan makes it again from its record; no byte of it can be altered unnoticed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, digestOf } from '../../src/domain/canonical-json.ts';
import type { PeName } from '../../src/domain/names.ts';
import { checkRecord } from '../../src/plan/check-record.ts';
import { digestPlan } from '../../src/plan/digest.ts';
import { planChange } from '../../src/plan/plan-change.ts';
import { recordPlan } from '../../src/plan/plan-record.ts';
import { digestPayload, sealPayloads } from '../../src/plan/seal-payloads.ts';
import { sampleInterconnect, sampleNetwork } from '../proof/networks.ts';
import { inventoryOf, planInput, runningAt } from './samples.ts';

const view = sampleNetwork();
const { view: _view, ...rest } = planInput({ view });
const network = {
  inventory: inventoryOf(view),
  running: new Map<PeName, ReturnType<typeof runningAt>>(view.pes.map(({ name }) => [name, runningAt(view, name)])),
  required: new Set(sampleInterconnect().flows.map(({ from }) => from)),
};
const readings = Object.fromEntries(
  view.pes.map(({ name }) => [name, { readAt: '2026-03-01T08:00:00.000Z', digest: digestPayload(name) }]),
);
const made = planChange(planInput({ view }));
const plan = sealPayloads(
  made,
  made.routers.map(({ pe }) => ({ pe, xml: `<config>${pe}</config>` })),
);
const { text, digest } = recordPlan({ ...rest, network, readings }, plan);

describe('the record of a plan', () => {
  it('gives the plan that was approved, with its digest', () => {
    expect(checkRecord(text)).toEqual({ proof: 'plan', digest, faults: [], plan: JSON.parse(JSON.stringify(plan)) });
    expect(digestPlan(plan)).toBe(plan.digest);
  });

  it('is the same text in whatever order the routers were read', () => {
    const running = new Map([...network.running].reverse());
    expect(recordPlan({ ...rest, network: { ...network, running }, readings }, plan).digest).toBe(digest);
  });

  it('tells any byte that is altered', () => {
    const bytes = Buffer.from(text);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const altered = Buffer.from(bytes);
        altered[at] = (bytes[at] ?? 0) ^ mask;
        const checked = checkRecord(altered.toString('utf8'));
        expect(checked.faults.length > 0 && checked.digest !== digest).toBe(true);
        expect(checked.faults.join()).not.toMatch(/Unexpected|Cannot read|undefined|JSON at/);
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['a proof that passes', (copy: Copy) => Object.assign(copy.result.proofs[0], { verdict: 'fail' })],
    ['a router that gets less', (copy: Copy) => copy.result.routers.pop()],
    ['a VRF that was not read', (copy: Copy) => copy.inputs.running[copy.inputs.inventory.routers[0].name].pop()],
    ['another agreement', (copy: Copy) => copy.inputs.subject.flows.pop()],
    ['another author', (copy: Copy) => Object.assign(copy.inputs, { createdBy: 'somebody' })],
  ])('written anew with %s it is not the plan that follows', (_what, alter) => {
    const copy = JSON.parse(text) as Copy;
    alter(copy);
    // Whoever forges it states digests that fit.
    copy.result.digest = digestPlan(copy.result);
    const forged = `${canonicalJson({ ...copy, inputsDigest: digestOf(copy.inputs) })}\n`;
    expect(checkRecord(forged).faults.join()).toMatch(
      /another one than the record says|cannot be made again|no reading/,
    );
  });

  it('written anew with what is no prefix it is not sound, and the check ends', () => {
    const copy = JSON.parse(text) as Copy;
    copy.inputs.inventory.routers[0].vrfs[0].attachments[0].prefixes[0] = '10.1.0.0';
    const forged = `${canonicalJson({ ...copy, inputsDigest: digestOf(copy.inputs) })}\n`;
    expect(checkRecord(forged).faults).toEqual(['it cannot be made again: "10.1.0.0" is not an IP prefix']);
  });

  it('names a router that was left out', () => {
    const copy = JSON.parse(text) as Copy;
    const [first] = Object.keys(copy.inputs.readings);
    delete copy.inputs.readings[first ?? ''];
    const forged = canonicalJson({ ...copy, inputsDigest: digestOf(copy.inputs) });
    expect(checkRecord(forged).faults.join()).toContain(`${first} has no reading`);
  });
});

// biome-ignore lint/suspicious/noExplicitAny: a document of others, altered at will
type Copy = any;
