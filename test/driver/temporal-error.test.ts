import { NamespaceNotFoundError } from '@temporalio/client';
import { expect, it } from 'vitest';
import { translateTemporalError } from '../../src/driver/temporal-error.ts';

it('a namespace that nobody created is nothing to report: it is named, and what mends it', () => {
  for (const error of [
    new NamespaceNotFoundError('nobody'),
    new Error('failed', { cause: new NamespaceNotFoundError('nobody') }),
  ]) {
    expect(translateTemporalError(error)).toMatchObject({
      code: 'TEMPORAL_UNAVAILABLE',
      message: 'the workflow server has no namespace of this name',
      remedy: expect.stringContaining('TEMPORAL_NAMESPACE'),
    });
  }
});
