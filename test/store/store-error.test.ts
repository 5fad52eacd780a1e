import { DrizzleQueryError } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { ERRORS, WaslError } from '../../src/errors.ts';
import { type StoreTransaction, transactOn } from '../../src/store/database.ts';
import { SQLSTATES, toRunningStoreError, toStoreError } from '../../src/store/store-error.ts';

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

/** Every class of the manual of Postgres 17, appendix A. */
const CLASSES: Readonly<Record<'away' | 'refused' | 'structure' | 'defect', string>> = {
  away: '08 40 53 54 55 57 58 72 F0 XX',
  refused: '28 3D',
  structure: '3F',
  defect: '00 01 02 03 09 0A 0B 0F 0L 0P 0Z 10 20 21 22 23 24 25 26 27 2B 2D 2F 34 38 39 3B 42 44 HV P0',
};

describe('SQLSTATE', () => {
  const all = Object.entries(CLASSES).flatMap(([is, classes]) => classes.split(' ').map((one) => [one, is] as const));

  test.each(all)('class %s is %s', (one, is) => {
    const expected = {
      away: 'DATABASE_UNAVAILABLE',
      refused: 'CONFIGURATION',
      structure: 'CONFIGURATION',
      defect: 'INTERNAL',
    }[is];
    expect(SQLSTATES[one]?.is).toBe(is);
    for (const code of [`${one}000`, `${one}999`]) expect(toStoreError(failed({ code })).code).toBe(expected);
  });

  test('the table has no other class, and every exception is of one of them', () => {
    const known = new Set(all.map(([one]) => one));
    expect(Object.keys(SQLSTATES).filter((code) => !known.has(code.slice(0, 2)))).toEqual([]);
  });

  test.each([
    ['53100', 'DATABASE_UNAVAILABLE', 'the disk of the database is full (53100)', /Free space on the disk/],
    ['58030', 'DATABASE_UNAVAILABLE', 'the database has trouble with its disk (58030)', /log of the database server/],
    ['55000', 'DATABASE_UNAVAILABLE', 'the database cannot serve this now (55000)', /Try again/],
    ['53300', 'DATABASE_UNAVAILABLE', 'the database takes no more connections (53300)', /max_connections/],
    [
      '28P01',
      'CONFIGURATION',
      'the database does not take the password (28P01)',
      /^Correct the password in DATABASE_URL/,
    ],
    ['3D000', 'CONFIGURATION', 'there is no such database (3D000)', /name of the database/],
    ['42703', 'CONFIGURATION', 'the database refuses wasl (42703)', /of this release/],
  ])('%s says what is wrong and what to do', (code, expected, fact, remedy) => {
    const mapped = toStoreError(failed({ code }));
    expect([mapped.code, mapped.message]).toEqual([expected, fact]);
    expect(mapped.remedy).toMatch(remedy);
  });

  test('a rotated password keeps its remedy when it becomes an outage', () => {
    expect(toRunningStoreError(failed({ code: '28P01' })).remedy).toMatch(/password/);
  });

  test('what the system says is none', () =>
    expect(toStoreError(failed({ code: 'EPIPE' })).code).toBe('DATABASE_UNAVAILABLE'));
});

describe('the answer to a commit', () => {
  const tx = {} as StoreTransaction;
  type Given = Parameters<typeof transactOn>[0];
  const ending = (atAction: Error | null, atCommit: Error | null) => {
    const transaction = async (action: (given: StoreTransaction) => Promise<unknown>) => {
      if (atAction !== null) throw atAction;
      const result = await action(tx);
      if (atCommit !== null) throw atCommit;
      return result;
    };
    return transactOn({ transaction } as Given, async () => 'kept').catch((error: unknown) => toStoreError(error).code);
  };

  test.each([
    [failed({}, 'Connection terminated unexpectedly'), 'RECORD_OUTCOME_UNKNOWN'],
    [failed({ code: 'ECONNRESET' }), 'RECORD_OUTCOME_UNKNOWN'],
    [failed({}, 'Query read timeout'), 'RECORD_OUTCOME_UNKNOWN'],
    [failed({}, 'Client has encountered a connection error and is not queryable'), 'RECORD_OUTCOME_UNKNOWN'],
    [failed({ code: '57P01' }), 'RECORD_OUTCOME_UNKNOWN'],
    [failed({ code: '08007' }), 'RECORD_OUTCOME_UNKNOWN'],
    [failed({ code: '40003' }), 'RECORD_OUTCOME_UNKNOWN'],
    [failed({ code: '40001' }), 'DATABASE_UNAVAILABLE'],
    [failed({ code: '53100' }), 'DATABASE_UNAVAILABLE'],
    [failed({ code: '23505' }), 'INTERNAL'],
  ])('%s', async (error, code) => {
    expect(await ending(null, error)).toBe(code);
    expect(await ending(null, null)).toBe('kept');
  });

  test('before it was sent nothing was kept', async () => {
    expect(await ending(failed({ code: 'ECONNRESET' }), null)).toBe('DATABASE_UNAVAILABLE');
  });

  test('it is of the class unknown: nobody is told that nothing changed', () => {
    const lost = new WaslError('RECORD_OUTCOME_UNKNOWN', 'x');
    expect([lost.class, ERRORS.RECORD_OUTCOME_UNKNOWN.remedy]).toEqual([
      'unknown',
      expect.stringMatching(/status.*repeat/),
    ]);
  });
});
