import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/domain/canonical-json.ts';
import type { EntityId, PersonId } from '../../src/domain/names.ts';
import {
  digestPolicy,
  graceEnd,
  isCurrentPolicy,
  type PolicyAcceptance,
  type PolicyTerms,
  type PublishedPolicy,
  policyInForce,
  policyStanding,
  policyVersionSchema,
} from '../../src/domain/policy.ts';
import { refuseAcceptance, refuseAgreedPolicy, refusePolicy, refusePublication } from '../../src/domain/policy-law.ts';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00Z');
const day = (number: number) => new Date(START + number * DAY_MS);
const policy = (version: string, fromDay: number, graceDays = 30): PublishedPolicy => ({
  ...{ version, graceDays, inForceFrom: day(fromDay).toISOString(), digest: digestOf(version) },
});
const accepted = (version: string, entity = 'MOH'): PolicyAcceptance => ({
  ...{ entity: entity as EntityId, version, digest: digestOf(version) },
  person: `${entity}-signatory` as PersonId,
  acceptedAt: day(0).toISOString(),
});
const ONE = policy('1', 0);
const TWO = policy('2', 100);
const THREE = policy('3', 120);

describe('where an entity stands', () => {
  const standing = (published: PublishedPolicy[], acceptances: PolicyAcceptance[], atDay: number) =>
    policyStanding('MOH', { published, acceptances }, day(atDay));

  it.each([
    ['no policy at all', [], [], 0, 'missing', null],
    ['a policy that has not begun', [TWO], [accepted('2')], 99, 'missing', null],
    ['it never accepted any: no grace', [ONE, TWO], [], 101, 'missing', null],
    ['what is in force', [ONE], [accepted('1')], 50, 'accepted', null],
    ['a version to come, accepted or not, changes nothing yet', [ONE, TWO], [accepted('1')], 99, 'accepted', null],
    ['grace', [ONE, TWO], [accepted('1')], 100, 'grace', day(130).toISOString()],
    ['the last moment of grace', [ONE, TWO], [accepted('1')], 129.999, 'grace', day(130).toISOString()],
    ['grace is over', [ONE, TWO], [accepted('1')], 130, 'missing', day(130).toISOString()],
    ['accepted before it began', [ONE, TWO], [accepted('1'), accepted('2')], 100, 'accepted', null],
    ['only the newer one', [ONE, TWO], [accepted('2')], 101, 'accepted', null],
    [
      'another version does not lengthen the grace of the one before',
      [ONE, TWO, THREE],
      [accepted('1')],
      131,
      'missing',
      day(130).toISOString(),
    ],
    ["another entity's acceptance", [ONE], [accepted('1', 'MOF')], 50, 'missing', null],
    [
      'an acceptance of other terms of the same name',
      [ONE],
      [{ ...accepted('1'), digest: digestOf('other') }],
      50,
      'missing',
      null,
    ],
  ] as const)('%s', (_what, published, acceptances, atDay, word, until) => {
    expect(standing([...published], [...acceptances], atDay)).toEqual({ word, until });
  });

  it('does not depend on the order in which versions are listed, and once missing stays so until something is accepted', () => {
    const versions = fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        versions,
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 0, max: 60 }),
        (days, which, graceDays) => {
          const published = days.map((from, index) => policy(String(index), from, graceDays));
          const acceptances = [accepted(String(which % days.length))];
          let wasGrace = false;
          for (let at = 0; at <= 500; at += 10) {
            const now = policyStanding('MOH', { published, acceptances }, day(at)).word;
            expect(policyStanding('MOH', { published: [...published].reverse(), acceptances }, day(at)).word).toBe(now);
            if (now === 'grace') wasGrace = true;
            if (wasGrace) expect(now).not.toBe('accepted');
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

it('the version in force is the newest that has begun', () => {
  expect(policyInForce([TWO, ONE], day(99))?.version).toBe('1');
  expect(policyInForce([TWO, ONE], day(100))?.version).toBe('2');
  expect(policyInForce([TWO], day(1))).toBeNull();
  expect(graceEnd(TWO)).toBe(day(130).toISOString());
});

it('a request names the version in force, or the one before it while its grace runs', () => {
  const at = (version: string, atDay: number) => isCurrentPolicy(version, [ONE, TWO, THREE], day(atDay));
  expect([at('1', 50), at('2', 50), at('1', 101), at('2', 101)]).toEqual([true, false, true, true]);
  expect([at('1', 125), at('2', 125), at('3', 125), at('2', 151), at('9', 125)]).toEqual([
    ...[false, true, true],
    ...[false, false],
  ]);
  expect(refuseAgreedPolicy({ agreed: '1', published: [ONE, TWO], acceptances: [] }, day(140))).toMatchObject({
    code: 'POLICY_NOT_IN_FORCE',
    fact: 'the communication policy 1 is not in force, but 2 is',
  });
});

it('what is refused says who has to accept what', () => {
  const facts = { agreed: '1', published: [ONE, TWO], acceptances: [accepted('2'), accepted('1', 'MOF')] };
  expect(refusePolicy(['MOH', 'MOF'], facts, day(101))).toBeNull();
  expect(refusePolicy(['MOH', 'MOF'], facts, day(131))).toEqual({
    code: 'POLICY_NOT_ACCEPTED',
    fact: `MOF has not accepted the communication policy 2; what it accepted before ended with its grace at ${day(130).toISOString()}`,
    remedy: 'A signatory of MOF reads it and accepts it: wasl policy accept 2',
  });
  expect(refusePolicy(['MOH'], { ...facts, published: [] }, day(1))?.code).toBe('POLICY_NOT_IN_FORCE');
});

it('nobody who never accepted any gets grace by a version whose time has passed', () => {
  const facts = { published: [ONE, TWO, THREE], acceptances: [] };
  const refuse = (version: string, atDay: number) =>
    refuseAcceptance({ version, entity: 'MOH', person: 'p' }, facts, day(atDay));
  expect([refuse('1', 99), refuse('2', 99), refuse('2', 100), refuse('3', 101)]).toEqual([null, null, null, null]);
  expect(refuse('1', 100)).toEqual({
    code: 'POLICY_NOT_IN_FORCE',
    fact: 'the communication policy 1 was in force before 2',
    remedy: 'Read and accept that one: wasl policy accept 2',
  });
  expect(refuse('2', 120)?.code).toBe('POLICY_NOT_IN_FORCE');
});

it('a version has a name that an address can hold', () => {
  const isName = (text: string) => policyVersionSchema.safeParse(text).success;
  expect(['2026-1', 'v2.0', '_1', '1'.repeat(40)].map(isName)).toEqual([true, true, true, true]);
  expect(['.', '..', '-1', '', '1'.repeat(41), 'a/b', '1\n'].map(isName)).toEqual(Array(7).fill(false));
});

describe('publication', () => {
  const terms = { version: '2', inForceFrom: TWO.inForceFrom, graceDays: 30, renditions: [] };
  const proposed = { ...terms, digest: 'sha256:terms', proposedBy: 'admin-1', publishedBy: null };
  const publish = (more: object = {}, published = [ONE], atDay = 50, digest = 'sha256:terms', by = 'admin-2') =>
    refusal(more, published, atDay, digest, by)?.code ?? null;
  const refusal = (more: object, published: PublishedPolicy[], atDay: number, digest: string, by: string) =>
    refusePublication({ policy: { ...proposed, ...more }, digest, by }, published, day(atDay));

  it('a refusal says who can do what about a policy, and nothing of plans and parties', () => {
    expect(refusal({}, [ONE], 50, 'sha256:terms', 'admin-1')?.remedy).toBe(
      'Another admin or a security officer must publish it.',
    );
    expect(refusal({}, [ONE], 50, 'sha256:other', 'admin-2')?.remedy).toBe(
      'Read it again and publish what you have read: wasl policy show 2',
    );
    expect(refuseAgreedPolicy({ agreed: '1', published: [], acceptances: [] }, day(1))).toEqual({
      code: 'POLICY_NOT_IN_FORCE',
      fact: 'the communication policy 1 is not in force, and none is',
      remedy: 'An admin proposes one (`wasl policy propose`), and another publishes it.',
    });
  });

  it('takes two persons, the very terms, and a time to come after what is in force', () => {
    expect(publish()).toBeNull();
    expect(publish({}, [ONE], 50, 'sha256:terms', 'admin-1')).toBe('APPROVAL_SELF');
    expect(publish({}, [ONE], 50, 'sha256:other')).toBe('APPROVAL_DIGEST');
    expect(publish({ publishedBy: 'admin-3' })).toBe('POLICY_CONFLICT');
    expect(publish({}, [ONE], 101)).toBe('POLICY_CONFLICT');
    expect(publish({}, [ONE, THREE])).toBe('POLICY_CONFLICT');
    // A slip in the year would keep every other version out until then.
    const farAhead = policy('2', 50 + 732).inForceFrom;
    expect(refusal({ inForceFrom: farAhead }, [ONE], 50, 'sha256:terms', 'admin-2')).toEqual({
      code: 'POLICY_CONFLICT',
      fact: `the policy 2 would be in force from ${farAhead}, more than two years ahead`,
      remedy: 'Check the year; propose it when its time is nearer.',
    });
    expect(publish({ inForceFrom: policy('2', 50 + 731).inForceFrom })).toBeNull();
    expect(publish({ inForceFrom: farAhead }, [])).toBe('POLICY_CONFLICT');
    // The first one may have been in force before this program came.
    expect(publish({}, [], 300)).toBeNull();
  });
});

it('the digest is over the texts, their kinds, the version and its times, and nothing else', () => {
  const text = (language: 'ar' | 'en') => ({
    ...{ language, mediaType: 'text/plain' as const, sha256: digestOf(language), bytes: 3 },
  });
  const terms: PolicyTerms = {
    ...{ version: '1', inForceFrom: day(0).toISOString(), graceDays: 1, renditions: [text('ar'), text('en')] },
  };
  const digest = digestPolicy(terms);
  expect(digestPolicy({ ...terms, extra: 1 } as PolicyTerms)).toBe(digest);
  for (const other of [
    { ...terms, version: '2' },
    { ...terms, graceDays: 2 },
    { ...terms, inForceFrom: day(1).toISOString() },
    { ...terms, renditions: [text('ar')] },
    { ...terms, renditions: [text('ar'), { ...text('en'), sha256: digestOf('other') }] },
    { ...terms, renditions: [text('ar'), { ...text('en'), mediaType: 'application/pdf' as const }] },
  ]) {
    expect(digestPolicy(other)).not.toBe(digest);
  }
});
