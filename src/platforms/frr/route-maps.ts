import { compareRouteTargets, parseRouteTarget, type RouteTarget } from '../../domain/route-target.ts';
import { tryParse } from '../reading/vrf-reader.ts';
import type { Statement } from './own-configuration.ts';

/** What a route map does to a route that it lets through, by whatever entry. */
export interface MapEffect {
  /** FRR adds them to those that the route has. */
  readonly targets: readonly RouteTarget[];
  /** Why there may be others. */
  readonly unread: readonly string[];
}

/** Statements of an entry that put no route target on a route and leave it in its table. */
const ENTRY = new Set(['description', 'match', 'on-match', 'continue', 'call', 'no']);
const SET = new Set(
  `local-preference metric min-metric max-metric aigp-metric metric-type weight as-path community large-community comm-list
  large-comm-list extended-comm-list ip ipv4 ipv6 origin tag src distance originator-id aggregator atomic-aggregate label-index l3vpn
  sr-te forwarding-address evpn`.split(/\s+/),
);
/** Extended communities of other kinds than route targets. */
const OTHER_KINDS = new Set(['soo', 'bandwidth', 'color', 'nt', 'none']);

export class RouteMaps {
  readonly #entries = new Map<string, Statement[]>();
  readonly #prefixLists = new Map<string, string[]>();

  constructor(statements: readonly Statement[]) {
    for (const statement of statements) {
      const { words } = statement;
      if (words[0] === 'route-map') addTo(this.#entries, words[1], statement);
      if (words[1] === 'prefix-list') addTo(this.#prefixLists, words[2], statement.line);
    }
  }

  /** A map that is not on the router lets nothing through. */
  effectOf(name: string): MapEffect {
    const targets = new Set<RouteTarget>();
    const unread = new Set<string>();
    for (const { words, line } of this.#statementsBehind(name)) {
      const [verb = '', what = '', kind = '', ...values] = words;
      if (verb === 'set' && what === 'extcommunity' && kind === 'rt') {
        for (const value of values.filter((word) => word !== 'additive')) {
          const target = tryParse(() => parseRouteTarget(value));
          if (target === null) unread.add(`puts ${value} on routes, which is not understood`);
          else targets.add(target);
        }
      } else if (!isHarmless(verb, what, kind)) unread.add(`does \`${line}\`, which is not understood`);
    }
    return { targets: [...targets].sort(compareRouteTargets), unread: [...unread].sort() };
  }

  /** With all that it calls and names; undefined where it is not on the router. */
  textOf(name: string): string | undefined {
    if (!this.#entries.has(name)) return undefined;
    const entries = this.#behind(name).flatMap((map) => this.#entries.get(map) ?? []);
    const lines = entries.flatMap((entry) => [entry.line, ...entry.inside.map(({ line }) => ` ${line}`)]);
    const words = new Set(lines.flatMap((line) => line.split(/\s+/)));
    const lists = [...this.#prefixLists].filter(([list]) => words.has(list)).flatMap(([, named]) => named);
    return [...lines, ...lists].join('\n');
  }

  #statementsBehind(name: string): Statement[] {
    return this.#behind(name).flatMap((map) => (this.#entries.get(map) ?? []).flatMap(({ inside }) => inside));
  }

  /** The map and those that it calls. */
  #behind(name: string): string[] {
    const found = new Set<string>();
    const left = [name];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      for (const { words } of (this.#entries.get(next) ?? []).flatMap(({ inside }) => inside)) {
        if (words[0] === 'call' && words[1] !== undefined) left.push(words[1]);
      }
    }
    return [...found];
  }
}

function isHarmless(verb: string, what: string, kind: string): boolean {
  if (verb === 'set') return SET.has(what) || (what === 'extcommunity' && OTHER_KINDS.has(kind));
  return ENTRY.has(verb);
}

function addTo<T>(lists: Map<string, T[]>, name: string | undefined, value: T): void {
  if (name !== undefined) lists.set(name, [...(lists.get(name) ?? []), value]);
}
