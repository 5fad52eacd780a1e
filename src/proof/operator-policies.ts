import { onlyTakesAway } from '../domain/change-kinds.ts';
import type { NetworkView } from '../domain/network-view.ts';
import { ownMember } from '../domain/own-member.ts';
import type { CounterExample } from '../domain/plan.ts';
import { FAMILIES } from '../domain/prefix.ts';
import { encodedParts, type RouteTarget, shortForm } from '../domain/route-target.ts';
import { MANIFESTS } from '../platforms/manifests.ts';
import { approvedFlows, type ChangeUnderProof } from './change-under-proof.ts';
import { allVrfs, ofEachPe, type VrfAtPe } from './route-model.ts';

/** A route-target pattern rather than a value, as readers mark what may take more than it names: `65000:*`, `65000:90..`, `target:.*:9001`, `65000:[89]...`. */
const TARGET_PATTERN =
  /^# takes target:\*:\*: (?<why>.*)$|(?<word>[\d*.\])]:[\d]*[*.[(\\?+]|[*\])+?]:\d|(?:ios-|dfa-|posix-)?regex)/m;

export interface PolicyJudgement {
  readonly assumptions: readonly string[];
  /** What cannot be decided: the proof is then `unknown`. */
  readonly undecided: readonly CounterExample[];
}

/**
 * Operators' route policies are text that no model reads whole. A change adds only fresh route targets to routes, so:
 * - export policies can only lose our route target or drop the prefix: nothing opens, and the route check sees what is missing;
 * - import policies of third VRFs matter where they decide alone and match route targets by pattern, or where the text is not known.
 */
export function judgePolicies(change: ChangeUnderProof): PolicyJudgement {
  if (onlyTakesAway(change.kind)) return { assumptions: [], undecided: [] };
  const flows = approvedFlows(change);
  const assumptions: string[] = [];
  const undecided: CounterExample[] = [];
  const platforms = new Map(change.after.pes.map(({ name, platform }) => [name, platform]));
  for (const { at, imports, exports } of withPolicies(change.after)) {
    const where = `VRF ${at.vrf.name} at ${at.pe}`;
    const gives = flows.some((flow) => flow.from === at.vrf.vpn);
    const takes = flows.some((flow) => flow.to === at.vrf.vpn);
    const unread = exports.filter((name) => ownMember(at.vrf.policyTexts, name) === undefined);
    if (!gives && unread.length > 0) {
      assumptions.push(
        `export policy ${unread.join(', ')} of ${where}, which was not read, puts no route target of these VPNs on routes`,
      );
    }
    if (gives && exports.length > 0) {
      assumptions.push(`export policy ${exports.join(', ')} of ${where} keeps the added route target and the prefixes`);
    }
    if (imports.length === 0) continue;
    if (takes) {
      assumptions.push(`import policy ${imports.join(', ')} of ${where} accepts the new routes`);
      continue;
    }
    const platform = platforms.get(at.pe);
    if (platform !== undefined && MANIFESTS[platform].importPolicyOnlyNarrows) continue;
    const doubt = imports
      .map((name) => doubtAbout(ownMember(at.vrf.policyTexts, name), name))
      .find((text) => text !== null);
    if (doubt === undefined) {
      assumptions.push(`import policy ${imports.join(', ')} of ${where} does not take the new route targets`);
    } else {
      const sentence = `${doubt}, so whether ${where} would take the new routes is not known`;
      undecided.push({ pe: at.pe, vrf: at.vrf.name, routeTarget: null, prefix: null, sentence });
    }
  }
  return { assumptions: assumptions.sort(), undecided };
}

const withPolicies = ofEachPe((vrfs) =>
  vrfs
    .map((at) => ({ at, imports: policyNames(at, 'importPolicies'), exports: policyNames(at, 'exportPolicies') }))
    .filter(({ imports, exports }) => imports.length + exports.length > 0),
);

/** Policies that may take or give more than the model has of their VRF: where that is, and why, as sentences of `undecided`. */
export function doubtfulPolicies(view: NetworkView): { readonly at: VrfAtPe; readonly fact: string }[] {
  const platforms = new Map(view.pes.map(({ name, platform }) => [name, platform]));
  return allVrfs(view).flatMap((at) => {
    const platform = platforms.get(at.pe);
    const narrowsOnly = platform !== undefined && MANIFESTS[platform].importPolicyOnlyNarrows;
    const imports = narrowsOnly ? [] : policyNames(at, 'importPolicies');
    return [
      ...imports.flatMap((name) => doubtAbout(ownMember(at.vrf.policyTexts, name), name) ?? []),
      ...policyNames(at, 'exportPolicies')
        .filter((name) => ownMember(at.vrf.policyTexts, name) === undefined)
        .map((name) => `the text of export policy ${name} was not read`),
    ].map((fact) => ({ at, fact }));
  });
}

function doubtAbout(text: string | undefined, name: string): string | null {
  if (text === undefined) return `the text of import policy ${name} was not read`;
  const found = TARGET_PATTERN.exec(text.replace(/^prefix-list .*$/gm, ''));
  if (found === null) return null;
  const why = found.groups?.why === undefined ? '' : ` (${found.groups.why})`;
  return `import policy ${name} matches route targets by a pattern${why}`;
}

function policyNames({ vrf }: VrfAtPe, kind: 'importPolicies' | 'exportPolicies'): string[] {
  if (FAMILIES.every((family) => (vrf.operator[family]?.[kind] ?? []).length === 0)) return [];
  return [...new Set(FAMILIES.flatMap((family) => vrf.operator[family]?.[kind] ?? []))].sort();
}

/** Policies of a VRF that name one of the change's route targets. */
export function policyMentions(at: VrfAtPe, targets: ReadonlySet<RouteTarget>): Mention[] {
  return mentions(
    Object.entries(at.vrf.policyTexts).map(([name, text]) => [`policy ${name}`, text]),
    targets,
  );
}

/** The same of what stands under wasl's name and is not as wasl writes it. */
export function anomalyMentions(at: VrfAtPe, targets: ReadonlySet<RouteTarget>): Mention[] {
  return mentions(
    at.vrf.anomalies.map((text) => ['an object that wasl would not render', text]),
    targets,
  );
}

interface Mention {
  readonly target: RouteTarget;
  readonly where: string;
}

function mentions(texts: readonly (readonly [string, string])[], targets: ReadonlySet<RouteTarget>): Mention[] {
  return texts.flatMap(([where, text]) =>
    [...targets].filter((target) => isNamedIn(text, target)).map((target) => ({ target, where })),
  );
}

/** Every way in which a dialect may spell the route target, and the way in which it is part of the names of wasl's objects. */
export function isNamedIn(text: string, target: RouteTarget): boolean {
  const { type, administrator, assigned } = encodedParts(target);
  const number = Number(administrator);
  const label = `${type}-${administrator.replaceAll('.', '-')}-${assigned}`;
  const spellings = new Set([shortForm(target), `${administrator}:${assigned}`, label]);
  if (type !== 1) spellings.add(`${administrator}L:${assigned}`);
  if (type === 2) spellings.add(`${Math.floor(number / 65_536)}.${number % 65_536}:${assigned}`);
  return [...spellings].some((spelling) => {
    for (let at = text.indexOf(spelling); at >= 0; at = text.indexOf(spelling, at + 1)) {
      const [before, after] = [text[at - 1] ?? ' ', text[at + spelling.length] ?? ' '];
      if (!/[\d.]/.test(before) && !/\d/.test(after)) return true;
    }
    return false;
  });
}
