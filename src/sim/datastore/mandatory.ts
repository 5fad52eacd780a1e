import type { RpcErrorFields } from '../netconf/rpc-error.ts';
import { isInterior } from './schema.ts';
import { childNamed, type DataNode } from './tree.ts';

/** Mandatory leaves that are missing (RFC 7950 §7.6.5). */
export function findMissingLeaves(node: DataNode, path = ''): RpcErrorFields[] {
  if (!isInterior(node.schema)) return [];
  const missing = node.schema.children
    .filter(
      (schema) => schema.kind === 'leaf' && schema.mandatory === true && childNamed(node, schema.name) === undefined,
    )
    .map(
      (schema): RpcErrorFields => ({
        tag: 'data-missing',
        appTag: 'missing-mandatory',
        path: `${path}/${schema.module.prefix}:${schema.name}`,
        pathNamespaces: new Map([[schema.module.prefix, schema.module.namespace]]),
        message: `${schema.name} is mandatory in ${node.schema.name}`,
      }),
    );
  const inner = node.children.flatMap((next) =>
    findMissingLeaves(next, `${path}/${next.schema.module.prefix}:${next.schema.name}`),
  );
  return [...missing, ...inner];
}
