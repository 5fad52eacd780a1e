import { child, childrenNamed, childText, type XmlElement } from '../../netconf/index.ts';

/** Where packets are given to a filter of the router. */
const PLACES: ReadonlySet<string> = new Set(['interfaces', 'forwarding-options']);

/** Whether something may give packets to a filter, by its name. */
export type IsApplied = (filter: string) => boolean;

/**
 * A filter that nothing names moves no packet. A name counts wherever it stands: in any group, in any family, and in another filter. Where not
 * every interface of the VRFs was shown, or a name is filled in for each subscriber, any filter may be applied.
 */
export function appliedFilters(roots: readonly XmlElement[]): IsApplied {
  const groups = roots.flatMap((root) => childrenNamed(root, 'groups'));
  const all = [...roots, ...groups];
  const parts = all.flatMap(({ children }) => children.filter(({ name }) => PLACES.has(name)));
  const names = new Set([
    ...parts.flatMap(filtersNamedIn),
    ...all.flatMap((each) => childrenNamed(each, 'firewall')).flatMap(filtersNamedByFilters),
    ...instancesIn(all).flatMap((instance) => filtersNamedIn(child(instance, 'forwarding-options') ?? EMPTY)),
  ]);
  const isBySubscriber = all.some((each) => child(each, 'dynamic-profiles') !== undefined);
  const known = new Set(groups.map((group) => childText(group, 'name')));
  const isInherited = parts.some((part) => groupsAppliedIn(part).some((name) => !known.has(name)));
  if (isBySubscriber || isInherited || !showsInterfacesOfInstances(roots)) return () => true;
  return (filter) => names.has(filter);
}

const EMPTY: XmlElement = { name: '', namespace: '', attributes: {}, text: '', children: [] };

const instancesIn = (all: readonly XmlElement[]) =>
  all.flatMap((each) => childrenNamed(each, 'routing-instances')).flatMap((one) => childrenNamed(one, 'instance'));

function leavesOf(element: XmlElement): string[] {
  return element.children.length === 0 ? [element.text.trim()] : element.children.flatMap(leavesOf);
}

/** `filter input F`, `filter input filter-name F`, `filter input-list F`, `rpf-check fail-filter F` and so on. */
function filtersNamedIn(element: XmlElement): string[] {
  return element.name.endsWith('filter') ? leavesOf(element) : element.children.flatMap(filtersNamedIn);
}

/** `term T filter F`; the entry of a filter has its name in a leaf. */
function filtersNamedByFilters(element: XmlElement): string[] {
  if (element.name === 'filter' && element.children.length === 0) return [element.text.trim()];
  return element.children.flatMap(filtersNamedByFilters);
}

function groupsAppliedIn(element: XmlElement): string[] {
  return element.children.flatMap((part) =>
    part.name === 'apply-groups' ? [part.text.trim()] : groupsAppliedIn(part),
  );
}

/** Every router has interfaces: one that shows none of them, or not those of its VRFs, was not read there. */
function showsInterfacesOfInstances(roots: readonly XmlElement[]): boolean {
  const shown = new Set(
    roots
      .flatMap((root) => childrenNamed(root, 'interfaces'))
      .flatMap((interfaces) => childrenNamed(interfaces, 'interface'))
      .flatMap((each) => [
        childText(each, 'name') ?? '',
        ...childrenNamed(each, 'unit').map((unit) => `${childText(each, 'name')}.${childText(unit, 'name')}`),
      ]),
  );
  const wanted = instancesIn(roots)
    .flatMap((instance) => childrenNamed(instance, 'interface'))
    .map((each) => (childText(each, 'name') ?? '').trim());
  return shown.size > 0 && wanted.every((name) => shown.has(name));
}
