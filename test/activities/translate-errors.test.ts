import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { describeError, translateError, translateErrors } from '../../src/activities/translate-errors.ts';
import { WaslError } from '../../src/errors.ts';
import { printable } from '../../src/netconf/errors.ts';

const SAID = 'cut \ud83d, NUL \u0000, BiDi \u202e';
const SHOWN = String.raw`cut \ud83d, NUL \u0000, BiDi \u202e`;

describe('what routers, libraries and systems say in an error', () => {
  it('travels to the workflow server as text that it takes', () => {
    const failure = translateError(new WaslError('ROUTER_REFUSED', SAID, { path: `pe1 ${SAID}`, remedy: SAID }));
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({
      message: `pe1 ${SHOWN}: ${SHOWN}`,
      details: [{ remedy: SHOWN, path: `pe1 ${SHOWN}` }],
    });
  });

  it.each([
    new WaslError('ROUTER_REFUSED', SAID),
    ApplicationFailure.create({ type: 'ROUTER_REFUSED', message: SAID, nonRetryable: true }),
    new Error(SAID),
    SAID,
  ])('is recorded as text that people can see: %s', (error) => {
    expect(describeError(error).sentence).toBe(SHOWN);
  });

  it('is cut between characters', () => {
    expect(printable('👍'.repeat(10), 7)).toBe('👍👍👍…');
    expect(printable('👍'.repeat(10), 8)).toBe('👍👍👍👍…');
  });
});

it('a step whose record may be there or not is sent again, as steps are made for it', () => {
  const failure = translateError(new WaslError('RECORD_OUTCOME_UNKNOWN', 'no answer'));
  expect(failure).toMatchObject({ type: 'RECORD_OUTCOME_UNKNOWN', nonRetryable: false });
  expect(describeError(new WaslError('RECORD_OUTCOME_UNKNOWN', 'no answer')).transient).toBe(true);
  expect(describeError(new WaslError('COMMIT_OUTCOME_UNKNOWN', 'no answer')).transient).toBe(false);
});

it('only a defect is logged as one: a receiver that does not answer is none', async () => {
  const logged: unknown[] = [];
  const away = ApplicationFailure.create({ type: 'WEBHOOK_UNDELIVERED', message: 'no answer came' });
  const defect = new TypeError('of nothing');
  const thrown = [away, new WaslError('WEBHOOK_ADDRESS', 'it is here'), defect];
  const steps = thrown.map((error) => () => Promise.reject(error));
  for (const step of Object.values(translateErrors({ ...steps }, (error) => void logged.push(error))))
    await expect((step as () => Promise<never>)()).rejects.toBeInstanceOf(ApplicationFailure);
  expect(logged).toEqual([defect]);
});
