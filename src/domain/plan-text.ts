import type { ChangeKind } from './change-kinds.ts';
import { revertsByItself } from './plan.ts';
import { type Language, type Phrases, PLAN_PHRASES } from './plan-phrases.ts';
import { parseRouteTarget, shortForm } from './route-target.ts';
import type { Verdict } from './verdict.ts';

/** What opens (`+`), closes (`-`) and stays (`=`); what is proved (`ok`); what must not be overlooked (`!`); null: the rest. */
export type Mark = '+' | '-' | '=' | 'ok' | '!' | null;

export interface PlanLine {
  readonly mark: Mark;
  readonly text: string;
}

export interface PlanText {
  readonly title: string;
  readonly sections: readonly { readonly title: string; readonly lines: readonly PlanLine[] }[];
}

interface Reach {
  readonly from: string;
  readonly prefix: string;
  readonly to: string;
  readonly toPe: string;
  readonly via: string;
}

/** What of a plan is put into words; the plan of the record and the one of the API both have it. */
export interface PlanFacts {
  readonly id: string;
  readonly interconnectId: string;
  readonly kind: ChangeKind;
  readonly routers: readonly {
    readonly pe: string;
    readonly procedure: string;
    readonly vrfs: readonly {
      readonly vrf: string;
      readonly vpn: string | null;
      readonly operations: readonly { readonly operation: string; readonly scope?: 'whole-vpn' | readonly string[] }[];
    }[];
  }[];
  readonly gained: readonly Reach[];
  readonly lost: readonly Reach[];
  readonly remains?: readonly { from: string; prefix: string; to: string; by: string | null }[] | undefined;
  readonly left?: readonly { readonly pe: string }[] | undefined;
  readonly told?: readonly string[] | undefined;
  readonly toAccept?: readonly { readonly name: string }[] | undefined;
  readonly proofs: readonly {
    readonly name: string;
    readonly verdict: Verdict;
    readonly counterExamples: readonly {
      readonly pe: string;
      readonly vrf: string;
      readonly prefix: string | null;
      readonly routeTarget: string | null;
    }[];
  }[];
  readonly window: { readonly notBefore: string | null; readonly confirmTimeoutSeconds: number };
}

/** How a name or a number stands in a sentence of a language. */
type Quote = (value: string) => string;

/** FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE (UAX #9): a prefix within Arabic keeps its order. */
const isolate: Quote = (value) => `\u2068${value}\u2069`;
const asItIs: Quote = (value) => value;

/**
 * A plan in the words of a language: made of what was proved and of what is sent, never of what was asked for. `isolated`: how a name stands in a
 * sentence that runs from right to left.
 */
export function planText(plan: PlanFacts, language: Language, isolated: Quote = isolate): PlanText {
  const phrases = PLAN_PHRASES[language];
  const quote = language === 'ar' ? isolated : asItIs;
  const names = { id: quote(plan.id), kind: phrases.kinds[plan.kind], interconnect: quote(plan.interconnectId) };
  return {
    title: phrases.title(names),
    sections: [
      { title: phrases.after, lines: effectLines(plan, phrases, quote) },
      { title: phrases.routers, lines: routerLines(plan, phrases, quote) },
      { title: phrases.proved, lines: proofLines(plan, phrases, quote) },
      { title: phrases.when, lines: windowLines(plan, phrases, quote) },
    ],
  };
}

/** Who can reach what once the plan is carried out, and that nobody else can: only where that was proved. */
export function effectLines(plan: PlanFacts, phrases: Phrases, quote: Quote = asItIs): PlanLine[] {
  const remains = plan.remains ?? [];
  const keyOf = ({ from, prefix, to }: Pick<Reach, 'from' | 'prefix' | 'to'>) => `${from} ${prefix} ${to}`;
  const stays = new Set(remains.map(keyOf));
  const gone = plan.lost.filter((reach) => !stays.has(keyOf(reach)));
  const words = (reach: Pick<Reach, 'from' | 'prefix' | 'to'>) => ({
    prefix: quote(reach.prefix),
    from: quote(reach.from),
    to: quote(reach.to),
  });
  const exact = plan.proofs.find(({ name }) => name === 'exact-reachability');
  return [
    ...byPair(plan.gained).map(
      ({ first, at }): PlanLine => ({
        mark: '+',
        text: phrases.gained(words(first), quote(at), quote(shortTarget(first.via))),
      }),
    ),
    ...byPair(gone).map(
      ({ first, at }): PlanLine => ({
        mark: '-',
        text: phrases.lost(words(first), quote(at), quote(shortTarget(first.via))),
      }),
    ),
    ...remains.map(
      (one): PlanLine => ({
        mark: '=',
        text: phrases.remains(words(one), one.by === null ? phrases.theOperator : quote(one.by)),
      }),
    ),
    ...(plan.gained.length + plan.lost.length === 0 ? [{ mark: null, text: phrases.nothingChanges }] : []),
    ...(plan.toAccept ?? []).map(({ name }): PlanLine => ({ mark: '!', text: phrases.toAccept(quote(name)) })),
    ...opened(plan).map((vpn): PlanLine => ({ mark: '!', text: phrases.wholeVpn(quote(vpn)) })),
    exact?.verdict === 'pass'
      ? { mark: 'ok', text: phrases.nobodyElse }
      : { mark: '!', text: phrases.nobodyElseUnproved },
  ];
}

const shortTarget = (routeTarget: string): string => shortForm(parseRouteTarget(routeTarget));

/** One line a prefix and direction, with the PEs at which it holds. */
function byPair(list: readonly Reach[]): { first: Reach; at: string }[] {
  const groups = new Map<string, { first: Reach; at: Set<string> }>();
  for (const reach of list) {
    const key = `${reach.prefix} ${reach.from} ${reach.to} ${reach.via}`;
    const group = groups.get(key) ?? { first: reach, at: new Set<string>() };
    group.at.add(reach.toPe);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ first, at }) => ({ first, at: [...at].sort().join(', ') }));
}

/** VPNs of which the plan exports everything. */
function opened({ routers }: PlanFacts): string[] {
  const whole = routers
    .flatMap(({ vrfs }) => vrfs)
    .filter(({ operations }) =>
      operations.some(({ operation, scope }) => operation !== 'delete' && scope === 'whole-vpn'),
    );
  return [...new Set(whole.map(({ vpn, vrf }) => vpn ?? vrf))].sort();
}

function routerLines({ routers, left = [] }: PlanFacts, phrases: Phrases, quote: Quote): PlanLine[] {
  if (routers.length + left.length === 0) return [{ mark: null, text: phrases.noRouter }];
  return [
    ...routers.flatMap(({ pe, procedure, vrfs }): PlanLine[] => {
      const edits = vrfs.reduce((sum, { operations }) => sum + operations.length, 0);
      const line: PlanLine = { mark: null, text: phrases.router(quote(pe), edits) };
      return revertsByItself(procedure) ? [line] : [line, { mark: '!', text: phrases.keeps(quote(pe)) }];
    }),
    ...left.map(({ pe }): PlanLine => ({ mark: '!', text: phrases.notYet(quote(pe)) })),
  ];
}

function proofLines({ proofs, told = [] }: PlanFacts, phrases: Phrases, quote: Quote): PlanLine[] {
  const some = (value: string | null) => (value === null ? null : quote(value));
  const lines = proofs.flatMap(({ name, verdict, counterExamples }): PlanLine[] => [
    {
      mark: verdict === 'pass' ? 'ok' : '!',
      text: phrases.proof(phrases.proofs[name as keyof Phrases['proofs']] ?? quote(name), phrases.verdicts[verdict]),
    },
    ...counterExamples.map(
      ({ pe, vrf, prefix, routeTarget }): PlanLine => ({
        mark: '!',
        text: phrases.because({
          pe: quote(pe),
          vrf: quote(vrf),
          prefix: some(prefix),
          routeTarget: some(routeTarget === null ? null : shortTarget(routeTarget)),
        }),
      }),
    ),
  ]);
  if (lines.length === 0) return [{ mark: '!', text: phrases.nothingProved }];
  return told.length === 0 ? lines : [...lines, { mark: '!', text: phrases.notes(told.length) }];
}

function windowLines({ window }: PlanFacts, phrases: Phrases, quote: Quote): PlanLine[] {
  const { notBefore, confirmTimeoutSeconds } = window;
  return [
    { mark: null, text: notBefore === null ? phrases.atOnce : phrases.notBefore(quote(notBefore)) },
    { mark: null, text: phrases.checked(confirmTimeoutSeconds) },
  ];
}
