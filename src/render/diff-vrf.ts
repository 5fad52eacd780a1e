import {
  canonicalShare,
  enabledFamilies,
  isEmptyShare,
  type RunningVrf,
  type VrfShare,
} from '../domain/network-view.ts';
import { hasOnlyBorrowed } from '../domain/object-keys.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { labelOf, namePrefixOf } from '../platforms/object-names.ts';
import type { Change, ConfigObject, PlatformView } from '../platforms/platform-view.ts';

/** One VRF of one PE from what it has to what it shall have. The same shape as the router's `VrfEdit`. */
export interface RenderEdit {
  readonly running: RunningVrf;
  readonly wanted: VrfShare;
  /** Of a removal: whatever stands in the VRF for these goes, also where it was edited by hand. */
  readonly retires?: readonly RouteTarget[];
}

/** Wanted minus running, in the objects of a platform. `joins`: a flow joins the VRF to another one of the PE. */
export function diffVrf<T extends ConfigObject>(view: PlatformView<T>, edit: RenderEdit, joins: boolean): Change<T>[] {
  const { running, wanted, retires } = edit;
  const families = enabledFamilies(running);
  const after = canonicalShare(wanted, families);
  const written = view.objectsOf(running, canonicalShare(running.share, families), { isRunning: true, joins });
  const needed = view.objectsOf(running, after, { isRunning: false, joins });
  if (retires === undefined) return diffObjects(written, needed);
  // No router takes away what a policy of the operator names.
  const mayGo = ({ deletes, key }: Change<T>) => !deletes || running.usedObjects?.[key] === undefined;
  if (running.objects === undefined) return diffObjects(written, needed).filter(mayGo);
  const found = new Map(running.objects.map((key) => [key, view.objectFound(key, running)]));
  const leaves = (object: ConfigObject) =>
    isEmptyShare(after) || object.shared === true || isNamedFor(retires, object) || isStray(running, object);
  // What borrowed policies give is in force: what another interconnect has of it is stated anew, under the VRF's own name.
  const isInForce = hasOnlyBorrowed(running.name, running.objects);
  return diffFound(written, needed, found, { leaves, isInForce }).filter(mayGo);
}

/** RFC 6241 §7.2: `create` of what exists and `delete` of what does not are errors. */
function diffObjects<T extends ConfigObject>(before: readonly T[], after: readonly T[]): Change<T>[] {
  const [had, kept] = [byKey(before), byKey(after)];
  const stated = after.flatMap((object): Change<T>[] => {
    const old = had.get(object.key);
    if (old === undefined) return [{ ...object, operation: 'create', deletes: false }];
    return old.says !== null && old.says === object.says ? [] : [{ ...object, operation: 'replace', deletes: false }];
  });
  const gone = before.filter(({ key }) => !kept.has(key));
  return [...stated, ...gone.map((object): Change<T> => ({ ...object, operation: 'delete', deletes: true }))];
}

/**
 * The same for a removal from a VRF that is not as wasl wrote it, by what was found there. What is gone already is not deleted again, nor is
 * what other interconnects lack put back: a removal opens nothing. What no share explains goes if it `leaves`.
 */
function diffFound<T extends ConfigObject>(
  written: readonly T[],
  needed: readonly T[],
  found: ReadonlyMap<string, T | null>,
  { leaves, isInForce }: { readonly leaves: (object: T) => boolean; readonly isInForce: boolean },
): Change<T>[] {
  const [explained, wanted] = [byKey(written), byKey(needed)];
  const others = [...found.values()].filter((object) => object !== null).filter(({ key }) => !explained.has(key));
  const standing = [
    ...written
      .filter(({ key }) => found.has(key))
      .map((object) => (object.shared === true ? { ...object, says: null } : object)),
    ...others.filter((object) => wanted.has(object.key) || leaves(object)),
  ];
  const lacking = (key: string) => !isInForce && explained.has(key) && !found.has(key);
  return diffObjects(
    standing,
    needed.filter(({ key }) => !lacking(key)),
  );
}

const byKey = <T extends ConfigObject>(objects: readonly T[]) => new Map(objects.map((object) => [object.key, object]));

const isNamedFor = (targets: readonly RouteTarget[], { name }: ConfigObject): boolean =>
  targets.some((target) => name.endsWith(`-${labelOf(target)}`));

/**
 * What names another VRF than this one came to it because the router has no such VRF any more. Nothing can be attached to it, so it goes whole
 * whoever's it was: a set that it names could not be taken away without it.
 */
const isStray = ({ name: vrf }: RunningVrf, { key, name }: ConfigObject): boolean =>
  !key.startsWith('vrf ') && !name.startsWith(namePrefixOf(vrf));
