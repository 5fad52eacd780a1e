import { expect, it } from 'vitest';
import { digestOfText } from '../../src/domain/canonical-json.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { BOTH_WAYS, StagedNetwork } from '../support/staged-network.ts';

interface Said {
  readonly at: string;
  readonly direction: 'sent' | 'received';
  readonly text: string;
}

function readSaid(network: StagedNetwork, digest: string | null): Said[] {
  const text = network.readings.get(digest ?? '') ?? '';
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Said);
}

it('what each router was sent, heard and ran is on record, of what was confirmed and of what went back', async () => {
  await using network = await StagedNetwork.open(DEMO_INVENTORY);
  const { id, changeId, planId, plan } = await network.planned(...BOTH_WAYS);
  expect(await network.push(changeId, planId)).toMatchObject({ stage: 'confirm', verdict: 'pass' });
  const [record] = network.attempts;
  expect(record).toMatchObject({ planId });
  expect(record?.routers.map(({ pe }) => pe)).toEqual(plan?.routers.map(({ pe }) => pe));
  for (const { pe, pushed, before, after, transcript } of record?.routers ?? []) {
    const payload = network.plans.get(planId)?.payloads.find((each) => each.pe === pe);
    expect(pushed).toBe(digestOfText(payload?.xml ?? ''));
    expect(network.readings.get(before ?? '')).not.toBe(network.readings.get(after ?? ''));
    expect(network.readings.get(after ?? '')).toContain('65000:5000');
    const said = readSaid(network, transcript);
    const sent = said.flatMap(({ direction, text }) => (direction === 'sent' ? [text] : []));
    const places = ['<lock>', '<edit-config', '<confirmed/>', '<commit'].map((operation) =>
      sent.findLastIndex((text) => text.includes(operation)),
    );
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    expect(said.every(({ at }, place) => place === 0 || at >= (said[place - 1]?.at ?? ''))).toBe(true);
  }

  network.settle(id, 'active');
  const second = await network.planned({ from: 'MOE', to: 'MOF', prefixes: ['10.150.20.0/24'] });
  await network.stages.prepareRouters(second);
  await network.stages.commitRouters(second);
  expect(await network.stages.cancelRouters(second)).toMatchObject({ verdict: 'pass' });
  const gone = network.attempts.at(-1);
  expect(gone?.planId).toBe(second.planId);
  for (const { before, after, transcript } of gone?.routers ?? []) {
    expect(after).toBe(before);
    // Committed, taken back, and read once more over a session of its own.
    const said = readSaid(network, transcript).map(({ text }) => text);
    const [committed, readLast] = ['<confirmed/>', '<get-config'].map((word) =>
      said.findLastIndex((text) => text.includes(word)),
    );
    expect(committed).toBeGreaterThan(0);
    expect(readLast).toBeGreaterThan(committed ?? 0);
  }
});
