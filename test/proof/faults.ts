// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of sources.
/** Mistakes that a proof could have, each in one place of its code: to see after how many small worlds the slow model notices. */
export interface Fault {
  readonly name: string;
  /** Under src/. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly is: string;
  readonly becomes: string;
}

const fault = (name: string, file: string, is: string, becomes: string): Fault => ({ name, file, is, becomes });

const EXACT = 'proof/exact-reachability.ts';
const INDEX = 'proof/route-index.ts';
const USE = 'proof/target-use.ts';
const OWNERSHIP = 'proof/route-target-ownership.ts';
const HELD = 'proof/held-routes.ts';
const UNKNOWN = 'proof/judge-unknowns.ts';
const POLICIES = 'proof/operator-policies.ts';

export const FAULTS: readonly Fault[] = [
  fault(
    'routes of IPv6 are not looked at',
    INDEX,
    'new Map(FAMILIES.map((family) => [family, indexTargets(view, family)]))',
    "new Map((['ipv4'] as Family[]).map((family) => [family, indexTargets(view, family)]))",
  ),
  fault(
    'a canary may take',
    EXACT,
    "if (route.to.vrf.canary) found.push(routeCounterExample(route, 'would reach the canary'));",
    'if (route.to.vrf.canary) continue;',
  ),
  fault('what nobody approved passes', EXACT, 'else if (!approved.has(key)) {', 'else if (false) {'),
  fault('what was approved may be missing', EXACT, 'if (!present.has(key)) found', 'if (false) found'),
  fault(
    'by other route targets something may be gained',
    EXACT,
    "if (!own.has(route.via)) found.push(routeCounterExample(route, 'would also",
    "if (false) found.push(routeCounterExample(route, 'would also",
  ),
  fault(
    'by other route targets something may be lost',
    EXACT,
    "if (!own.has(route.via)) found.push(routeCounterExample(route, 'would no",
    "if (false) found.push(routeCounterExample(route, 'would no",
  ),
  fault(
    'a prefix that nobody announces counts as delivered',
    EXACT,
    '.filter((prefix) => !delivered.has(prefix))',
    '.filter(() => false)',
  ),
  fault(
    'a whole VPN without a prefix counts as delivered',
    EXACT,
    'if (mine.length > 0) return [];',
    'if (mine.length >= 0) return [];',
  ),
  fault(
    'delivered by one of two flows counts for both',
    EXACT,
    'approved.filter((route) => route.via === flow.routeTarget)',
    'approved.slice()',
  ),
  fault(
    'a removal may open',
    EXACT,
    '...routes.gained.map((route) => routeCounterExample(route, ',
    '...[].map((route) => routeCounterExample(route, ',
  ),
  fault(
    'a removal may take what others agreed',
    EXACT,
    '...routes.lost.filter(isAgreed).map',
    '...routes.lost.filter(() => false).map',
  ),
  fault('agreed is what the route target says, whoever gives or takes', EXACT, '`${via} ${from} ${to}`', '`${via}`'),
  fault(
    'a second VRF at a PE is the first one',
    'proof/route-model.ts',
    '`${from.pe} ${from.vrf.name} ${prefix} ${to.pe} ${to.vrf.name} ${via}`',
    '`${from.pe} ${prefix} ${to.pe} ${via}`',
  ),
  fault(
    'where a route comes from is forgotten',
    'proof/route-model.ts',
    '`${from.pe} ${from.vrf.name} ${prefix}',
    '`${prefix}',
  ),
  fault(
    'VRFs of nobody are one owner, if named alike',
    'proof/route-model.ts',
    '`?${pe}/${vrf.name}`',
    '`?${vrf.name}`',
  ),
  fault('what wasl imports is forgotten', 'proof/route-model.ts', '...(vrf.share[family]?.imports ?? [])', ''),
  fault(
    'what a modify takes away is not its own',
    'proof/change-under-proof.ts',
    '[...subject.flows, ...(previous?.flows ?? [])].map((flow) => flow.routeTarget)',
    '[...subject.flows].map((flow) => flow.routeTarget)',
  ),
  fault(
    'only what is gained is compared with before',
    'proof/change-under-proof.ts',
    'old.filter((route) => !has.has(routeKey(route)))',
    '[]',
  ),
  fault(
    "operators' export rules are forgotten",
    USE,
    '...(vrf.share[family]?.exports ?? []), ...(vrf.operator[family]?.exportRules ?? [])',
    '...(vrf.share[family]?.exports ?? [])',
  ),
  fault(
    'of two rules for a route target the last one counts',
    USE,
    'known.length === 0 ? shared : [...new Set([...known, ...shared])]',
    'shared',
  ),
  fault(
    'a rule exports what the VRF does not announce',
    USE,
    'scope.filter((prefix) => announced.has(prefix))',
    'scope',
  ),
  fault(
    'a rule shadows the route target on every route',
    USE,
    'for (const routeTarget of vrf.operator[family]?.exportRouteTargets ?? []) result.set(routeTarget, local);',
    'for (const routeTarget of vrf.operator[family]?.exportRouteTargets ?? []) if (!result.has(routeTarget)) result.set(routeTarget, local);',
  ),
  fault(
    'a VRF that was changed keeps its old imports',
    USE,
    'const importer = now !== null && imported.now?.has(target) ? now : null;',
    'const importer = now !== null && (imported.now?.has(target) || imported.old?.has(target)) ? now : null;',
  ),
  fault('a change of takers alone counts as none', USE, 'a.importers.size !== b.importers.size', 'false'),
  fault(
    'a PE is forgotten',
    'proof/route-model.ts',
    'const all = vrfsOfEach(view);',
    'const all = vrfsOfEach({ pes: view.pes.slice(0, 2) });',
  ),
  fault(
    'two VPNs of one PE exchange nothing',
    INDEX,
    'for (const to of importers) for (const prefix of prefixes) result',
    'for (const to of importers) for (const prefix of to.pe === from.pe ? [] : prefixes) result',
  ),
  fault(
    "the taker's other sites have no addresses",
    'proof/no-overlap.ts',
    'for (const at of vrfs) {',
    'for (const at of vrfs.slice(0, 1)) {',
  ),
  fault(
    'what the taker reached before overlaps with nothing',
    'proof/no-overlap.ts',
    'list.push({ prefix, owner: ownerOf(from), origin: from, gained: null });',
    '',
  ),
  fault(
    'two that come at once overlap with nothing',
    'proof/no-overlap.ts',
    'if (inner.gained !== null) return',
    'if (inner.gained !== null && outer.gained !== null) return [];\n      if (inner.gained !== null) return',
  ),
  fault(
    'what comes around an older one is no overlap',
    'proof/no-overlap.ts',
    'if (outer.gained !== null) return [describe(outer.gained, inner)];',
    '',
  ),
  fault(
    'equal prefixes are no overlap',
    'proof/prefix-overlap.ts',
    'if (outer.owner !== entry.owner) overlaps',
    'if (outer.owner !== entry.owner && outer.prefix !== entry.prefix) overlaps',
  ),
  fault('only the nearest prefix around is asked', 'proof/prefix-overlap.ts', 'of open) {', 'of open.slice(-1)) {'),
  fault(
    'the last address of a prefix is not in it',
    'proof/prefix-overlap.ts',
    'top.last >= first',
    'top.last > first',
  ),
  fault(
    'a prefix of two owners has one',
    'proof/prefix-overlap.ts',
    'previous.prefix !== entry.prefix || previous.owner !== entry.owner',
    'previous.prefix !== entry.prefix',
  ),
  fault(
    'prefixes are sorted as text',
    'domain/prefix.ts',
    'return `ipv4${ipv4Hex(prefix)}/${length}`;',
    'return `ipv4${prefix}`;',
  ),
  fault(
    'of one first address the longer prefix comes first',
    'domain/prefix.ts',
    'return `ipv4${ipv4Hex(prefix)}/${length}`;',
    'return `ipv4${ipv4Hex(prefix)}/${String(99 - Number(length)).padStart(3, "0")}`;',
  ),
  fault('a table that was not read is empty', HELD, 'findings.notRead(arrival.at, arrival.family);', ''),
  fault('of a giver of all the unread table is empty', HELD, 'findings.notRead(from, family);', ''),
  fault('an equal prefix in a table is no clash', HELD, 'const clash = same?.prefix ?? (', 'const clash = ('),
  fault(
    'a longer prefix in a table is no clash',
    HELD,
    'prefixLength(prefix) === 0 ? undefined : first(index.inside(prefix))',
    'undefined',
  ),
  fault(
    'a default route that comes clashes with all',
    HELD,
    '(prefixLength(prefix) === 0 ? undefined : first(index.inside(prefix)))',
    'first(index.inside(prefix))',
  ),
  fault(
    'a listed network around may belong to anybody',
    HELD,
    'if (owners.some((owner) => owner !== ownerOf(from))) findings',
    'if (false) findings',
  ),
  fault(
    'a listed network around is a clash, even of the giver',
    HELD,
    'if (owners.some((owner) => owner !== ownerOf(from))) findings',
    'if (owners.length > 0) findings',
  ),
  fault(
    'of the networks around the widest is asked',
    HELD,
    'const wider = first(index.around(prefix));',
    'const wider = [...index.around(prefix)].at(-1);',
  ),
  fault(
    'of a giver of all also what it took comes',
    HELD,
    "if (origin !== 'local' || all.has(prefix)) continue;",
    'if (all.has(prefix)) continue;',
  ),
  fault(
    'what it takes already is a stranger in its table',
    HELD,
    'routes.before.holds(vrfIn(before, at) ?? at, prefix) || ',
    '',
  ),
  fault(
    'a prefix of the same first address is not inside',
    'proof/overlap-index.ts',
    'if (entry.last <= last && entry.prefix !== prefix) yield',
    'if (entry.last <= last && entry.first !== first) yield',
  ),
  fault(
    'a prefix of the same first address is not around',
    'proof/overlap-index.ts',
    'while (list[place]?.first === first && (list[place] as Entry).last > last) place++;',
    '',
  ),
  fault(
    'an operator may import the route target',
    OWNERSHIP,
    "...uses(operator?.importRouteTargets, 'is imported'), ",
    '',
  ),
  fault(
    'an operator may export the route target',
    OWNERSHIP,
    ", ...uses(exportTargetsOf(operator), 'is exported')",
    '',
  ),
  fault(
    'a route target may be there before',
    OWNERSHIP,
    "change.kind === 'provision' || change.kind === 'resume' ? leftoverUse",
    'false ? leftoverUse',
  ),
  fault(
    'a resume may find its route target in use',
    OWNERSHIP,
    "change.kind === 'provision' || change.kind === 'resume'",
    "change.kind === 'provision'",
  ),
  fault(
    'two agreements may have one route target',
    OWNERSHIP,
    'if (holder !== undefined && at !== null) {',
    'if (false) {',
  ),
  fault('policies may name the route target', OWNERSHIP, '...policyMentions(at, own).map', '...[].map'),
  fault('anybody may import', OWNERSHIP, '&& flow.to === vrf.vpn', ''),
  fault('anybody may export', OWNERSHIP, '&& one.from === vrf.vpn', ''),
  fault(
    'all of a VPN may go where some was approved',
    OWNERSHIP,
    "if (scope === 'whole-vpn') report",
    "if (scope === 'whole-vpn') found.at",
  ),
  fault(
    'prefixes beyond what was approved may go',
    OWNERSHIP,
    'if (!approved.has(prefix)) report',
    'if (false) report',
  ),
  fault(
    'a way back of the other family is enough',
    'proof/return-path.ts',
    'if (routes.after.holdsOf(route.from, flow.to, route.family)) continue;',
    "if (routes.after.holdsOf(route.from, flow.to, 'ipv4') || routes.after.holdsOf(route.from, flow.to, 'ipv6')) continue;",
  ),
  fault('one-way or not, a way back is asked for', 'proof/return-path.ts', 'if (!hasReverse) {', 'if (false) {'),
  fault(
    'a way back from one VRF is one from all',
    'proof/return-path.ts',
    'if (routes.after.holdsOf(route.from, flow.to, route.family)) continue;',
    'if (routes.after.routes().some((one) => one.to.vrf.vpn === flow.from && one.from.vrf.vpn === flow.to)) continue;',
  ),
  fault(
    'unknowns of the whole network reach nobody',
    UNKNOWN,
    "if (reach === 'network') return true;",
    "if (reach === 'network') return false;",
  ),
  fault(
    'unknowns of a router reach only their VRF',
    UNKNOWN,
    "if (reach === 'router' || vrf === null) return",
    'if (vrf === null) return',
  ),
  fault(
    'unknowns outside of VRFs are forgotten',
    UNKNOWN,
    'for (const unknown of pe.unknowns ?? []) places',
    'for (const unknown of [] as Unknown[]) places',
  ),
  fault(
    'who gives a party something is known whole',
    UNKNOWN,
    " || targetsOf(vrf, 'exports').some((target) => taken.has(target))",
    '',
  ),
  fault(
    "what a giver gives by wasl's rules is forgotten",
    UNKNOWN,
    ', ...(ours?.exports ?? []).map(({ routeTarget }) => routeTarget)]',
    ']',
  ),
  fault("what a party takes by wasl's imports is forgotten", UNKNOWN, ', ...(ours?.imports ?? [])]', ']'),
  fault('hand edits are understood', UNKNOWN, 'for (const why of vrf.anomalies)', 'for (const why of [] as string[])'),
  fault(
    'import policies only narrow on every platform',
    POLICIES,
    'if (platform !== undefined && MANIFESTS[platform].importPolicyOnlyNarrows) continue;\n    const doubt',
    'if (platform !== undefined) continue;\n    const doubt',
  ),
  fault(
    'import policies take more on every platform',
    POLICIES,
    'if (platform !== undefined && MANIFESTS[platform].importPolicyOnlyNarrows) continue;\n    const doubt',
    'const doubt',
  ),
  fault('a pattern of route targets is a value', POLICIES, 'if (found === null) return null;', 'return null;'),
  fault(
    'a policy without a text takes nothing',
    POLICIES,
    'if (text === undefined) return `the text of import',
    'if (text === undefined) return null && `the text of import',
  ),
  fault(
    'the lower bound of a range is one too high',
    'domain/scope.ts',
    'Number(from) <= length',
    'Number(from) < length',
  ),
  fault('the upper bound of a range is one too low', 'domain/scope.ts', 'length <= Number(to)', 'length < Number(to)'),
  fault(
    'the upper bound of a range is one too high',
    'domain/scope.ts',
    'length <= Number(to)',
    'length <= Number(to) + 1',
  ),
  fault(
    'without a lower bound every length will do',
    'domain/scope.ts',
    '&& contains(coveringPrefix(entry), prefix)',
    '',
  ),
];
