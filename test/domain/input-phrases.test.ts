import { expect, it } from 'vitest';
import { z } from 'zod';
import { listInputIssues } from '../../src/domain/input-issues.ts';
import { vpnIdSchema } from '../../src/domain/names.ts';
import { prefixSchema } from '../../src/domain/prefix.ts';

it('a value that may be a name or a prefix is told both forms', () => {
  const schema = z.strictObject({ to: z.union([vpnIdSchema, prefixSchema]) });
  const input = { to: 'mof' };
  const { error } = schema.safeParse(input);
  expect(error && listInputIssues(error, input)).toMatchObject([
    { path: ['to'], fact: '"mof" is not 2–24 capitals, digits or hyphens or a prefix' },
  ]);
});
