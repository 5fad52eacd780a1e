import { DrizzleQueryError } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { WaslError } from '../../src/errors.ts';
import { toRunningStoreError, toStoreError } from '../../src/store/store-error.ts';

const SQL = 'insert into journal values ($1)';
const failed = (members: Readonly<Record<string, string>>, message = 'duplicate key value (secret-key)') =>
  new DrizzleQueryError(SQL, ['secret-parameter'], Object.assign(new Error(message), members));

describe('what a failure means to the caller', () => {
  test.each([
    [failed({ code: 'ECONNREFUSED' }), 'DATABASE_UNAVAILABLE'],
    [failed({ code: 'ECONNRESET' }), 'DATABASE_UNAVAILABLE'],
    [failed({}, 'Connection terminated unexpectedly'), 'DATABASE_UNAVAILABLE'],
    [new Error('timeout exceeded when trying to connect'), 'DATABASE_UNAVAILABLE'],
    [failed({}, 'Query read timeout'), 'DATABASE_UNAVAILABLE'],
    [new AggregateError([Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })]), 'DATABASE_UNAVAILABLE'],
    [failed({ code: '57P01' }), 'DATABASE_UNAVAILABLE'],
    [failed({ code: '57014' }), 'DATABASE_UNAVAILABLE'],
    [failed({ code: '53300' }), 'DATABASE_UNAVAILABLE'],
    [failed({ code: '40P01' }), 'DATABASE_UNAVAILABLE'],
    [failed({ code: '25006' }), 'DATABASE_UNAVAILABLE'],
    [failed({ code: '28P01' }), 'CONFIGURATION'],
    [failed({ code: '28000' }), 'CONFIGURATION'],
    [failed({ code: '3D000' }), 'CONFIGURATION'],
    [failed({ code: '42P01' }), 'CONFIGURATION'],
    [failed({ code: '23503', constraint: 'journal_change' }), 'CHANGE_UNKNOWN'],
    [failed({ code: '23503', constraint: 'plans_change_id_changes_id_fk' }), 'CHANGE_UNKNOWN'],
    [failed({ code: '23503', constraint: 'approvals_interconnect_id_interconnects_id_fk' }), 'INTERCONNECT_UNKNOWN'],
    [failed({ code: '23514', constraint: 'interconnects_parties_ordered' }), 'REQUEST_PARTIES'],
    [failed({ code: '23505', constraint: 'ledger_previous_hash' }), 'INTERNAL'],
    [new TypeError('a defect'), 'INTERNAL'],
  ])('%s', (error, code) => {
    const mapped = toStoreError(error);
    expect(mapped.code).toBe(code);
    expect(JSON.stringify([mapped.message, mapped.remedy, mapped.path, mapped.details])).not.toMatch(
      /secret|insert into/,
    );
  });
});

test('an error of our own passes unchanged', () => {
  const own = new WaslError('PLAN_UNKNOWN', 'there is no plan');
  expect(toStoreError(own)).toBe(own);
});

describe('where the server let us in before', () => {
  test.each(['28P01', '28000', '3D000', '25006', 'DEPTH_ZERO_SELF_SIGNED_CERT'])('%s is an outage', (code) => {
    expect(toRunningStoreError(failed({ code }))).toMatchObject({ code: 'DATABASE_UNAVAILABLE', class: 'transient' });
  });

  test.each(['42P01', '42501'])('%s stays a fault of the installation', (code) => {
    expect(toRunningStoreError(failed({ code })).code).toBe('CONFIGURATION');
  });

  test('an error of our own passes unchanged', () => {
    const own = new WaslError('CONFIGURATION', 'no such setting');
    expect(toRunningStoreError(own)).toBe(own);
  });
});
