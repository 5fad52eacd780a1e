import { createHash } from 'node:crypto';
import { buildNode, schemaAt } from '../datastore/build.ts';
import { inModule } from '../datastore/schema.ts';
import type { DataNode } from '../datastore/tree.ts';

export const YANG_LIBRARY = { prefix: 'yanglib', namespace: 'urn:ietf:params:xml:ns:yang:ietf-yang-library' };

const { container, list, leaf } = inModule(YANG_LIBRARY);
/** The part of ietf-yang-library (RFC 8525) that lists modules. */
const SCHEMA = container('yang-library', [
  list(
    'module-set',
    ['name'],
    [leaf('name'), list('module', ['name'], [leaf('name'), leaf('revision'), leaf('namespace')])],
  ),
  leaf('content-id'),
]);

const isModel = (uri: string): boolean => uri.includes('?module=');

/** Of a hello that lists its models, one that leaves them to the library. */
export function announceLibrary(capabilities: readonly string[]): string[] {
  const library = `urn:ietf:params:netconf:capability:yang-library:1.1?revision=2019-01-04&content-id=${contentId(capabilities)}`;
  return [...capabilities.filter((uri) => !isModel(uri)), library];
}

const contentId = (capabilities: readonly string[]): string =>
  createHash('sha256').update(capabilities.filter(isModel).join('\n')).digest('hex').slice(0, 16);

export function buildYangLibrary(capabilities: readonly string[]): DataNode {
  const set = schemaAt(SCHEMA, 'module-set');
  const modules = capabilities.filter(isModel).map((uri) => {
    const [namespace = '', query = ''] = uri.split('?');
    const words = new URLSearchParams(query);
    const [name, revision] = [words.get('module') ?? '', words.get('revision') ?? ''];
    return buildNode(schemaAt(set, 'module'), { name, revision, namespace });
  });
  return buildNode(SCHEMA, {
    'module-set': [buildNode(set, { name: 'complete', module: modules })],
    'content-id': contentId(capabilities),
  });
}
