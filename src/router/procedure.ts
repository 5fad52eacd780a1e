import type { Procedure } from '../domain/plan.ts';
import { WaslError } from '../errors.ts';
import type { Capabilities } from '../netconf/index.ts';

/** The best procedure that the server's hello allows. ROUTER_CAPABILITY where it can take part in no transaction. */
export function chooseProcedure(capabilities: Capabilities, pe: string): Procedure {
  if (capabilities.has(':candidate')) {
    if (capabilities.confirmedCommit === '1.1') return 'confirmed-commit-persist';
    if (capabilities.confirmedCommit === '1.0') return 'confirmed-commit-session';
    return 'candidate-reverse-delta';
  }
  if (capabilities.has(':writable-running')) return 'writable-running-reverse-delta';
  throw new WaslError('ROUTER_CAPABILITY', `${pe}: the hello offers neither :candidate nor :writable-running`, {
    path: pe,
  });
}

const SENTENCES: Readonly<Record<Procedure, string>> = {
  'confirmed-commit-persist': 'A pending commit outlives its session and is ended by its persist id or its timer.',
  'confirmed-commit-session': 'A pending commit is undone by the router when its session ends or its timer runs out.',
  'candidate-reverse-delta': 'No confirmed commit: a failed change is undone by a counter-change.',
  'writable-running-reverse-delta':
    'No candidate: edits take effect at once and a failed change is undone by a counter-change.',
};

/** Which guarantee the procedure gives, for the approvers of a plan. */
export const describeProcedure = (procedure: Procedure): string => SENTENCES[procedure];
