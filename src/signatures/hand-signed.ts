import type { Statement } from '../domain/statement.ts';
import type { Trust } from './trust.ts';
import type { StatementReport } from './verify-statement.ts';

/**
 * What a scanned form is worth for a statement: nothing, unless the trust file names party, terms and the very bytes. null: there is no form.
 * Whoever writes the record can name no form that a worker takes.
 */
export function judgeHandSigned(trust: Trust, statement: Statement, form: string | null): StatementReport | null {
  if (form === null) return null;
  const { kind, party, subject } = statement;
  const isTaken =
    kind === 'policy-acceptance' &&
    trust.handSigned.some((each) => each.party === party && each.accepts === subject.digest && each.form === form);
  const told = isTaken
    ? ({ verdict: 'pass', reason: 'it is a form signed by hand, which the trust file takes: the weaker kind' } as const)
    : ({
        verdict: 'fail',
        reason: `it is a form signed by hand (${form}), which the trust file does not take`,
      } as const);
  const nothing = { subIndication: null, certificates: [], entries: [] } as const;
  return { ...told, ...nothing, provenAt: null, signedAt: null, preparedAt: null };
}
