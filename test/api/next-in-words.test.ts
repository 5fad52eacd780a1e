import { describe, expect, it } from 'vitest';
import type { Principal } from '../../src/api/authentication.ts';
import { nextInWords } from '../../src/api/next-in-words.ts';
import { type DecisionFacts, mayDecide } from '../../src/domain/may-decide.ts';
import type { InterconnectFacts } from '../../src/domain/next-move.ts';
import type { WorkerRecord } from '../../src/domain/worker.ts';
import type { InterconnectRecord } from '../../src/store/store.ts';
import {
  ASKER,
  changeFacts,
  decisionFacts,
  lawChange,
  moveFacts,
  NOW,
  PLAN_DIGEST,
  PLANNER,
  planApproval,
  REQUESTER,
  SIGNATORY,
  signature,
} from '../domain/agreement-samples.ts';
import { acceptedPolicy } from '../support/accepted-policy.ts';

const UNTIL = '2026-11-28T18:54:46Z';
const BEFORE = new Date('2026-11-28T18:54:45Z');
const AFTER = new Date('2026-11-28T18:54:50Z');
const ENGINEER = { roles: ['engineer'] } as unknown as Principal;
const WORKER = { ageMs: 300, draining: false, host: 'wasl-1', pid: 7 } as WorkerRecord;
const ALIVE = { workers: [WORKER], read: null };

function next(facts: Partial<InterconnectFacts>, now: Date): string {
  const record = { id: 'IC-0001', lifecycle: facts.lifecycle } as InterconnectRecord;
  const whole = {
    version: 1,
    validFrom: null,
    validUntil: UNTIL,
    unsigned: [],
    withdrawal: null,
    change: null,
  } as const;
  const law = decisionFacts();
  return nextInWords({ ...ALIVE, record, facts: { ...whole, lifecycle: 'active', ...facts }, law }, ENGINEER, now);
}

describe('what is next when the signed end has come and no workflow has looked yet', () => {
  it.each([
    ['active', {}],
    ['requested', { unsigned: ['MOF'] }],
  ] as const)('of %s, no approval is spoken of', (lifecycle, facts) => {
    const words = `wasl ends it now, without an approval: it was agreed until ${UNTIL}`;
    expect(next({ lifecycle, ...facts }, AFTER)).toBe(words);
    expect(next({ lifecycle, ...facts }, BEFORE)).not.toBe(words);
  });

  it('a withdrawal that was asked for before is approved by the network side', () => {
    const withdrawal = { by: 'sig-moe', reason: 'done' };
    expect(next({ lifecycle: 'active', withdrawal }, BEFORE)).toContain('the network side approves the plan');
    expect(next({ lifecycle: 'active', withdrawal }, AFTER)).not.toContain('approves');
  });
});

describe('what is asked for while a change is at the routers is not lost', () => {
  const applying = (kind: 'provision' | 'withdraw') => ({ change: changeFacts({ kind, phase: 'applying' }) });

  it('the withdrawal is noted', () => {
    const withdrawal = { by: 'sig-moe', reason: 'done' };
    const words = 'wasl is pushing it: provisioning; then it ends: its withdrawal is noted';
    expect(next({ lifecycle: 'requested', withdrawal, ...applying('provision') }, BEFORE)).toBe(words);
    expect(next({ lifecycle: 'active', withdrawal, ...applying('withdraw') }, BEFORE)).toBe(
      'wasl is pushing it: withdrawing',
    );
  });

  it('and so is the end that was signed', () => {
    expect(next({ lifecycle: 'requested', ...applying('provision') }, BEFORE)).toBe('wasl is pushing it: provisioning');
    expect(next({ lifecycle: 'requested', ...applying('provision') }, AFTER)).toBe(
      `wasl is pushing it: provisioning; then it ends: it was agreed until ${UNTIL}`,
    );
  });
});

describe('a command is told to whoever may use it, and to nobody who is then refused', () => {
  const asViewer = (person: string, entity: string | null): Principal =>
    ({ person, entity, roles: [entity === null ? 'engineer' : 'party-approver'] }) as unknown as Principal;
  const say = (law: DecisionFacts, facts: Partial<InterconnectFacts>, person: string, entity: string | null = null) => {
    const record = { id: 'IC-0001', lifecycle: law.lifecycle } as InterconnectRecord;
    const whole = moveFacts({ lifecycle: law.lifecycle, ...facts });
    return nextInWords({ ...ALIVE, record, facts: whole, law }, asViewer(person, entity), NOW);
  };
  const planned = (more: Partial<DecisionFacts> = {}) =>
    decisionFacts({
      change: lawChange({ phase: 'planned', applyUntil: null }),
      approvals: [signature('MOH'), signature('MOF')],
      ...more,
    });
  const onPlan = (law: DecisionFacts, person: string) =>
    say(law, { change: changeFacts({ phase: 'planned' }) }, person);
  const half = (more: Partial<DecisionFacts> = {}) =>
    decisionFacts({ change: null, plan: null, approvals: [signature('MOH')], ...more });
  const onRequest = (law: DecisionFacts, person: string) => say(law, { unsigned: ['MOF'] }, person, 'MOF');

  it.each([ASKER, PLANNER, REQUESTER, SIGNATORY.MOF, 'engineer-3'])('the plan, to %s', (person) => {
    const law = planned();
    const decision = { verb: 'approve-plan', person, planId: 'IC-0001-C1-P1', digest: PLAN_DIGEST } as const;
    const refusal = mayDecide({ ...decision, decision: 'approve' }, law, NOW);
    const told = onPlan(law, person);
    expect(told).toBe(
      refusal === null
        ? 'wasl plan show IC-0001-C1-P1, then wasl approve IC-0001-C1-P1'
        : `waits for approval of the plan by the network side; not yours: ${refusal.fact}`,
    );
    expect(told.includes('then wasl approve')).toBe(person === 'engineer-3');
  });

  it('the plan, to whoever has rejected this very one, and on a record that was altered', () => {
    const rejected = planApproval({ person: 'engineer-3' as never, decision: 'reject' });
    expect(onPlan(planned({ approvals: [rejected] }), 'engineer-3')).toContain('engineer-3 has already decided');
    const altered = [{ path: 'interconnects.request', fact: 'the purpose is not what was asked' }];
    expect(onPlan(planned({ altered }), 'engineer-3')).toContain('not yours: the purpose is not what was asked');
  });

  it('a signatory who has to accept the policy first is told both commands, and nobody that what is not in force can be signed', () => {
    const policy = acceptedPolicy(['MOH']);
    expect(onRequest(half({ policy }), 'mof-signatory-2')).toBe(
      'read the policy (wasl policy text 2026-1), then wasl policy accept 2026-1, then wasl approve IC-0001',
    );
    expect(onRequest(half({ policy: { ...policy, published: [] } }), 'mof-signatory-2')).toBe(
      'waits for signature of MOF: the communication policy 2026-1 is not in force, and none is',
    );
    expect(onPlan(planned({ policy }), 'engineer-3')).toContain('not yours: MOF has not accepted');
  });

  it('an end that the ledger does not know is none, and withdrawing it again is not refused as one', () => {
    const altered = [{ path: 'agreement', fact: 'IC-0001 is active by the ledger, not withdrawn' }];
    const law = decisionFacts({ lifecycle: 'withdrawn', change: null, plan: null, altered });
    expect(say(law, {}, 'engineer-3')).toBe(
      'find out who wrote to the database, and read the routers: IC-0001 is active by the ledger, not withdrawn',
    );
    expect(say(law, {}, SIGNATORY.MOF, 'MOF')).not.toContain('by the ledger');
    for (const verb of ['withdraw', 'replan'] as const) {
      const decision = { verb, person: 'engineer-3' } as const;
      expect(mayDecide(decision, law, NOW)).toEqual({ code: 'RECORD_ALTERED', fact: altered[0]?.fact });
      expect(mayDecide(decision, { ...law, altered: [] }, NOW)).toMatchObject({ code: 'LIFECYCLE_STEP' });
    }
    expect(say({ ...law, altered: [] }, {}, 'engineer-3')).toMatch(/^nothing: it is /);
  });

  it('says that a plan asks for something to be accepted by name', () => {
    const plan = { id: 'IC-0001-C1-P1', digest: PLAN_DIGEST, plannedBy: PLANNER, toAccept: ['10.0.0.0/8@MOF'] };
    expect(onPlan(planned({ plan }), 'engineer-3')).toContain(
      'then wasl approve IC-0001-C1-P1 --accept ... for each that it asks to be accepted',
    );
  });

  it('planning again, after what refused it was mended: before, it would only be refused again', () => {
    const change = lawChange({ phase: 'planning', applyUntil: null });
    const law = decisionFacts({ change, plan: null, approvals: [signature('MOH'), signature('MOF')] });
    const refused = { change: changeFacts({ phase: 'planning', isRefused: true }) };
    expect(say(law, refused, 'engineer-3')).toMatch(
      /^mend what wasl status IC-0001 names, then wasl interconnect replan IC-0001; or wasl interconnect withdraw IC-0001/,
    );
  });

  it('the signature, to a signatory who has no other part in it', () => {
    expect(onRequest(half(), SIGNATORY.MOF)).toBe('wasl approve IC-0001');
    for (const person of [REQUESTER, SIGNATORY.MOH])
      expect(onRequest(half(), person)).toMatch(
        /^waits for signature of MOF; not yours: .* of IC-0001$|request for MOH$/,
      );
    const altered = [{ path: 'approvals', fact: 'the signature of moh-signatory is not in the ledger' }];
    expect(onRequest(half({ altered }), SIGNATORY.MOF)).toBe(
      'waits for signature of MOF; not yours: the record of IC-0001 was altered beside wasl',
    );
  });

  it('says nothing against the reader where the record has gone on meanwhile', () => {
    const law = planned({ change: lawChange({ phase: 'approved' }) });
    expect(onPlan(law, 'engineer-3')).toBe('waits for approval of the plan by the network side');
  });
});

describe('what was last found otherwise than agreed', () => {
  const say = (
    alignment: 'drifted' | 'in-sync',
    roles: readonly string[],
    change: InterconnectFacts['change'] = null,
  ) => {
    const record = { id: 'IC-0001', lifecycle: 'active', reason: null } as InterconnectRecord;
    const facts = moveFacts({ lifecycle: 'active', change });
    const viewer = { roles, entity: null } as unknown as Principal;
    return nextInWords({ ...ALIVE, record, facts, law: decisionFacts(), read: { alignment } }, viewer, NOW);
  };

  it('is said in the list, too: whoever is called by the alarm finds its name', () => {
    const words = 'DRIFTED, as wasl status IC-0001 says: mend it on the routers, or withdraw it; in force until';
    expect(say('drifted', ['engineer'])).toContain(words);
    for (const other of [say('in-sync', ['engineer']), say('drifted', ['portal'])]) expect(other).toMatch(/^in force/);
    expect(say('drifted', ['engineer'], changeFacts({ kind: 'withdraw', phase: 'applying' }))).not.toContain('DRIFTED');
  });
});

describe('what wasl does by itself, later', () => {
  const AT = '2026-11-28T13:00:00Z';
  const reason = 'the routers that were read are clean; soh-pe-01 may still carry it: no credential is called old';
  const later = (roles: readonly string[], change: Parameters<typeof changeFacts>[0], lifecycle = 'active') => {
    const record = { id: 'IC-0001', lifecycle, reason } as InterconnectRecord;
    const facts = moveFacts({ lifecycle: record.lifecycle, change: changeFacts(change) });
    return nextInWords(
      { ...ALIVE, record, facts, law: decisionFacts() },
      { roles, entity: null } as unknown as Principal,
      NOW,
    );
  };

  it.each([['engineer'], ['security'], ['auditor'], ['admin']])(
    'a removal that has left a router says which, to %s',
    (role) => {
      expect(later([role], { kind: 'withdraw', retryAt: AT })).toBe(`wasl tries again at ${AT}: ${reason}`);
    },
  );

  it('and to a party when, not where', () => {
    for (const role of ['portal', 'party-approver'])
      expect(later([role], { kind: 'withdraw', retryAt: AT })).toBe(`wasl tries again at ${AT}`);
  });

  it('nothing is tried again before it was tried: the window opens', () => {
    const words = `wasl pushes it at ${AT}, when the approved window opens`;
    expect(later(['engineer'], { phase: 'scheduled', notBefore: AT }, 'requested')).toBe(words);
  });
});

describe('who waits while a worker is lost reads what is being done, and for which router', () => {
  const change = changeFacts({ phase: 'applying' });
  const say = (workers: readonly WorkerRecord[], recovery: string | null, roles: readonly string[] = ['engineer']) => {
    const underWay = { kind: 'provision', phase: 'applying', recovery } as const;
    const record = { id: 'IC-0001', lifecycle: 'requested', reason: null, underWay } as InterconnectRecord;
    const facts = moveFacts({ lifecycle: 'requested', change });
    const viewer = { roles, entity: 'MOH' } as unknown as Principal;
    return nextInWords({ record, facts, law: decisionFacts(), read: null, workers }, viewer, NOW);
  };
  const WAITS = 'waits for nzw-pe-01, 64 s at most: nzw-pe-01 does not answer';

  it.each([
    ['a push', [WORKER], null, 'wasl is pushing it: provisioning'],
    ['a recovery', [WORKER], WAITS, `wasl is ending what was begun at the routers (${WAITS}): provisioning`],
    [
      'nobody there',
      [],
      null,
      'no worker lives; nothing moves until one is started. Then wasl is pushing it: provisioning',
    ],
    [
      'the last one killed',
      [{ ...WORKER, ageMs: 90_000, lastSeenAt: '2026-03-01T08:00:00.000Z' }],
      WAITS,
      `no worker lives: the last one, process 7 at wasl-1, was seen at 2026-03-01T08:00:00.000Z; nothing moves until one is started. Then wasl is ending what was begun at the routers (${WAITS}): provisioning`,
    ],
  ])('%s', (_what, workers, recovery, words) => {
    expect(say(workers, recovery)).toBe(words);
  });

  it('and a party reads no name of a router or of a host', () => {
    expect(say([WORKER], WAITS, ['party-approver'])).toBe('wasl is ending what was begun at the routers: provisioning');
    expect(say([{ ...WORKER, ageMs: 90_000 }], WAITS, ['party-approver'])).toMatch(/^no worker lives; nothing/);
  });
});

it('does not ask for a recovery that was asked for already', () => {
  const change = changeFacts({ phase: 'attention', retryAt: '2026-11-28T19:04:46Z' });
  expect(next({ change }, BEFORE)).toContain('recover');
  expect(next({ change: { ...change, recoverBy: 'engineer-1' } }, BEFORE)).toBe(
    'wasl looks at the routers now: engineer-1 asked',
  );
});
