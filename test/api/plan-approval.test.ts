/** An officer's signature under a plan: what the gate at push takes is taken, and what it would not take is refused at once. */
import { beforeAll, expect, it } from 'vitest';
import type { ApiDependencies } from '../../src/api/server-types.ts';
import { signDecision } from '../../src/api/sign-decision.ts';
import type { ChangeKind } from '../../src/domain/change-kinds.ts';
import type { InterconnectId, PersonId, PlanId } from '../../src/domain/names.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { SignedDocument } from '../../src/domain/signed-document.ts';
import { composeStatement, planStatement } from '../../src/domain/statement.ts';
import { WaslError } from '../../src/errors.ts';
import { digestPlan } from '../../src/plan/digest.ts';
import {
  createDevelopmentAuthority,
  type DevelopmentAuthority,
  type SignatureMeans,
} from '../../src/signatures/index.ts';
import type { SignedDecisionText } from '../../src/store/signed-rows.ts';
import { decisionFacts, lawChange } from '../domain/agreement-samples.ts';
import { meansOf, signAs } from '../support/signing.ts';

const HOUR_MS = 3_600_000;
const INSTALLATION = 'backbone-1';
const ID = 'IC-0001' as InterconnectId;
const PLAN_ID = 'IC-0001-C1-P1' as PlanId;

let authority: DevelopmentAuthority;
let means: SignatureMeans;
beforeAll(async () => {
  authority = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => new Date() });
  means = meansOf(authority);
});

const planOf = (kind: ChangeKind, notBefore: string | null = null) =>
  ({ id: PLAN_ID, interconnectId: ID, kind, window: { notBefore } }) as unknown as Plan;

/** As one of the officers signs it, so many hours ago; no authority was asked for anything. */
async function signedBy(of: Plan, hoursAgo = 0, by = authority): Promise<SignedDocument> {
  const at = new Date(Date.now() - hoursAgo * HOUR_MS);
  const statement = planStatement({ id: of.id, digest: digestPlan(of) });
  const nonce = 'a-nonce-of-tests-is-none';
  const document = composeStatement(statement, { installation: INSTALLATION, seals: true, preparedAt: at, nonce });
  return signAs(by, 'officer-1', document, at);
}

function bring(plan: Plan, given: SignedDocument | null, signatures: SignatureMeans | null = means) {
  const digest = digestPlan(plan);
  const facts = decisionFacts({
    lifecycle: plan.kind === 'withdraw' ? 'active' : 'requested',
    change: lawChange({ kind: plan.kind, phase: 'planned' }),
    plan: { id: PLAN_ID, digest, plannedBy: 'engineer-planner' },
    validUntil: '2099-01-01T00:00:00Z',
  });
  const store = {
    readDecisionFacts: async () => facts,
    readPlan: async () => plan,
    readInstallation: async () => INSTALLATION,
  } as unknown as ApiDependencies['store'];
  const person = 'officer-1' as PersonId;
  const decision = {
    verb: 'approve-plan',
    person,
    planId: PLAN_ID,
    digest,
    decision: 'approve',
    reason: null,
  } as const;
  return signDecision({ store, signatures, clock: () => new Date() }, { id: ID, entity: null }, decision, given);
}

const away: SignatureMeans['ask'] = () => async () => {
  throw new WaslError('SIGNATURE_SOURCE', 'the authority is away');
};
const broken = () => {
  throw new WaslError('TRUST_INVALID', 'the file is cut off');
};

it('is refused beyond the window that the gate counts from it, with what to do; before its start it waits', async () => {
  const plan = planOf('provision');
  const { signed } = (await bring(plan, await signedBy(plan, 3))) as { signed: SignedDecisionText };
  expect(Date.parse(signed.signedAt ?? '')).toBeLessThan(Date.now() - 2 * HOUR_MS);
  await expect(bring(plan, await signedBy(plan, 5))).rejects.toMatchObject({
    code: 'SIGNATURE_REFUSED',
    message: expect.stringMatching(/its window ended at/),
    remedy: expect.stringMatching(/4 hours from its signature: sign it anew.* wasl approve IC-0001-C1-P1/),
  });
  const tomorrow = planOf('provision', new Date(Date.now() + 24 * HOUR_MS).toISOString());
  await bring(tomorrow, await signedBy(tomorrow, 5));
  const removal = planOf('withdraw');
  await bring(removal, await signedBy(removal, 5));
});

it('of a removal waits for no authority, and for no trust file; what does not hold is refused all the same', async () => {
  const plan = planOf('withdraw');
  const given = await signedBy(plan);
  for (const [by, unproven] of [
    [{ ...means, ask: away }, /away/],
    [{ ...means, trust: broken }, /cut off/],
    [null, /no trust configuration/],
  ] as const)
    expect(await bring(plan, given, by)).toMatchObject({ signed: { unproven: expect.stringMatching(unproven) } });
  // Where nobody is believed nothing can be signed either: then it is the word of a token, for a worker of the same kind.
  for (const by of [{ ...means, trust: broken }, null])
    expect(await bring(plan, null, by)).toMatchObject({ decision: 'approve', signed: null });
  await expect(bring(plan, null)).rejects.toMatchObject({ code: 'SIGNATURE_MISSING' });
  const forger = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => new Date() });
  const forged = await signedBy(plan, 0, forger);
  const other = await signedBy(planOf('withdraw', '2098-01-01T00:00:00Z'));
  for (const bad of [forged, other])
    await expect(bring(plan, bad, { ...means, ask: away })).rejects.toMatchObject({ code: 'SIGNATURE_REFUSED' });
});

it('of what opens waits for all of it', async () => {
  const plan = planOf('provision');
  const given = await signedBy(plan);
  await expect(bring(plan, given, { ...means, ask: away })).rejects.toMatchObject({ code: 'SIGNATURE_SOURCE' });
  await expect(bring(plan, given, { ...means, trust: broken })).rejects.toMatchObject({ code: 'TRUST_INVALID' });
  await expect(bring(plan, given, null)).rejects.toMatchObject({ code: 'CONFIGURATION' });
});
