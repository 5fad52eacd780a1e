/** The gate before a router: what the record, altered beside wasl, lets nobody open is not pushed, and what takes away goes on. */
import { expect, it } from 'vitest';
import { requireAuthority, requireUnderWay } from '../../src/activities/authority.ts';
import type { ActivityDependencies } from '../../src/activities/dependencies.ts';
import { digestOf } from '../../src/domain/canonical-json.ts';
import type { ChangeKind } from '../../src/domain/change-kinds.ts';
import type { ChangeId } from '../../src/domain/names.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { WaslError } from '../../src/errors.ts';
import { digestPlan } from '../../src/plan/digest.ts';
import { decisionFacts, lawChange, lifecycleOf, NOW, planApproval, signature } from '../domain/agreement-samples.ts';
import { DEMO_INVENTORY, MOH_MOF } from '../support/api-under-test.ts';
import { samplePlan } from '../support/store-samples.ts';

const changeId = 'IC-0001-C1' as ChangeId;

function gate(kind: ChangeKind, altered: readonly { path: string; fact: string }[]) {
  const unsealed: Plan = { ...samplePlan('IC-0001-C1-P1' as Plan['id'], 'sha256:0'), kind };
  const plan = { ...unsealed, digest: digestPlan(unsealed) };
  const requestDigest = digestOf(MOH_MOF);
  const facts = decisionFacts({
    ...{ requestDigest, altered, lifecycle: lifecycleOf(kind) },
    change: lawChange({ kind, phase: 'applying' }),
    plan: { id: plan.id, digest: plan.digest, plannedBy: plan.createdBy },
    approvals: [
      ...(['MOH', 'MOF'] as const).map((party) => signature(party, { digest: requestDigest })),
      planApproval({ digest: plan.digest }),
    ],
  });
  const store = {
    readInterconnect: async () => ({ request: MOH_MOF }),
    readDecisionFacts: async () => facts,
    listPlanDigests: async () => [plan.digest],
  };
  const requireSignatures = async () => undefined;
  return { plan, deps: { store, now: () => NOW, requireSignatures } as unknown as ActivityDependencies };
}

const FORGED = [
  { path: 'approvals', fact: 'the approval of the plan by ghost for network has no entry in the ledger' },
];

it.each(['provision', 'withdraw'] as const)('what is in order is pushed: %s', async (kind) => {
  const { deps, plan } = gate(kind, []);
  await requireAuthority(deps, changeId, plan, DEMO_INVENTORY);
  expect(await requireUnderWay(deps, changeId, plan)).toBeNull();
});

it.each([
  ['end', { validUntil: '2026-11-01T00:00:00Z' }, /ended at 2026-11-01/],
  ['start', { validFrom: '2099-01-01T00:00:00Z', validUntil: '2099-12-31T00:00:00Z' }, /starts at 2099-01-01/],
] as const)(
  'the %s is that of the request whose digest is signed, whatever else the record says of it',
  async (_what, dates, words) => {
    const { deps, plan } = gate('provision', []);
    const request = { ...MOH_MOF, ...dates };
    const store = {
      ...deps.store,
      readInterconnect: async () => ({ request }),
      readDecisionFacts: async (id: never) => {
        const facts = await deps.store.readDecisionFacts(id);
        const requestDigest = digestOf(request);
        return { ...facts, requestDigest };
      },
    };
    const pushed = requireAuthority(
      { ...deps, store } as unknown as ActivityDependencies,
      changeId,
      plan,
      DEMO_INVENTORY,
    );
    await expect(pushed).rejects.toMatchObject({ code: 'NOT_ITS_TIME', message: expect.stringMatching(words) });
  },
);

it('nothing opens by a plan of which the parties signed another request', async () => {
  const { deps, plan } = gate('provision', []);
  const [first, ...others] = MOH_MOF.flows;
  if (first === undefined) throw new Error('the sample has no flow');
  const gained = { from: first.from, to: first.to, prefix: '10.100.10.0/24' } as Plan['gained'][number];
  const pushed = (flow: object) => {
    const unsealed = { ...plan, gained: [gained] };
    const sealed = { ...unsealed, digest: digestPlan(unsealed) };
    const request = { ...MOH_MOF, flows: [{ ...first, ...flow }, ...others] };
    const store = {
      ...deps.store,
      readInterconnect: async () => ({ request }),
      readDecisionFacts: async (id: never) => {
        const facts = await deps.store.readDecisionFacts(id);
        const requestDigest = digestOf(request);
        const approvals = [
          ...(['MOH', 'MOF'] as const).map((party) => signature(party, { digest: requestDigest })),
          planApproval({ digest: sealed.digest }),
        ];
        return { ...facts, requestDigest, approvals, plan: { ...facts.plan, digest: sealed.digest } };
      },
      listPlanDigests: async () => [sealed.digest],
    };
    return requireAuthority({ ...deps, store } as unknown as ActivityDependencies, changeId, sealed, DEMO_INVENTORY);
  };
  for (const prefixes of [['10.100.10.0/24'], ['10.100.0.0/16 le 24'], 'whole-vpn']) await pushed({ prefixes });
  for (const flow of [
    { prefixes: ['10.100.11.0/24'] },
    { prefixes: ['10.100.0.0/16'] },
    { prefixes: ['10.100.0.0/16 le 23'] },
    { prefixes: 'whole-vpn', from: first.to, to: first.from },
  ])
    await expect(pushed(flow)).rejects.toMatchObject({
      code: 'APPROVAL_DIGEST',
      message: expect.stringMatching(/would open 10\.100\.10\.0\/24 .*not in the request that the parties sign/),
    });
});

it('nothing opens on a forged row, and a recovery confirms nothing of it', async () => {
  const { deps, plan } = gate('provision', FORGED);
  const refusal = { code: 'RECORD_ALTERED', fact: FORGED[0]?.fact ?? '' };
  await expect(requireAuthority(deps, changeId, plan, DEMO_INVENTORY)).rejects.toMatchObject({
    code: 'RECORD_ALTERED',
    message: expect.stringContaining(refusal.fact),
  });
  expect(await requireUnderWay(deps, changeId, plan)).toEqual(refusal);
});

it('what takes away is neither refused nor given back', async () => {
  const { deps, plan } = gate('withdraw', FORGED);
  await requireAuthority(deps, changeId, plan, DEMO_INVENTORY);
  expect(await requireUnderWay(deps, changeId, plan)).toBeNull();
});

it('a push and a recovery ask for the signatures themselves, and do nothing where they do not hold', async () => {
  const { deps, plan } = gate('provision', []);
  const asked: string[] = [];
  const unsigned: ActivityDependencies = {
    ...deps,
    requireSignatures: async ({ when, push }) => {
      asked.push(`${when} ${push.planId}`);
      throw new WaslError('SIGNATURE_MISSING', 'nobody with a key has signed it');
    },
  };
  const refused = { code: 'SIGNATURE_MISSING' };
  await expect(requireAuthority(unsigned, changeId, plan, DEMO_INVENTORY)).rejects.toMatchObject(refused);
  await expect(requireUnderWay(unsigned, changeId, plan)).rejects.toMatchObject(refused);
  expect(asked).toEqual([`push ${plan.id}`, `recovery ${plan.id}`]);
});
