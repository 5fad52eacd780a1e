import type { PlatformName, VrfName } from '../domain/names.ts';
import { isEmptyShare, type RunningVrf, type VrfShare } from '../domain/network-view.ts';
import { isPlace, nameIn } from '../domain/object-keys.ts';
import { WaslError } from '../errors.ts';
import { parseXmlFragment, type XmlElement } from '../netconf/index.ts';
import { namePrefixOf } from '../platforms/object-names.ts';
import type { WaslObjects } from '../platforms/reading/vrf-reader.ts';
import { renderEdits } from '../render/render-edits.ts';

/**
 * Objects by the VRF that they belong to: by place, or by a name that the grammar of its kind knows. What names no VRF of the router is
 * put to the first VRF, so that it is reported and not lost.
 */
export function objectsByVrf(
  objects: WaslObjects,
  vrfs: readonly VrfName[],
  grammar: Readonly<Record<string, RegExp>>,
): Map<VrfName, Map<string, string>> {
  const byVrf = new Map<VrfName, Map<string, string>>();
  const places = new Map(vrfs.map((vrf, place) => [vrf as string, place]));
  const prefixes = new Map(vrfs.map((vrf, place) => [namePrefixOf(vrf), place]));
  const placeNamedIn = (kind: string, name: string): number | undefined => {
    const found: number[] = [];
    for (let end = name.indexOf('-') + 1; end > 0; end = name.indexOf('-', end) + 1) {
      const place = prefixes.get(name.slice(0, end));
      if (place !== undefined && grammar[kind]?.test(name.slice(end)) === true) found.push(place);
    }
    return found.length === 0 ? undefined : Math.min(...found);
  };
  for (const [key, content] of objects) {
    const [kind = '', name = ''] = key.split(' ');
    const owner = vrfs[(kind === 'vrf' ? places.get(name) : placeNamedIn(kind, name)) ?? 0];
    if (owner === undefined) continue;
    const mine = byVrf.get(owner) ?? new Map<string, string>();
    byVrf.set(owner, mine.set(key, content));
  }
  return byVrf;
}

/**
 * What is on the router under wasl's name and is not what wasl would write for the share that was read: hand edits and half states, as
 * sentences. The templates are the judge: the share is rendered onto the bare VRF and the objects are compared.
 */
export function findAnomalies(
  platform: PlatformName,
  vrf: RunningVrf,
  found: WaslObjects,
  readObjects: (config: readonly XmlElement[]) => WaslObjects,
): string[] {
  // Most VRFs of a PE have nothing of wasl's.
  if (found.size === 0 && isEmptyShare(vrf.share)) return [];
  const bare: VrfShare = Object.fromEntries(
    Object.keys(vrf.share).map((family) => [family, { imports: [], exports: [] }]),
  );
  let expected: WaslObjects;
  try {
    const xml = renderEdits(platform, [{ running: { ...vrf, share: bare }, wanted: vrf.share }]);
    expected = readObjects(parseXmlFragment(xml));
  } catch (error) {
    if (!(error instanceof WaslError)) throw error;
    return [error.message];
  }
  const anomalies: string[] = [];
  for (const [name, content] of expected) {
    const actual = found.get(name);
    if (actual === undefined) anomalies.push(`${name} is missing`);
    else if (actual !== content) anomalies.push(`${name} is not as wasl wrote it`);
  }
  for (const name of found.keys()) {
    if (!expected.has(name)) anomalies.push(`${name} belongs to no interconnect`);
  }
  return anomalies.sort();
}

/** Objects of the VRF that an operator's policy names. */
export function withUses(vrf: RunningVrf, found: WaslObjects, uses: ReadonlyMap<string, string>): RunningVrf {
  if (uses.size === 0) return vrf;
  const used = [...found.keys()].sort().flatMap((key) => {
    const by = isPlace(key) ? undefined : uses.get(nameIn(key));
    return by === undefined ? [] : [[key, by] as const];
  });
  return used.length === 0 ? vrf : { ...vrf, usedObjects: Object.fromEntries(used) };
}

/** What is there is only of interest where it is not as it should be. */
export function withAnomalies(vrf: RunningVrf, found: WaslObjects, anomalies: readonly string[]): RunningVrf {
  return anomalies.length === 0 ? vrf : { ...vrf, anomalies, objects: [...found.keys()].sort() };
}
