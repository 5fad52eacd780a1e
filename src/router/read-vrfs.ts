import type { VrfName } from '../domain/names.ts';
import { type RunningVrf, TRAIT_WITHOUT_EFFECT, type Unknown } from '../domain/network-view.ts';
import { WaslError } from '../errors.ts';
import type { XmlElement } from '../netconf/index.ts';
import type { ParseContext, Platform } from '../platforms/platform.ts';
import { inForce, spreadInactive } from '../platforms/reading/activation.ts';
import { findUnknowns, pathOf } from '../platforms/reading/grammar.ts';
import type { VrfEntry, VrfReader } from '../platforms/reading/vrf-reader.ts';
import { findAnomalies, objectsByVrf, withAnomalies, withUses } from './wasl-objects.ts';

/** More than the largest PEs of today take (8,000 or 9,000). They are read at one go, and nothing else in the worker goes on meanwhile. */
const VRFS_MAX = 10_000;
/** More is not read by a person, and one is enough to block what opens. */
const UNKNOWNS_MAX = 1_000;

/**
 * How a router of any platform is read: its VRFs, what wasl has in them, and what was not understood. `parse` and the rest of the reader see the
 * configuration in force, but for `readObjects`, which sees all.
 */
export function readVrfs(platform: Platform, all: readonly XmlElement[], context: ParseContext): RunningVrf[] {
  const marked = spreadInactive(all);
  const config = inForce(all);
  const reader = platform.readerOf(config, context, marked);
  const { entries, repeated } = withoutRepeats(reader.entries(marked));
  if (entries.length > VRFS_MAX) {
    throw new WaslError('ROUTER_PROTOCOL', `shows ${entries.length} VRFs; more than ${VRFS_MAX} are not read`);
  }
  const objects = objectsByVrf(
    reader.readObjects(marked),
    entries.map(({ name }) => name),
    reader.objectGrammar,
  );
  const uses = reader.usesOf?.(config) ?? new Map<string, string>();
  const vrfs = entries.map(({ name, element }): RunningVrf => {
    const mine = new Map(objects.get(name));
    const judged = new Map(mine);
    const [active] = inForce([element]);
    const read =
      active === undefined ? deactivated(name, reader, element) : readEntry(reader, { name, element: active });
    reader.forget?.(read, judged);
    const found = findAnomalies(platform.manifest.name, read, judged, reader.readExpected);
    const off = active === undefined && mine.size > 0 ? [`vrf ${name} is deactivated`] : [];
    return withAnomalies(withUses(read, mine, uses), mine, [...off, ...found, ...(reader.anomaliesOf?.(read) ?? [])]);
  });
  const ofRouter = [...repeated.map((entry) => standsTwice(reader, entry)), ...unknownsOfRouter(reader, config)];
  return withUnknownsOfRouter(vrfs, firstOf(ofRouter));
}

/** By name. Of two with one name it is not known which is in force: the first stands for both, and the other is told. */
function withoutRepeats(all: readonly VrfEntry[]) {
  const entries: VrfEntry[] = [];
  const repeated: VrfEntry[] = [];
  for (const entry of all.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))) {
    (entries.at(-1)?.name === entry.name ? repeated : entries).push(entry);
  }
  return { entries, repeated };
}

const standsTwice = ({ entryPath }: VrfReader, { element }: VrfEntry): Unknown => ({
  path: pathOf({ ...element, attributes: {} }, entryPath),
  reach: 'network',
  why: 'stands there more than once',
  ofRouter: true,
});

function readEntry(reader: VrfReader, entry: VrfEntry): RunningVrf {
  const read = reader.parse(entry);
  const unknowns = [
    ...(read.unknowns ?? []),
    ...findUnknowns(entry.element, reader.entry, pathOf(entry.element, reader.entryPath)),
  ];
  return unknowns.length === 0 ? read : { ...read, unknowns: firstOf(unknowns) };
}

function firstOf(unknowns: readonly Unknown[]): readonly Unknown[] {
  if (unknowns.length <= UNKNOWNS_MAX) return unknowns;
  const why = `holds ${unknowns.length - UNKNOWNS_MAX} more that are not understood`;
  return [...unknowns.slice(0, UNKNOWNS_MAX), { path: 'configuration', reach: 'network', why }];
}

/** It stays on the router without effect: nothing is taken or given, and what is put into it has no effect either. */
function deactivated(name: VrfName, reader: VrfReader, element: XmlElement): RunningVrf {
  const path = pathOf({ ...element, attributes: {} }, reader.entryPath);
  const read = reader.parse({ name, element: withoutMarks(element) });
  const families = Object.keys(read.operator);
  const traits = (read.traits ?? []).filter((trait) => trait.startsWith(TRAIT_WITHOUT_EFFECT));
  const nothing = { importRouteTargets: [], exportRouteTargets: [], exportPolicies: [], importPolicies: [] };
  return {
    name,
    routeDistinguisher: read.routeDistinguisher,
    operator: Object.fromEntries(families.map((family) => [family, nothing])),
    share: Object.fromEntries(families.map((family) => [family, { imports: [], exports: [] }])),
    policyTexts: {},
    anomalies: [],
    ...(traits.length === 0 ? {} : { traits }),
    idle: true,
    unknowns: [{ path, reach: 'vrf', why: 'is deactivated' }],
  };
}

function withoutMarks(element: XmlElement): XmlElement {
  return { ...element, attributes: {}, children: element.children.map(withoutMarks) };
}

function unknownsOfRouter(reader: VrfReader, config: readonly XmlElement[]): Unknown[] {
  const found = config.flatMap((root): Unknown[] => {
    const rule = reader.roots(root);
    if (rule !== undefined) return findUnknowns(root, rule, root.name);
    const why = `of the model ${root.namespace} is not understood`;
    return [{ path: root.name, reach: 'network', why }];
  });
  return [...found, ...(reader.unknownsOfRouter?.(config) ?? [])].map((one) => ({ ...one, ofRouter: true }));
}

/** The router's own table, where it has no VRF to carry what was not understood. */
const DEFAULT_INSTANCE = 'default' as VrfName;

/** They are put to the first VRF, so that they are reported and not lost. */
function withUnknownsOfRouter(vrfs: readonly RunningVrf[], unknowns: readonly Unknown[]): RunningVrf[] {
  if (unknowns.length === 0) return [...vrfs];
  const [first, ...others] = vrfs;
  if (first !== undefined) return [{ ...first, unknowns: [...unknowns, ...(first.unknowns ?? [])] }, ...others];
  return [
    {
      ...{ name: DEFAULT_INSTANCE, routeDistinguisher: null, operator: {}, share: {} },
      ...{ policyTexts: {}, anomalies: [], unknowns },
    },
  ];
}
