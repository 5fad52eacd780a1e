import { isInterior } from '../datastore/schema.ts';
import { childrenNamed, type DataNode, keyValues, withChild } from '../datastore/tree.ts';

const APPLY = 'apply-groups';

/**
 * What of a Junos configuration has an effect: without what is deactivated, and with what is inherited from configuration groups
 * (`apply-groups`, nearest first; what a place says itself goes before what it inherits).
 */
export function inForce(tree: DataNode): DataNode {
  const active = withoutInactive(tree);
  return {
    ...active,
    children: active.children.map((configuration) => {
      const groups = new Map(
        childrenNamed(configuration, 'groups').map((group): [string, Sources] => [keyValues(group).join(), [group]]),
      );
      return inherit(configuration, groups, []);
    }),
  };
}

function withoutInactive(node: DataNode): DataNode {
  if (node.children.length === 0) return node;
  return { ...node, children: node.children.filter(({ inactive }) => inactive !== true).map(withoutInactive) };
}

/** The nodes of groups that stand at one place of the configuration. */
type Sources = readonly DataNode[];

/** @param groups every group's nodes at this place @param applied those that apply here, nearest first */
function inherit(node: DataNode, groups: ReadonlyMap<string, Sources>, applied: Sources): DataNode {
  const own = childrenNamed(node, APPLY).flatMap(({ value }) => groups.get(value) ?? []);
  const sources = [...own, ...applied];
  const down = (child: DataNode) =>
    inherit(
      child,
      new Map([...groups].map(([name, nodes]) => [name, matching(nodes, child)])),
      matching(sources, child),
    );
  let children: readonly DataNode[] = node.children
    .filter(({ schema }) => schema.name !== 'groups')
    .map((child) => (isInterior(child.schema) ? down(child) : child));
  for (const source of sources.flatMap((from) => from.children)) {
    if (source.schema.name === APPLY || source.schema.name === 'name' || isWild(source)) continue;
    if (children.some((child) => isSamePlace(child, source) || isSaidHere(child, source))) continue;
    const adopted = adopt(source, node);
    if (adopted !== null) children = withChild(children, down(adopted));
  }
  return { ...node, children };
}

/** What the group says below a node; `<*>` in a group stands for every entry. */
function matching(sources: Sources, child: DataNode): Sources {
  return sources.flatMap(({ children }) =>
    children.filter(
      (candidate) =>
        isSamePlace(candidate, child) || (candidate.schema.name === child.schema.name && isWild(candidate)),
    ),
  );
}

function isSamePlace(a: DataNode, b: DataNode): boolean {
  return a.schema.name === b.schema.name && keyValues(a).join('\n') === keyValues(b).join('\n');
}

/** A leaf, or a list of values, that a place gives itself is not inherited; nor is the other case of a choice. */
function isSaidHere({ schema }: DataNode, source: DataNode): boolean {
  if (isInterior(schema) || isInterior(source.schema)) return false;
  return schema.name === source.schema.name || (schema.choice !== undefined && schema.choice === source.schema.choice);
}

function isWild(node: DataNode): boolean {
  return keyValues(node).some((key) => key.startsWith('<'));
}

/** The same under the schema of its new place. */
function adopt(node: DataNode, parent: DataNode): DataNode | null {
  const schema = isInterior(parent.schema)
    ? parent.schema.children.find(({ name }) => name === node.schema.name)
    : undefined;
  if (schema === undefined) return null;
  // Its children come by inheritance again, so that wildcards in it stay in the group.
  const keys = schema.kind === 'list' ? node.children.filter((child) => schema.keys.includes(child.schema.name)) : [];
  return { schema, value: node.value, children: isInterior(schema) ? keys : [] };
}
