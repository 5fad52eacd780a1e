import { parseXml } from '../xml/parse.ts';
import { RpcErrors } from './datastores.ts';
import { editTree } from './edit.ts';
import type { DataNode } from './tree.ts';

/** XML text (the children of `<config>`) merged into a tree; `none` lets only what carries an operation count. Throws RpcErrors. */
export function mergeConfig(tree: DataNode, config: string, defaultOperation: 'merge' | 'none' = 'merge'): DataNode {
  // The prefixes that people write without declaring them: operation and insert.
  const declared =
    '<config xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" xmlns:yang="urn:ietf:params:xml:ns:yang:1">';
  const element = parseXml(`${declared}${config}</config>`);
  const result = editTree(tree, element, defaultOperation, 'rollback-on-error');
  if (result.errors.length > 0) throw new RpcErrors(result.errors);
  return result.tree;
}
