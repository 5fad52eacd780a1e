/** Proofs that were recorded, made again without a server. */
import { digestOfText } from '../domain/canonical-json.ts';
import { type CheckedAudit, checkAuditRecord } from './audit-record.ts';
import { type CheckedPlan, checkPlanRecord } from './plan-record.ts';

export type CheckedRecord =
  | ({ readonly proof: 'audit' } & CheckedAudit)
  | ({ readonly proof: 'plan' } & CheckedPlan)
  | { readonly proof: null; readonly digest: string; readonly faults: readonly string[] };

/** Of what is no record a fault, and never an error. */
export function checkRecord(text: string): CheckedRecord {
  const unknown = (fault: string) => ({ proof: null, digest: digestOfText(text), faults: [fault] });
  let record: { readonly proof?: unknown } | null;
  try {
    record = JSON.parse(text);
  } catch {
    return unknown('it is no JSON document');
  }
  if (record?.proof === 'wasl audit') return { proof: 'audit', ...checkAuditRecord(record, text) };
  if (record?.proof === 'wasl plan') return { proof: 'plan', ...checkPlanRecord(record, text) };
  return unknown('it is no proof that this release knows');
}
