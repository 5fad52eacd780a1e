import type { VrfName } from '../../domain/names.ts';
import type { ExportRule, ExportScope, FamilyShare } from '../../domain/network-view.ts';
import { FAMILIES, type Family, type Prefix, parsePrefix } from '../../domain/prefix.ts';
import { compareRouteTargets, parseRouteTarget, type RouteTarget } from '../../domain/route-target.ts';
import { child, childrenNamed, childText, type XmlElement } from '../../netconf/index.ts';
import { OBJECT_PREFIX, objectNames } from '../object-names.ts';
import { oncePer } from '../reading/once-per.ts';
import { tryParse } from '../reading/vrf-reader.ts';

/** `policy-options` by kind and name. */
export interface PolicyOptions {
  readonly statements: ReadonlyMap<string, XmlElement>;
  readonly prefixLists: ReadonlyMap<string, XmlElement>;
  readonly communities: ReadonlyMap<string, XmlElement>;
}

export function readPolicyOptions(roots: readonly XmlElement[]): PolicyOptions {
  const options = roots.flatMap((root) => childrenNamed(root, 'policy-options'));
  const named = (list: string) =>
    new Map(
      options
        .flatMap((container) => childrenNamed(container, list))
        .map((entry) => [childText(entry, 'name') ?? '', entry]),
    );
  return {
    statements: named('policy-statement'),
    prefixLists: named('prefix-list'),
    communities: named('community'),
  };
}

/** Policies, communities and prefix lists of which two have one name: which of them is in force is not known. */
export function repeatedNames(roots: readonly XmlElement[]): string[] {
  const seen = new Set<string>();
  return roots
    .flatMap((root) => childrenNamed(root, 'policy-options'))
    .flatMap(({ children }) => children)
    .flatMap((entry) => {
      const name = childText(entry, 'name');
      const key = `${entry.name} ${name}`;
      if (name === undefined || !seen.has(key)) {
        seen.add(key);
        return [];
      }
      return [key];
    });
}

/** A member of a community, or a text of `vrf-target`: without its kind, `65000:300` is a standard community and no route target. */
export const routeTargetIn = (text: string): RouteTarget | null =>
  /^target:(?!\d+:.*:)/.test(text.trim()) ? tryParse(() => parseRouteTarget(text.trim())) : null;

export const membersIn = (community: XmlElement | undefined): string[] =>
  childrenNamed(community ?? EMPTY, 'members').map(({ text }) => text.trim());

/** Route targets among a community's members. */
const targetsIn = (community: XmlElement | undefined): RouteTarget[] =>
  membersIn(community).flatMap((member) => routeTargetIn(member) ?? []);

/** A community's members in one form; regular expressions and other kinds of members stay as they are. */
export const membersOf = (community: XmlElement | undefined): string[] =>
  membersIn(community)
    .map((member) => {
      const routeTarget = routeTargetIn(member);
      return routeTarget === null ? member : `target:${routeTarget}`;
    })
    .sort();

export function prefixesOf(list: XmlElement | undefined): Prefix[] {
  const items = list === undefined ? [] : childrenNamed(list, 'prefix-list-item');
  return items.flatMap((item) => tryParse(() => parsePrefix(childText(item, 'name') ?? '')) ?? []);
}

/** Exactly one route target: a community of several matches only routes that carry all of them. */
function targetOf(name: string, { communities }: PolicyOptions): RouteTarget[] {
  const community = communities.get(name);
  return membersIn(community).length === 1 ? targetsIn(community) : [];
}

/**
 * Route targets that a chain of the operator's policies imports by (`from community`) or exports with (`then community add|set`):
 * every one it names, whatever the other conditions. Too many rather than too few, for a proof reads them.
 */
export function targetsNamedBy(
  policies: readonly string[],
  direction: 'import' | 'export',
  options: PolicyOptions,
): readonly RouteTarget[] {
  return TARGETS_NAMED[direction](policies, options);
}

const targetsNamed = (direction: 'import' | 'export') =>
  oncePer((policies: readonly string[], options: PolicyOptions): readonly RouteTarget[] => {
    const targets = communitiesNamedBy(policies, direction, options).flatMap((name) =>
      targetsIn(options.communities.get(name)),
    );
    return [...new Set(targets)].sort(compareRouteTargets);
  });
const TARGETS_NAMED = { import: targetsNamed('import'), export: targetsNamed('export') };

/** Communities that a chain of policies, and those that these ask, import by or put on routes. */
export function communitiesNamedBy(
  policies: readonly string[],
  direction: 'import' | 'export',
  options: PolicyOptions,
): string[] {
  const all = [...new Set(policies.flatMap((policy) => [policy, ...calledBy([policy], options)]))];
  return all.flatMap((policy) => {
    const statement = options.statements.get(policy);
    if (statement === undefined) return [];
    return [statement, ...childrenNamed(statement, 'term')].flatMap((term) => {
      if (direction === 'import') {
        return childrenNamed(child(term, 'from') ?? EMPTY, 'community').map(({ text }) => text.trim());
      }
      return childrenNamed(child(term, 'then') ?? EMPTY, 'community')
        .filter((action) => childText(action, 'choice-ident') !== 'delete')
        .map((action) => childText(action, 'community-name') ?? '');
    });
  });
}

/** A member of a community that is a route target or may stand for one; others say nothing to a VPN. */
export const isOfTargets = (member: string): boolean => /^(target|\*|0x|.*[[\]()|\\+?^$])/.test(member.trim());

/**
 * A policy as text with everything that it names: policies, communities and prefix lists, so that a reader sees which route targets it is
 * about, and a change of what it names is a change of it.
 */
export const policyText = (policy: string, options: PolicyOptions): string | null => textOf([policy], options);

const textOf = oncePer(([policy = '']: readonly string[], options: PolicyOptions): string | null => {
  const statement = options.statements.get(policy);
  if (statement === undefined) return null;
  const called = calledBy([policy], options);
  const lines = [policy, ...called].flatMap((name) => {
    const found = options.statements.get(name);
    if (found === undefined) return [`# policy ${name} was not read`];
    return setLines(found).map((line) => (name === policy ? line : `policy ${name} ${line}`));
  });
  const words = new Set(lines.flatMap((line) => line.split(' ')));
  const named = (entries: ReadonlyMap<string, XmlElement>, kind: string) =>
    [...entries]
      .filter(([name]) => words.has(name))
      .flatMap(([name, entry]) => setLines(entry).map((line) => `${kind} ${name} ${line}`));
  return [...lines, ...named(options.communities, 'community'), ...named(options.prefixLists, 'prefix-list')].join(
    '\n',
  );
});

/**
 * Names of wasl's communities and prefix lists in policies that are not wasl's. A policy of wasl's that one of them asks is not among them: it is
 * what the VRF shares.
 */
export function usesOf({ statements, communities, prefixLists }: PolicyOptions): ReadonlyMap<string, string> {
  const uses = new Map<string, string>();
  for (const [name, statement] of statements) {
    if (name.startsWith(OBJECT_PREFIX)) continue;
    const words = setLines(statement).flatMap((line) => line.split(/[\s()|&!]+/));
    for (const word of words.filter((each) => each.startsWith(OBJECT_PREFIX))) {
      if (communities.has(word) || prefixLists.has(word)) uses.set(word, `policy-statement ${name}`);
    }
  }
  return uses;
}

/** Policies that a policy asks by `from policy`, and those that they ask; expressions of several count as the names in them. */
export const calledBy = oncePer(
  ([policy = '']: readonly string[], { statements }: PolicyOptions): readonly string[] => {
    const found = new Set<string>();
    const left = [policy];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const statement = statements.get(next);
      for (const part of statement === undefined ? [] : [statement, ...childrenNamed(statement, 'term')]) {
        const asked = childrenNamed(child(part, 'from') ?? EMPTY, 'policy').flatMap(({ text }) =>
          text.split(/[\s()|&!]+/),
        );
        const fresh = asked.filter((name) => name !== '' && name !== policy && !found.has(name));
        for (const name of fresh) {
          found.add(name);
          left.push(name);
        }
      }
    }
    return [...found].sort();
  },
);

export const EMPTY: XmlElement = { name: '', namespace: '', attributes: {}, children: [], text: '' };

/** What wasl's two policies of a VRF say, and those of another one that somebody attached to it, read from their terms. */
export function parseShare(instance: XmlElement, options: PolicyOptions): Record<Family, FamilyShare> {
  const vrf = (childText(instance, 'name') ?? '') as VrfName;
  const termsOf = (direction: 'import' | 'export', own: string) => {
    const listed = childrenNamed(instance, `vrf-${direction}`).map(({ text }) => text.trim());
    const policies = new Set([own, ...listed.filter((name) => name.startsWith(OBJECT_PREFIX))]);
    const statements = [...policies].flatMap((policy) => options.statements.get(policy) ?? []);
    return statements.flatMap((statement) => childrenNamed(statement, 'term'));
  };
  const importTerms = termsOf('import', objectNames.importPolicy(vrf));
  const exportTerms = termsOf('export', objectNames.exportPolicy(vrf));
  const ofFamily = (family: Family): FamilyShare => ({
    imports: importTerms
      .filter((term) => childText(term, 'name') === family)
      .flatMap((term) => childrenNamed(child(term, 'from') ?? term, 'community'))
      .flatMap(({ text }) => targetOf(text.trim(), options)),
    exports: exportTerms
      .filter((term) => childText(term, 'name')?.endsWith(`-${family}`))
      .flatMap((term) => parseRule(term, options)),
  });
  const [ipv4, ipv6] = FAMILIES.map(ofFamily) as [FamilyShare, FamilyShare];
  return { ipv4, ipv6 };
}

function parseRule(term: XmlElement, options: PolicyOptions): ExportRule[] {
  const list = child(child(term, 'from') ?? term, 'prefix-list');
  const scope: ExportScope =
    list === undefined ? 'whole-vpn' : prefixesOf(options.prefixLists.get(childText(list, 'name') ?? ''));
  return childrenNamed(child(term, 'then') ?? term, 'community')
    .flatMap((action) => targetOf(childText(action, 'community-name') ?? '', options))
    .map((routeTarget) => ({ routeTarget, scope }));
}

/** One statement a line, as `display set` shows it after the policy's name. Order is kept: it has meaning. */
export function setLines({ children }: XmlElement): string[] {
  return children.filter(({ name }) => name !== 'name').flatMap((part) => linesOfPart(part, ''));
}

const KEYS = ['name', 'address', 'list_name', 'choice-ident', 'choice-value', 'community-name'];

function linesOfPart(part: XmlElement, prefix: string): string[] {
  const head = prefix === '' ? part.name : `${prefix} ${part.name}`;
  if (part.children.length === 0) return [`${head} ${part.text.trim()}`.trim()];
  const keys = part.children.filter(({ name }) => KEYS.includes(name)).map(({ text }) => text.trim());
  const line = [head, ...keys.filter((key) => key !== '')].join(' ');
  const rest = part.children.filter(({ name }) => !KEYS.includes(name));
  return rest.length === 0 ? [line] : rest.flatMap((inner) => linesOfPart(inner, line));
}
