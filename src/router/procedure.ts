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
  if (!capabilities.has(':writable-running')) {
    throw new WaslError('ROUTER_CAPABILITY', `${pe}: the hello offers neither :candidate nor :writable-running`, {
      path: pe,
    });
  }
  if (!capabilities.has(':rollback-on-error')) {
    // RFC 6241 §7.2: without it an edit that is refused leaves in running what came before the refusal.
    const fact = `${pe}: the hello offers :writable-running without :rollback-on-error: a refused edit would stay in part`;
    throw new WaslError('ROUTER_CAPABILITY', fact, { path: pe });
  }
  return 'writable-running-reverse-delta';
}

const SENTENCES: Readonly<Record<Procedure, string>> = {
  'confirmed-commit-persist': 'A pending commit outlives its session and is ended by its persist id or its timer.',
  'confirmed-commit-session': 'A pending commit is undone by the router when its session ends or its timer runs out.',
  'candidate-reverse-delta':
    "NO automatic revert (no confirmed commit): a failed change stays until wasl's counter-change, and where somebody edits meanwhile, until a person acts.",
  'writable-running-reverse-delta':
    "NO automatic revert (no candidate, edits take effect at once): a failed change stays until wasl's counter-change, and where somebody edits meanwhile, until a person acts.",
};

/** Which guarantee the procedure gives, for the approvers of a plan. */
export const describeProcedure = (procedure: Procedure): string => SENTENCES[procedure];
