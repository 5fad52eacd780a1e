import type { Prefix } from '../../domain/prefix.ts';
import type { RouteTarget } from '../../domain/route-target.ts';
import type { Condition, PrefixSource, RoutePolicy, Statement } from './rpl.ts';
import { matchesPrefix, type PrefixSet } from './rpl-sets.ts';

/** Deeper `apply` chains are refused by the check before they could run. */
export const APPLY_DEPTH_MAX = 16;

export interface PolicyRepository {
  readonly policies: ReadonlyMap<string, RoutePolicy>;
  readonly prefixSets: ReadonlyMap<string, PrefixSet>;
}

interface Evaluation {
  readonly prefix: Prefix;
  targets: ReadonlySet<RouteTarget>;
  /** Whether something passed or modified the route: without it the route is dropped at the end. */
  hasTicket: boolean;
}

/** The route targets that a route leaves a policy with; null when it is dropped. */
export function evaluatePolicy(
  policyName: string,
  repository: PolicyRepository,
  prefix: Prefix,
  targets: ReadonlySet<RouteTarget>,
): ReadonlySet<RouteTarget> | null {
  const evaluation: Evaluation = { prefix, targets, hasTicket: false };
  const end = runPolicy(policyName, repository, evaluation, 0);
  if (end === 'drop') return null;
  return end === 'done' || evaluation.hasTicket ? evaluation.targets : null;
}

type End = 'next' | 'done' | 'drop';

function runPolicy(name: string, repository: PolicyRepository, evaluation: Evaluation, depth: number): End {
  const policy = repository.policies.get(name);
  if (policy === undefined || depth > APPLY_DEPTH_MAX) return 'drop';
  return runStatements(policy.statements, repository, evaluation, depth);
}

/** A `done` or `drop` in an applied policy ends the whole evaluation, not only that policy. */
function runStatements(
  statements: readonly Statement[],
  repository: PolicyRepository,
  evaluation: Evaluation,
  depth: number,
): End {
  for (const statement of statements) {
    const end = runStatement(statement, repository, evaluation, depth);
    if (end !== 'next') return end;
  }
  return 'next';
}

function runStatement(statement: Statement, repository: PolicyRepository, evaluation: Evaluation, depth: number): End {
  switch (statement.kind) {
    case 'drop':
    case 'done':
      return statement.kind;
    case 'apply':
      return runPolicy(statement.policy, repository, evaluation, depth + 1);
    case 'set-route-targets':
      evaluation.targets = new Set(
        statement.additive ? [...evaluation.targets, ...statement.targets] : statement.targets,
      );
      evaluation.hasTicket = true;
      return 'next';
    case 'pass':
    case 'set-other':
      evaluation.hasTicket = true;
      return 'next';
    case 'if': {
      const branch = statement.branches.find(({ condition }) => holds(condition, repository, evaluation));
      return runStatements(branch?.statements ?? statement.otherwise, repository, evaluation, depth);
    }
  }
}

function holds(condition: Condition, repository: PolicyRepository, evaluation: Evaluation): boolean {
  switch (condition.kind) {
    case 'destination':
      return entriesOf(condition.source, repository).some((entry) => matchesPrefix(entry, evaluation.prefix));
    case 'route-target': {
      const has = (target: RouteTarget): boolean => evaluation.targets.has(target);
      return condition.match === 'any' ? condition.targets.some(has) : condition.targets.every(has);
    }
    case 'not':
      return !holds(condition.condition, repository, evaluation);
    case 'and':
      return condition.conditions.every((part) => holds(part, repository, evaluation));
    case 'or':
      return condition.conditions.some((part) => holds(part, repository, evaluation));
  }
}

function entriesOf(source: PrefixSource, repository: PolicyRepository) {
  return 'entries' in source ? source.entries : (repository.prefixSets.get(source.name)?.entries ?? []);
}

/** Names of the policies and sets that a policy refers to. */
export function referencesOf(policy: RoutePolicy): { readonly policies: string[]; readonly prefixSets: string[] } {
  const policies: string[] = [];
  const prefixSets: string[] = [];
  const visitCondition = (condition: Condition): void => {
    if (condition.kind === 'destination' && 'name' in condition.source) prefixSets.push(condition.source.name);
    if (condition.kind === 'not') visitCondition(condition.condition);
    if (condition.kind === 'and' || condition.kind === 'or') condition.conditions.forEach(visitCondition);
  };
  const visit = (statement: Statement): void => {
    if (statement.kind === 'apply') policies.push(statement.policy);
    if (statement.kind !== 'if') return;
    for (const branch of statement.branches) {
      visitCondition(branch.condition);
      branch.statements.forEach(visit);
    }
    statement.otherwise.forEach(visit);
  };
  policy.statements.forEach(visit);
  return { policies, prefixSets };
}
