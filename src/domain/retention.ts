/** How long what persons wrote and signed is kept, by the schedule of an authority; and what is due by it. */
import { z } from 'zod';
import { type Digest, digestOf } from './canonical-json.ts';
import { freeText } from './free-text.ts';
import type { PersonId } from './names.ts';
import type { RecordKind, RecordName } from './sealed-text.ts';

/** A century. */
const DAYS_MAX = 36_525;
const DAY_MS = 86_400_000;
const REFERENCE_BOUNDS = { min: 2, max: 200 };

/** When the period of each kind of record begins. */
export const PERIOD_BEGINS = {
  /** The agreement is withdrawn, rejected or expired, and no change of it is open. */
  interconnect: 'ended',
  /** A later version of the policy is in force, its grace is over, and no agreement that lives names the one that was accepted. */
  'policy-acceptance': 'superseded',
} as const satisfies Record<RecordKind, string>;

const ruleSchema = z.discriminatedUnion('record', [
  z.strictObject({ record: z.literal('interconnect'), begins: z.literal('ended'), ...period() }),
  z.strictObject({ record: z.literal('policy-acceptance'), begins: z.literal('superseded'), ...period() }),
]);

function period() {
  return {
    days: z.number().int().min(1).max(DAYS_MAX),
    /** The class of the records in the authority's schedule. */
    reference: freeText(REFERENCE_BOUNDS),
  };
}

export const retentionScheduleSchema = z
  .strictObject({
    /** Who approved the periods, and under which number. */
    authority: freeText(REFERENCE_BOUNDS),
    rules: z.array(ruleSchema).min(1),
  })
  .refine(({ rules }) => new Set(rules.map(({ record }) => record)).size === rules.length, {
    path: ['rules'],
    params: { fact: 'a kind of record has two rules', remedy: 'Give each kind of record one.' },
  });

export type RetentionSchedule = z.output<typeof retentionScheduleSchema>;
export type RetentionState = 'proposed' | 'authorised' | 'refused' | 'erased';

/** What is kept of a person in one record. */
export interface KeptRecord extends RecordName {
  readonly keyId: string;
  readonly subject: PersonId;
  /** ISO 8601 with zone; null: the period has not begun. */
  readonly beganAt: string | null;
  /** Why it has not; null: it has. */
  readonly needed: string | null;
  /** The reference of a legal hold; null: there is none. */
  readonly held: string | null;
}

/** One line of a proposal. */
export interface DueRecord extends RecordName {
  readonly keyId: string;
  readonly subject: PersonId;
  readonly beganAt: string;
  readonly dueAt: string;
  /** The class of the schedule. */
  readonly reference: string;
}

export interface KeptBack extends RecordName {
  readonly subject: PersonId;
  readonly why: string;
}

/** `due`: the period is over and nothing speaks against it. `keptBack`: all others, and why. In the order given. */
export function judgeRetention(
  { rules }: RetentionSchedule,
  kept: readonly KeptRecord[],
  now: Date,
): { readonly due: DueRecord[]; readonly keptBack: KeptBack[] } {
  const due: DueRecord[] = [];
  const keptBack: KeptBack[] = [];
  for (const { keyId, subject, kind, id, beganAt, needed, held } of kept) {
    const rule = rules.find(({ record }) => record === kind);
    const back = (why: string) => void keptBack.push({ subject, kind, id, why });
    if (needed !== null || beganAt === null) back(needed ?? 'its period has not begun');
    else if (rule === undefined) back('the schedule has no rule for it');
    else {
      const dueAt = new Date(Date.parse(beganAt) + rule.days * DAY_MS);
      if (dueAt > now) back(`its period ends at ${dueAt.toISOString()}`);
      else if (held !== null) back(`a legal hold stands on it: ${held}`);
      else {
        due.push({ keyId, subject, kind, id, beganAt, dueAt: dueAt.toISOString(), reference: rule.reference });
      }
    }
  }
  return { due, keptBack };
}

export const digestSchedule = (schedule: RetentionSchedule): Digest => digestOf(schedule);

/** What is authorised: this list, by this schedule. */
export const digestProposal = (records: readonly DueRecord[], scheduleDigest: Digest): Digest =>
  digestOf({ records, scheduleDigest });

const KIND_OF: readonly (readonly [RegExp, RecordKind])[] = [
  [/^IC-\d{4,9}$/, 'interconnect'],
  [/^[\w.-]{1,40}\/[A-Z][A-Z0-9-]{1,15}$/, 'policy-acceptance'],
];

/** `IC-0001`, or the version of a policy and an entity as `2026-1/MOH`; null: no record is named so. */
export function recordNamed(id: string): RecordName | null {
  const kind = KIND_OF.find(([form]) => form.test(id))?.[1];
  return kind === undefined ? null : { kind, id };
}

/** Why somebody is shown what is kept of a person: a closed list, recorded with who asked. */
export const PURPOSES = ['subject-request', 'audit', 'investigation', 'court-order'] as const;
export type Purpose = (typeof PURPOSES)[number];
