import { contains, type Family, type Prefix, parsePrefix } from '../../domain/prefix.ts';
import { parseRouteTarget, type RouteTarget, shortForm } from '../../domain/route-target.ts';
import { childNamed, childrenNamed, type DataNode, descend, leafValue } from '../datastore/tree.ts';

/** A prefix with how much longer a route may be: `exact`, `longer` or `orlonger`. */
interface PrefixFilter {
  readonly prefix: Prefix;
  readonly lengths: string;
}

export interface Term {
  readonly name: string;
  readonly family: Family | null;
  /** Names; any of them. */
  readonly communities: readonly string[];
  readonly prefixes: readonly PrefixFilter[] | null;
  /** VPN routes are BGP routes on import and local ones on export; other protocols never match. */
  readonly protocols: readonly string[];
  readonly actions: readonly { readonly action: string; readonly community: string }[];
  readonly end: 'accept' | 'reject' | 'next-policy' | 'next-term';
}

export interface PolicyOptions {
  readonly policies: ReadonlyMap<string, readonly Term[]>;
  readonly communities: ReadonlyMap<string, readonly Member[]>;
}

/** One member of a community: a target, or a pattern of targets. */
export interface Member {
  /** null for a pattern, which can be matched and not added. */
  readonly target: RouteTarget | null;
  matches(target: RouteTarget): boolean;
}

export interface PolicyRoute {
  readonly prefix: Prefix;
  readonly family: Family;
  readonly protocol: 'bgp' | 'direct';
  readonly targets: ReadonlySet<RouteTarget>;
}

export function readPolicyOptions(tree: DataNode): PolicyOptions {
  const options = descend(tree, 'configuration', 'policy-options');
  const prefixLists = new Map(
    childrenNamed(options, 'prefix-list').map((list) => [
      leafValue(list, 'name') ?? '',
      childrenNamed(list, 'prefix-list-item').map((item) => leafValue(item, 'name') ?? ''),
    ]),
  );
  return {
    policies: new Map(
      childrenNamed(options, 'policy-statement').map((statement) => [
        leafValue(statement, 'name') ?? '',
        readTerms(statement, prefixLists),
      ]),
    ),
    communities: new Map(
      childrenNamed(options, 'community').map((community) => [
        leafValue(community, 'name') ?? '',
        childrenNamed(community, 'members').flatMap((member) => readMember(member.value) ?? []),
      ]),
    ),
  };
}

/** `target:65000:100`; other kinds of community carry no VPN meaning. */
export function readTarget(text: string): RouteTarget | undefined {
  if (!text.startsWith('target:')) return undefined;
  try {
    return parseRouteTarget(text);
  } catch {
    return undefined;
  }
}

/**
 * A member as Junos matches it: wildcards (`target:*:*`) and regular expressions (`target:65000:9.+`) against the whole of a
 * target's text. Undefined for a community of another kind, null for a member that says `target:` and is neither.
 */
export function readMember(text: string): Member | undefined | null {
  const literal = readTarget(text);
  if (literal !== undefined) return { target: literal, matches: (target) => target === literal };
  if (!/[*.[\](){}+?^$|]/.test(text)) return text.startsWith('target:') ? null : undefined;
  try {
    // A field of * alone stands for any.
    const pattern = new RegExp(`^(?:${text.replace(/(^|:)\*(?=:|$)/g, '$1.*')})$`);
    return { target: null, matches: (target) => textsOf(target).some((form) => pattern.test(form)) };
  } catch {
    return null;
  }
}

function textsOf(target: RouteTarget): string[] {
  const short = `target:${shortForm(target)}`;
  return [short, short.replace(/^target:(\d+):/, 'target:$1L:')];
}

function readTerms(statement: DataNode, prefixLists: ReadonlyMap<string, readonly string[]>): Term[] {
  const terms = childrenNamed(statement, 'term').map((term) => readTerm(term, prefixLists));
  // What stands outside of terms is one more term, the last.
  const hasOuter = childNamed(statement, 'from') !== undefined || childNamed(statement, 'then') !== undefined;
  return hasOuter ? [...terms, readTerm(statement, prefixLists)] : terms;
}

function readTerm(node: DataNode, prefixLists: ReadonlyMap<string, readonly string[]>): Term {
  const from = childNamed(node, 'from');
  const then = childNamed(node, 'then');
  const family = leafValue(from, 'family');
  return {
    name: leafValue(node, 'name') ?? '',
    family: family === undefined ? null : family.startsWith('inet6') ? 'ipv6' : 'ipv4',
    communities: childrenNamed(from, 'community').map((community) => community.value),
    prefixes: readPrefixFilters(from, prefixLists),
    protocols: childrenNamed(from, 'protocol').map((protocol) => protocol.value),
    actions: childrenNamed(then, 'community').map((community) => ({
      action: leafValue(community, 'choice-ident') ?? '',
      community: leafValue(community, 'community-name') ?? '',
    })),
    end: readEnd(then),
  };
}

function readEnd(then: DataNode | undefined): Term['end'] {
  if (childNamed(then, 'accept') !== undefined) return 'accept';
  if (childNamed(then, 'reject') !== undefined) return 'reject';
  return leafValue(then, 'next') === 'policy' ? 'next-policy' : 'next-term';
}

function readPrefixFilters(
  from: DataNode | undefined,
  prefixLists: ReadonlyMap<string, readonly string[]>,
): PrefixFilter[] | null {
  const filters = childrenNamed(from, 'route-filter');
  const lists = childrenNamed(from, 'prefix-list');
  const listFilters = childrenNamed(from, 'prefix-list-filter');
  if (filters.length + lists.length + listFilters.length === 0) return null;
  const listed = (name: string | undefined, lengths: string): PrefixFilter[] =>
    (prefixLists.get(name ?? '') ?? []).map((text) => ({ prefix: parsePrefix(text), lengths }));
  return [
    ...filters.map((filter) => ({
      prefix: parsePrefix(leafValue(filter, 'address') ?? ''),
      lengths: leafValue(filter, 'choice-ident') ?? 'exact',
    })),
    // A prefix-list in a policy matches exactly.
    ...lists.flatMap((list) => listed(leafValue(list, 'name'), 'exact')),
    ...listFilters.flatMap((filter) =>
      listed(leafValue(filter, 'list_name'), leafValue(filter, 'choice-ident') ?? 'exact'),
    ),
  ];
}

/** The route targets a route leaves a chain of policies with, and whether the chain accepts it; `fallback` where no term decides. */
export function evaluateChain(
  names: readonly string[],
  options: PolicyOptions,
  route: PolicyRoute,
  fallback: 'accept' | 'reject',
): ReadonlySet<RouteTarget> | null {
  let targets = route.targets;
  for (const name of names) {
    const result = evaluatePolicy(options.policies.get(name) ?? [], options, { ...route, targets });
    targets = result.targets;
    if (result.end === 'accept') return targets;
    if (result.end === 'reject') return null;
  }
  return fallback === 'accept' ? targets : null;
}

function evaluatePolicy(terms: readonly Term[], options: PolicyOptions, route: PolicyRoute) {
  let { targets } = route;
  for (const term of terms) {
    if (!matches(term, options, { ...route, targets })) continue;
    for (const { action, community } of term.actions) {
      const members = options.communities.get(community) ?? [];
      const literals = members.flatMap(({ target }) => target ?? []);
      if (action === 'add') targets = new Set([...targets, ...literals]);
      else if (action === 'set') targets = new Set(literals);
      else targets = new Set([...targets].filter((target) => !members.some((member) => member.matches(target))));
    }
    if (term.end !== 'next-term') return { targets, end: term.end };
  }
  return { targets, end: 'next-policy' as const };
}

function matches(term: Term, options: PolicyOptions, route: PolicyRoute): boolean {
  if (term.family !== null && term.family !== route.family) return false;
  if (term.protocols.length > 0 && !term.protocols.includes(route.protocol)) return false;
  if (term.prefixes !== null && !term.prefixes.some((filter) => matchesFilter(filter, route.prefix))) return false;
  if (term.communities.length === 0) return true;
  // Any of the communities; of one community all members.
  return term.communities.some((name) => {
    const members = options.communities.get(name) ?? [];
    return members.length > 0 && members.every((member) => [...route.targets].some((target) => member.matches(target)));
  });
}

function matchesFilter({ prefix, lengths }: PrefixFilter, route: Prefix): boolean {
  if (lengths === 'exact') return prefix === route;
  return contains(prefix, route) && (lengths === 'orlonger' || prefix !== route);
}

/** Route targets without which no route passes the chain; `any` when the chain may accept one by other means. */
export function requiredTargets(names: readonly string[], options: PolicyOptions): ReadonlySet<RouteTarget> | 'any' {
  const required = new Set<RouteTarget>();
  for (const name of names) {
    let mayPassToNextPolicy = false;
    for (const term of options.policies.get(name) ?? []) {
      const isUnconditional =
        term.family === null && term.prefixes === null && term.protocols.length + term.communities.length === 0;
      if (term.end === 'reject' && isUnconditional) {
        if (!mayPassToNextPolicy) return required;
        break;
      }
      // A community that an action adds could satisfy a later condition: no bound is known.
      if (term.actions.length > 0) return 'any';
      if (term.end === 'accept') {
        if (term.communities.length === 0) return 'any';
        for (const community of term.communities) {
          for (const { target } of options.communities.get(community) ?? []) {
            if (target === null) return 'any';
            required.add(target);
          }
        }
      }
      if (term.end === 'next-policy') mayPassToNextPolicy = true;
      if (term.end === 'next-policy' && isUnconditional) break;
    }
  }
  return 'any';
}
