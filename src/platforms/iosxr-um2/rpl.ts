import { compareRouteTargets, parseRouteTarget, type RouteTarget } from '../../domain/route-target.ts';
import { childrenNamed, childText, descend, type XmlElement } from '../../netconf/index.ts';
import { oncePer } from '../reading/once-per.ts';
import { tryParse } from '../reading/vrf-reader.ts';
import { POLICY_MODEL } from './grammar.ts';

/** Objects of the routing policy language by name, each a whole block of text as the command line has it. */
export interface Rpl {
  readonly policies: ReadonlyMap<string, string>;
  readonly prefixSets: ReadonlyMap<string, string>;
  /** Of every kind, prefix sets among them. */
  readonly sets: ReadonlyMap<string, string>;
}

const RT_SET = 'extended-community-rt-set';

export function readRpl(config: readonly XmlElement[]): Rpl {
  const roots = config.filter(({ name, namespace }) => name === 'routing-policy' && namespace === POLICY_MODEL);
  const policies = new Map<string, string>();
  const [sets, prefixSets] = [new Map<string, string>(), new Map<string, string>()];
  for (const root of roots) {
    const entries = descend(root, 'route-policies');
    for (const entry of entries === undefined ? [] : childrenNamed(entries, 'route-policy')) {
      policies.set(childText(entry, 'route-policy-name') ?? '', childText(entry, 'rpl-route-policy') ?? '');
    }
    for (const kind of descend(root, 'sets')?.children ?? []) {
      for (const entry of kind.children) {
        const [name, text] = [childText(entry, 'set-name') ?? '', bodyOf(entry)];
        // Kinds have names of their own: of two that share one, that of route targets is what policies put on routes.
        if (!sets.has(name) || entry.name === RT_SET) sets.set(name, text);
        if (entry.name === 'prefix-set') prefixSets.set(name, text);
      }
    }
  }
  return { policies, prefixSets, sets };
}

/** Each kind of set has a leaf of its own for the text. */
function bodyOf(set: XmlElement): string {
  return set.children.find(({ name }) => name !== 'set-name')?.text ?? '';
}

const OF_WASL = /\bWASL-[\w.-]+/g;

/** Names of wasl's objects in policies that are not wasl's, and in those of wasl's that these apply. */
export function usesOf({ policies }: Rpl): ReadonlyMap<string, string> {
  const uses = new Map<string, string>();
  for (const name of policies.keys()) {
    if (name.startsWith('WASL-')) continue;
    for (const behind of policiesBehind(name, policies)) {
      const used = withoutComments(policies.get(behind) ?? '').matchAll(OF_WASL);
      for (const [object] of used) uses.set(object, `route-policy ${name}`);
    }
  }
  return uses;
}

/** Words of the language are taken in either case; names are not. */
const APPLIED = /\bapply\s+([^\s(]+)/gi;

/** A policy, those that it applies, and the sets that they name, by name. */
export const textsNamedBy = (policy: string, rpl: Rpl): ReadonlyMap<string, string> => TEXTS([policy], rpl);

const TEXTS = oncePer(([policy = '']: readonly string[], { policies, sets }: Rpl): ReadonlyMap<string, string> => {
  const found = policiesBehind(policy, policies);
  const texts = new Map([...found].map((name) => [name, policies.get(name) ?? '']));
  const words = new Set([...texts.values()].flatMap((text) => text.split(/[\s(),]+/)));
  for (const [name, text] of sets) if (words.has(name) && !texts.has(name)) texts.set(name, text);
  return texts;
});

/** Those of which the text is on the router. */
function policiesBehind(policy: string, policies: ReadonlyMap<string, string>): Set<string> {
  const found = new Set<string>();
  const left = [nameIn(policy)];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const text = policies.get(next);
    if (text === undefined || found.has(next)) continue;
    found.add(next);
    left.push(...appliedBy(text));
  }
  return found;
}

const appliedBy = (text: string): string[] => [...withoutComments(text).matchAll(APPLIED)].map(([, name = '']) => name);
/** `NAME(10)` is NAME with a parameter. */
const nameIn = (policy: string): string => policy.replace(/\(.*/s, '').trim();
/** In a quoted expression `#` begins no comment: where a line has one before it, the rest stays. */
const withoutComments = (text: string): string =>
  text.replace(/^[^\S\n]*[#!].*$/gm, '').replace(/^([^'"\n#]*)\s#.*$/gm, '$1');

export interface TargetsSet {
  /** Every route target that the policy may put on a route, under whatever condition. */
  readonly targets: readonly RouteTarget[];
  /** Why there may be others. */
  readonly unread: readonly string[];
}

/** No parenthesis inside of one: so that many that are never closed take no time of their square. */
const SETS = /\bset\s+extcommunity\s+rt\s+(\([^()]*\)|\S+)/gi;
const SETS_ANY = /\bset\s+extcommunity\s+(\S+)/gi;
/** Extended communities that are no route targets. */
const OTHER_KINDS: ReadonlySet<string> = new Set([
  'cost',
  'color',
  'bandwidth',
  'soo',
  'opaque',
  'seg-nh',
  'evpn-bandwidth',
]);

export const targetsSetBy = (policy: string, rpl: Rpl): TargetsSet => TARGETS_SET([policy], rpl);

const TARGETS_SET = oncePer(([policy = '']: readonly string[], rpl: Rpl): TargetsSet => {
  const behind = policiesBehind(policy, rpl.policies);
  const targets = new Set<RouteTarget>();
  const unread = new Set<string>();
  for (const name of new Set([nameIn(policy), ...behind])) {
    const text = withoutComments(rpl.policies.get(name) ?? '');
    if (!behind.has(name)) unread.add(`names policy ${name}, which is not on the router`);
    for (const applied of appliedBy(text)) {
      if (!behind.has(applied)) unread.add(`applies policy ${applied}, which is not on the router`);
    }
    for (const kind of [...text.matchAll(SETS_ANY)].map(([, word = '']) => word.toLowerCase())) {
      if (kind !== 'rt' && !OTHER_KINDS.has(kind))
        unread.add(`puts extended communities of the kind ${kind} on routes`);
    }
    for (const [, value = ''] of text.matchAll(SETS)) {
      const values = value.startsWith('(') ? value.slice(1, -1) : membersOf(rpl.sets.get(value));
      if (values === null) unread.add(`puts on routes what ${value} stands for, which was not read`);
      for (const one of values === null ? [] : values.split(/[\s,]+/).filter((word) => word !== '')) {
        const target = tryParse(() => parseRouteTarget(one));
        if (target === null) unread.add(`puts ${one} on routes, which is not understood`);
        else targets.add(target);
      }
    }
  }
  return { targets: [...targets].sort(compareRouteTargets), unread: [...unread].sort() };
});

/** Names under which two policies, or two sets of one kind, stand: which of them is in force is not known. */
export function repeatedNames(config: readonly XmlElement[]): string[] {
  const lists = config
    .filter(({ name, namespace }) => name === 'routing-policy' && namespace === POLICY_MODEL)
    .flatMap((root) => [descend(root, 'route-policies') ?? [], descend(root, 'sets')?.children ?? []].flat())
    .flatMap(({ children }) => children);
  const seen = new Set<string>();
  return lists.flatMap((entry) => {
    const name = `${entry.name} ${childText(entry, 'route-policy-name') ?? childText(entry, 'set-name') ?? ''}`;
    if (seen.has(name)) return [name];
    seen.add(name);
    return [];
  });
}

/** `extcommunity-set rt NAME`, its members, `end-set`. */
function membersOf(set: string | undefined): string | null {
  const body = /^\s*extcommunity-set\s+rt\s+\S+\s([\s\S]*?)\bend-set\b/i.exec(withoutComments(set ?? ''));
  return body?.[1] ?? null;
}
