import { buildNode, schemaAt } from '../datastore/build.ts';
import { inModule } from '../datastore/schema.ts';
import type { DataNode } from '../datastore/tree.ts';
import type { OperationalContext } from '../personality.ts';
import { CONFIG_MANAGER } from './namespaces.ts';

const { container, list, leaf } = inModule(CONFIG_MANAGER);
/** The part of Cisco-IOS-XR-config-cfgmgr-exec-oper that lists commits. */
const SCHEMA = container('config-manager', [
  container('global', [
    container('config-commit', [
      container('commits', [list('commit', ['commit-id'], [leaf('commit-id'), leaf('timestamp')])]),
    ]),
  ]),
]);
/** The platform's numbers have ten digits. */
const FIRST_COMMIT_ID = 1_000_000_000;

/** Newest first. */
export function buildCommits({ commits }: OperationalContext): DataNode {
  const [global, configCommit, all] = [
    schemaAt(SCHEMA, 'global'),
    schemaAt(SCHEMA, 'global', 'config-commit'),
    schemaAt(SCHEMA, 'global', 'config-commit', 'commits'),
  ];
  const entries = commits.map(({ number, at }) =>
    buildNode(schemaAt(all, 'commit'), {
      'commit-id': String(FIRST_COMMIT_ID + number),
      timestamp: String(Math.floor(at.getTime() / 1_000)),
    }),
  );
  const within = buildNode(configCommit, { commits: [buildNode(all, { commit: entries })] });
  return buildNode(SCHEMA, { global: [buildNode(global, { 'config-commit': [within] })] });
}
