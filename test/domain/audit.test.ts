import { expect, it } from 'vitest';
import { describeOverdueAudit } from '../../src/domain/audit.ts';

const at = (hour: number, by = 'wasl') => ({ at: new Date(Date.UTC(2026, 2, 1, hour)).toISOString(), by });
const now = (hour: number) => new Date(Date.UTC(2026, 2, 1, hour));

it.each([
  ['one of six hours is on time', [at(12), at(6), at(0)], 18, false],
  ['one that was missed twice', [at(12), at(6), at(0)], 29, false],
  ['one that does not run', [at(12), at(6)], 30, true],
  ['one that does not run while people ask', [at(29, 'auditor-1'), at(12), at(6)], 30, false],
  ['people asked, and stopped', [at(13, 'auditor-1'), at(12), at(6)], 31, true],
  ['the first one', [at(0)], 400, false],
  ['none', [], 400, false],
] as const)('the schedule of audits: %s', (_what, audits, hour, isSaid) => {
  const said = describeOverdueAudit(audits, now(hour));
  expect(said === null).toBe(!isSaid);
  if (isSaid) expect(said).toContain(audits[0]?.at);
});

it('one of some minutes is not said within the hour', () => {
  const minutes = (count: number) => ({ at: new Date(Date.UTC(2026, 2, 1, 0, count)).toISOString(), by: 'wasl' });
  expect(describeOverdueAudit([minutes(10), minutes(5)], new Date(Date.UTC(2026, 2, 1, 1, 9)))).toBeNull();
  expect(describeOverdueAudit([minutes(10), minutes(5)], new Date(Date.UTC(2026, 2, 1, 1, 10)))).not.toBeNull();
});
