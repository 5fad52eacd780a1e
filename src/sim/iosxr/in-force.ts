import { isInterior } from '../datastore/schema.ts';
import { childrenNamed, type DataNode, descend, isSameInstance, leafValue, withChild } from '../datastore/tree.ts';

/**
 * What of an IOS-XR configuration has an effect: each VRF with what it inherits from configuration groups, its own `apply-groups` before the one
 * of the whole configuration. What a place says itself goes before what it inherits. A group makes no VRF by itself.
 */
export function inForce(tree: DataNode): DataNode {
  const groups = new Map(
    childrenNamed(descend(tree, 'groups'), 'group').map((group) => [leafValue(group, 'group-name'), group]),
  );
  if (groups.size === 0) return tree;
  const everywhere = leafValue(descend(tree, 'apply-groups'), 'apply-group');
  const withInherited = (vrf: DataNode): DataNode => {
    const own = childrenNamed(vrf, 'apply-groups').map(({ value }) => value);
    const sources = [...own, everywhere].flatMap((name) => childrenNamed(descend(groups.get(name), 'vrfs'), 'vrf'));
    return sources.filter((source) => isMeant(source, vrf)).reduce(inherit, vrf);
  };
  return {
    ...tree,
    children: tree.children.map((child) =>
      child.schema.name === 'vrfs' ? { ...child, children: child.children.map(withInherited) } : child,
    ),
  };
}

/** The configuration as get-config shows it. */
export function withGroupsByName(tree: DataNode): DataNode {
  const named = (group: DataNode) => ({ ...group, children: childrenNamed(group, 'group-name') });
  return {
    ...tree,
    children: tree.children.map((child) =>
      child.schema.name === 'groups' ? { ...child, children: child.children.map(named) } : child,
    ),
  };
}

/** In a group the name of an entry is a regular expression. */
function isMeant(source: DataNode, vrf: DataNode): boolean {
  const [pattern = '', name = ''] = [source, vrf].map((one) => leafValue(one, 'vrf-name'));
  try {
    return new RegExp(`^(?:${pattern})$`).test(name);
  } catch {
    return pattern === name;
  }
}

function inherit(node: DataNode, source: DataNode): DataNode {
  let children = node.children;
  for (const from of source.children) {
    const own = children.find(
      (child) => isSameInstance(child, from) || (child.schema === from.schema && child.schema.kind === 'leaf'),
    );
    if (own === undefined) children = withChild(children, from);
    else if (isInterior(own.schema)) children = withChild(children, inherit(own, from));
  }
  return { ...node, children };
}
