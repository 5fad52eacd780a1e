import { expect, it } from 'vitest';
import { agreementOf, readAgreements, settleAgreements } from '../../src/activities/agreements.ts';
import { LIFECYCLE_ENDS, type Lifecycle } from '../../src/domain/lifecycle.ts';
import type { Agreement, Standing } from '../../src/proof/matrix.ts';
import type { InterconnectRecord, Store } from '../../src/store/store.ts';
import { icId, sampleInterconnect } from '../proof/networks.ts';

const { flows } = sampleInterconnect();
const record = (number: number, lifecycle: Lifecycle, underWay: InterconnectRecord['underWay'] = null) => {
  const allocated = lifecycle === 'requested' ? null : flows;
  return {
    id: icId(number),
    lifecycle,
    flows: allocated,
    request: { flows },
    underWay,
    withdrawal: null,
  } as unknown as InterconnectRecord;
};
const agreement = (number: number, standing: Standing): Agreement => ({
  id: icId(number),
  state: 'as it is',
  standing,
  flows,
});

it('an agreement in force is to be on the network, one that ended is none', () => {
  expect(agreementOf(record(1, 'active'))).toMatchObject({
    id: 'IC-0001',
    state: 'active',
    standing: 'on-network',
    flows,
  });
  expect(agreementOf(record(1, 'suspended'))?.standing).toBe('suspended');
  expect(agreementOf(record(1, 'requested'))).toMatchObject({
    standing: 'planned',
    flows: flows.map((flow) => ({ from: flow.from, to: flow.to, routeTarget: null })),
  });
  expect(LIFECYCLE_ENDS.map((lifecycle) => agreementOf(record(1, lifecycle)))).toEqual([null, null, null]);
});

it.each([
  ['requested', 'provision', 'planned', 'planned'],
  ['requested', 'provision', 'applying', 'changing'],
  ['requested', 'provision', 'attention', 'changing'],
  ['active', 'modify', 'planned', 'on-network'],
  ['active', 'modify', 'applying', 'changing'],
  ['active', 'withdraw', 'planned', 'changing'],
  ['active', 'withdraw', 'applying', 'changing'],
  ['active', 'suspend', 'applying', 'changing'],
  ['suspended', 'resume', 'planned', 'suspended'],
] as const)('%s, %s %s: %s', (lifecycle, kind, phase, standing) => {
  expect(agreementOf(record(1, lifecycle, { kind, phase }))?.standing).toBe(standing);
});

it('the whole register is read, page by page', async () => {
  const all = Array.from({ length: 2_300 }, (_, place) =>
    record(2_300 - place, place % 2 === 0 ? 'active' : 'withdrawn'),
  );
  const store: Pick<Store, 'listInterconnects'> = {
    async listInterconnects({ before, limit = 100 } = {}) {
      const start = before === undefined ? 0 : all.findIndex(({ id }) => id === before) + 1;
      return all.slice(start, start + limit);
    },
  };
  const agreements = await readAgreements(store);
  expect([agreements.length, agreements[0]?.id, agreements.at(-1)?.id]).toEqual([1_150, 'IC-0002', 'IC-2300']);
});

it('what moved while the routers were read was changing', () => {
  const before = [agreement(1, 'on-network'), agreement(2, 'planned'), agreement(3, 'on-network')];
  const after = [agreement(1, 'on-network'), agreement(2, 'on-network'), agreement(4, 'planned')];
  expect(settleAgreements(before, after).map(({ id, standing }) => `${id} ${standing}`)).toEqual([
    'IC-0001 on-network',
    'IC-0002 changing',
    'IC-0004 changing',
    'IC-0003 changing',
  ]);
});
