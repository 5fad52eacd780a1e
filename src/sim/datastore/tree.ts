import { escapeXml } from '../xml/element.ts';
import { type InteriorSchema, isInterior, type SchemaNode } from './schema.ts';

/**
 * A node of a datastore. Immutable: datastores share structure, a checkpoint is a reference, and a failed edit leaves no trace.
 * Children stand in schema order; entries of a list `ordered-by system` stand in the order of their keys. So equal
 * configurations have equal text, whatever their history.
 */
export interface DataNode {
  readonly schema: SchemaNode;
  /** Of leaves and leaf-list entries; empty otherwise. */
  readonly value: string;
  readonly children: readonly DataNode[];
  /** It stays in the configuration and has no effect (Junos). */
  readonly inactive?: true;
}

export function childNamed(node: DataNode | undefined, name: string): DataNode | undefined {
  return node?.children.find((candidate) => candidate.schema.name === name);
}

export function childrenNamed(node: DataNode | undefined, name: string): DataNode[] {
  return node?.children.filter((candidate) => candidate.schema.name === name) ?? [];
}

/** Follows child names from a node. */
export function descend(node: DataNode | undefined, ...names: readonly string[]): DataNode | undefined {
  return names.reduce(childNamed, node);
}

export function leafValue(node: DataNode | undefined, name: string): string | undefined {
  return childNamed(node, name)?.value;
}

export function keyValues(node: DataNode): string[] {
  if (node.schema.kind === 'leaf-list') return [node.value];
  if (node.schema.kind !== 'list') return [];
  return node.schema.keys.map((key) => leafValue(node, key) ?? '');
}

export function isSameInstance(a: DataNode, b: DataNode): boolean {
  if (a.schema !== b.schema) return false;
  const [x, y] = [keyValues(a), keyValues(b)];
  return x.length === y.length && x.every((key, i) => key === y[i]);
}

/** Numbers inside keys count as numbers: 65000:200 stands before 65000:1000. */
const KEY_ORDER = new Intl.Collator('en', { numeric: true });

function compareKeys(a: DataNode, b: DataNode): number {
  const [x, y] = [keyValues(a), keyValues(b)];
  for (const [i, key] of x.entries()) {
    const other = y[i] ?? '';
    if (key !== other) return KEY_ORDER.compare(key, other) || (key < other ? -1 : 1);
  }
  return 0;
}

export type Position =
  | { readonly where: 'default' | 'first' | 'last' }
  | { readonly where: 'before' | 'after'; readonly sibling: DataNode };

/** Children with `node` added, or put in place of the same instance. */
export function withChild(
  children: readonly DataNode[],
  node: DataNode,
  position: Position = { where: 'default' },
): DataNode[] {
  const known = children.findIndex((sibling) => isSameInstance(sibling, node));
  if (known >= 0 && position.where === 'default') return children.with(known, node);
  const others = known < 0 ? children : children.toSpliced(known, 1);
  return others.toSpliced(insertionIndex(others, node, position), 0, node);
}

function insertionIndex(children: readonly DataNode[], node: DataNode, position: Position): number {
  const { schema } = node;
  const start = children.findIndex((sibling) => sibling.schema.order >= schema.order);
  if (start < 0) return children.length;
  const after = children.findIndex((sibling) => sibling.schema.order > schema.order);
  const end = after < 0 ? children.length : after;
  if (position.where === 'first') return start;
  if (position.where === 'before') return children.findIndex((sibling) => isSameInstance(sibling, position.sibling));
  if (position.where === 'after') return children.findIndex((sibling) => isSameInstance(sibling, position.sibling)) + 1;
  const systemOrdered = 'orderedBy' in schema && schema.orderedBy === 'system';
  if (!systemOrdered) return end;
  const larger = children.slice(start, end).findIndex((sibling) => compareKeys(sibling, node) > 0);
  return larger < 0 ? end : start + larger;
}

export function isEqualTree(a: DataNode, b: DataNode): boolean {
  if (a === b) return true;
  if (
    a.schema !== b.schema ||
    a.value !== b.value ||
    a.inactive !== b.inactive ||
    a.children.length !== b.children.length
  )
    return false;
  return a.children.every((node, i) => {
    const other = b.children[i];
    return other !== undefined && isEqualTree(node, other);
  });
}

export function emptyTree(schema: InteriorSchema): DataNode {
  return { schema, value: '', children: [] };
}

/** XML of a node's children: what stands inside `<data>` or `<config>`. */
export function serialiseChildren(
  node: DataNode,
  namespace = '',
  inactiveMark: InactiveMark = INACTIVE_MARKS.jcmd,
): string {
  return node.children.map((childNode) => serialise(childNode, namespace, inactiveMark)).join('');
}

export const JCMD_NAMESPACE = 'http://yang.juniper.net/junos/jcmd';

/** How Junos shows that an element is deactivated, in a YANG-compliant session and in a native one. */
export const INACTIVE_MARKS = {
  jcmd: ` xmlns:jcmd="${JCMD_NAMESPACE}" jcmd:active="false"`,
  native: ' inactive="inactive"',
} as const;
type InactiveMark = (typeof INACTIVE_MARKS)[keyof typeof INACTIVE_MARKS];

function openTag(
  { schema: { name, module }, inactive }: DataNode,
  parentNamespace: string,
  mark: InactiveMark,
): string {
  const declared = module.namespace === parentNamespace ? name : `${name} xmlns="${module.namespace}"`;
  return inactive === true ? declared + mark : declared;
}

function serialise(node: DataNode, parentNamespace: string, mark: InactiveMark): string {
  const { name, module } = node.schema;
  const open = openTag(node, parentNamespace, mark);
  if (!isInterior(node.schema)) return node.value === '' ? `<${open}/>` : `<${open}>${escapeXml(node.value)}</${name}>`;
  if (node.children.length === 0) return `<${open}/>`;
  return `<${open}>${serialiseChildren(node, module.namespace, mark)}</${name}>`;
}

/** Indented XML for people and for byte-for-byte comparison. */
export function prettyText(node: DataNode, depth = 0, namespace = ''): string {
  return node.children
    .map((childNode) => {
      const { name, module } = childNode.schema;
      const indent = '  '.repeat(depth);
      if (!isInterior(childNode.schema) || childNode.children.length === 0) {
        return `${indent}${serialise(childNode, namespace, INACTIVE_MARKS.jcmd)}\n`;
      }
      const open = openTag(childNode, namespace, INACTIVE_MARKS.jcmd);
      return `${indent}<${open}>\n${prettyText(childNode, depth + 1, module.namespace)}${indent}</${name}>\n`;
    })
    .join('');
}
