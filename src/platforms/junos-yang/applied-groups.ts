import type { Unknown } from '../../domain/network-view.ts';
import { childrenNamed, childText, type XmlElement } from '../../netconf/index.ts';
import { type Container, findUnknowns, pathOf, type Rule } from '../reading/grammar.ts';

/** A group that adds anything to one of these is not resolved. */
const WHOLE: ReadonlySet<string> = new Set(['policy-options', 'routing-instances', 'logical-systems', 'tenants']);
/** What a group adds to one of these is judged as if it stood there. */
const JUDGED: ReadonlySet<string> = new Set(['routing-options', 'protocols', 'firewall', 'system']);
const APPLY = 'apply-groups';

/**
 * Groups that are applied to the whole configuration, or inside of a part of which only some is read, as far as they may add to what is read.
 * Where a part is read whole its grammar tells of them.
 */
export function groupsApplied(roots: readonly XmlElement[], { children: rules }: Container): Unknown[] {
  const groups = new Map(
    roots.flatMap((root) => childrenNamed(root, 'groups')).map((group) => [childText(group, 'name') ?? '', group]),
  );
  const adds = (name: string, parts: (part: string) => boolean): boolean => {
    // `${node}` and the like stand for one of several.
    const meant = name.startsWith('${') ? [...groups.values()] : [groups.get(name)];
    return meant.some((group) => group === undefined || addsTo(group, parts, rules));
  };
  const unresolved = (path: string, name: string): Unknown => ({
    path: `${path} ${APPLY} ${name}`,
    reach: 'network',
    why: `inherits from group ${name}, which was not resolved`,
  });
  return roots.flatMap((root) => [
    ...childrenNamed(root, APPLY).flatMap(({ text }) =>
      adds(text.trim(), () => true) ? [unresolved('configuration', text.trim())] : [],
    ),
    ...root.children
      .filter(({ name }) => JUDGED.has(name))
      .flatMap((part) =>
        appliedIn(part, `configuration ${part.name}`)
          .filter(({ group }) => adds(group, (name) => name === part.name))
          .map(({ path, group }) => unresolved(path, group)),
      ),
  ]);
}

function addsTo(group: XmlElement, isMeant: (part: string) => boolean, rules: Readonly<Record<string, Rule>>): boolean {
  return group.children.some((part) => {
    const { name } = part;
    if (name === APPLY) return true;
    if (!isMeant(name)) return false;
    if (WHOLE.has(name)) return true;
    const rule = JUDGED.has(name) ? rules[name] : undefined;
    return rule !== undefined && (appliedIn(part, '').length > 0 || findUnknowns(part, rule, name).length > 0);
  });
}

function appliedIn(element: XmlElement, path: string): { readonly path: string; readonly group: string }[] {
  return element.children.flatMap((child) =>
    child.name === APPLY ? [{ path, group: child.text.trim() }] : appliedIn(child, pathOf(child, path)),
  );
}
