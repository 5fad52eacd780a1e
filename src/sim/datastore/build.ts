import { type InteriorSchema, isInterior } from './schema.ts';
import type { DataNode } from './tree.ts';

/** Content of a node by child name: leaf values, or children that were built already. */
export type NodeContent = Readonly<Record<string, string | readonly DataNode[]>>;

/** A node with its content in schema order. Throws TypeError on a name that the schema lacks: a mistake in this program. */
export function buildNode(schema: InteriorSchema, content: NodeContent): DataNode {
  const stranger = Object.keys(content).find((name) => !schema.children.some((node) => node.name === name));
  if (stranger !== undefined) throw new TypeError(`${schema.name} has no child ${stranger}`);
  const children = schema.children.flatMap((node): readonly DataNode[] => {
    const value = content[node.name];
    if (value === undefined) return [];
    return typeof value === 'string' ? [{ schema: node, value, children: [] }] : value;
  });
  return { schema, value: '', children };
}

/** The schema of a descendant, by names. */
export function schemaAt(schema: InteriorSchema, ...names: readonly string[]): InteriorSchema {
  return names.reduce<InteriorSchema>((parent, name) => {
    const found = parent.children.find((node) => node.name === name);
    if (found === undefined || !isInterior(found)) throw new TypeError(`${parent.name} has no node ${name}`);
    return found;
  }, schema);
}
