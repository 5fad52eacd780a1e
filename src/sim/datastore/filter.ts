import type { XmlElement } from '../xml/element.ts';
import { isInterior } from './schema.ts';
import type { DataNode } from './tree.ts';

/** Subtree filtering (RFC 6241 §6). Key leaves of a list entry always come with it (§6.2.5 allows that). */
export function filterTree(tree: DataNode, filter: XmlElement): DataNode {
  return { ...tree, children: tree.children.flatMap((node) => filterNode(node, matching(node, filter.children))) };
}

const isContentMatch = (filter: XmlElement): boolean => filter.children.length === 0 && filter.text.trim() !== '';
const isSelection = (filter: XmlElement): boolean => filter.children.length === 0 && filter.text.trim() === '';

/** §6.2.1: an element without a namespace matches any. */
function matching(node: DataNode, filters: readonly XmlElement[]): XmlElement[] {
  return filters.filter(
    (filter) =>
      filter.name === node.schema.name &&
      (filter.namespace === '' || filter.namespace === node.schema.module.namespace),
  );
}

/** The part of `node` that the union of `filters` selects: no node or one. */
function filterNode(node: DataNode, filters: readonly XmlElement[]): DataNode[] {
  if (filters.length === 0) return [];
  if (filters.some(isSelection)) return [node];
  if (!isInterior(node.schema)) return filters.some((filter) => filter.text.trim() === node.value) ? [node] : [];

  const satisfied = filters.filter((filter) => filter.children.length > 0 && matchesContent(node, filter));
  if (satisfied.length === 0) return [];
  // §6.2.5: content match nodes alone select the whole entry.
  if (satisfied.some((filter) => filter.children.every(isContentMatch))) return [node];

  const inner = satisfied.flatMap((filter) => filter.children);
  const keys = node.schema.kind === 'list' ? node.schema.keys : [];
  const selected = node.children.flatMap((childNode) => {
    const part = filterNode(childNode, matching(childNode, inner));
    return part.length === 0 && keys.includes(childNode.schema.name) ? [childNode] : part;
  });
  const isMoreThanKeys = selected.some((childNode) => !keys.includes(childNode.schema.name));
  const asksForKeys = inner.some((filter) => keys.includes(filter.name));
  return selected.length > 0 && (isMoreThanKeys || asksForKeys) ? [{ ...node, children: selected }] : [];
}

function matchesContent(node: DataNode, filter: XmlElement): boolean {
  return filter.children
    .filter(isContentMatch)
    .every((wanted) =>
      node.children.some((leaf) => matching(leaf, [wanted]).length > 0 && leaf.value === wanted.text.trim()),
    );
}
