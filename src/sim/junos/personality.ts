import type { DataNode } from '../datastore/tree.ts';
import { type Habits, USUAL_HABITS } from '../habits.ts';
import { OK } from '../netconf/operations.ts';
import type { RpcErrorFields } from '../netconf/rpc-error.ts';
import { renderRpcError } from '../netconf/rpc-error.ts';
import type { CheckResult, OperationalRpc, Personality } from '../personality.ts';
import { NETCONF_NAMESPACE, tag, textTag } from '../xml/element.ts';
import { renderJunosBase } from './base-config.ts';
import { checkJunos } from './check.ts';
import { INSTANCES, POLICY, ROOT, RPC_PING, RPC_ROUTE } from './namespaces.ts';
import { pingJunos } from './ping.ts';
import { getRouteInformation } from './route-information.ts';
import { JUNOS_SCHEMA } from './schema.ts';
import { readJunosInstances } from './vpn-instances.ts';

const ATTRIBUTES_NAMESPACE = 'http://xml.juniper.net/junos/24.4R1/junos';

/** Junos says each capability twice: as the RFC does, and in a namespace that is older. */
const inBothForms = (...names: readonly string[]): string[] =>
  ['urn:ietf:params:netconf', 'urn:ietf:params:xml:ns:netconf'].flatMap((form) => [
    `${form}:base:1.0`,
    ...names.map((name) => `${form}:capability:${name}`),
  ]);
const model = (namespace: string, module: string): string => `${namespace}?module=${module}&revision=2024-01-01`;

/** Junos 24.4R1 with `system services netconf yang-compliant`: base 1.0, confirmed-commit 1.0 bound to its session. */
export const junosYang: Personality = {
  platform: 'junos-yang',
  capabilities: [
    ...inBothForms('candidate:1.0', 'confirmed-commit:1.0', 'validate:1.0'),
    'http://xml.juniper.net/netconf/junos/1.0',
    model(ROOT.namespace, 'junos-conf-root'),
    model(POLICY.namespace, 'junos-conf-policy-options'),
    model(INSTANCES.namespace, 'junos-conf-routing-instances'),
  ],
  confirmedCommit: '1.0',
  errorOptions: ['stop-on-error', 'continue-on-error'],
  // Session ids are process ids.
  firstSessionId: 21_401,
  schema: JUNOS_SCHEMA,
  habits: USUAL_HABITS,
  renderBase: renderJunosBase,
  check: checkJunos,
  readInstances: readJunosInstances,
  shown: (tree, { groups }) => (groups === 'named' ? withGroupsByName(tree) : tree),
  marked: (xml, { at }) => {
    const seconds = Math.floor(at.getTime() / 1_000);
    const attributes = ` xmlns:junos="${ATTRIBUTES_NAMESPACE}" junos:commit-seconds="${seconds}"`;
    const open = `<configuration xmlns="${ROOT.namespace}"`;
    return xml === '' ? `${open}${attributes}/>` : xml.replace(open, `${open}${attributes}`);
  },
  lockDenied: (_datastore, holder, reason, user) => ({
    type: 'protocol',
    tag: 'lock-denied',
    info: { 'session-id': String(holder) },
    message:
      reason === 'dirty'
        ? 'configuration database modified'
        : `configuration database locked by:\n  ${user} terminal p0 (pid ${holder}) on since boot\n      exclusive [edit]`,
  }),
  renderChecked: renderCommitResults,
  rpcs: new Map<string, OperationalRpc>(
    [RPC_ROUTE.namespace, NETCONF_NAMESPACE].flatMap((namespace): [string, OperationalRpc][] => [
      [`{${namespace}}get-route-information`, byEngines(getRouteInformation)],
      [`{${namespace === RPC_ROUTE.namespace ? RPC_PING.namespace : namespace}}ping`, byEngines(pingJunos)],
    ]),
  ),
  operational: new Map(),
  renderLeftover: (vrf) =>
    tag(
      'configuration',
      tag(
        'routing-instances',
        tag('instance', textTag('name', vrf) + textTag('description', 'work in progress')),
        INSTANCES.namespace,
      ),
      ROOT.namespace,
    ),
};

/** Each routing engine answers for itself, where the router has the habit. */
function byEngines(rpc: OperationalRpc): OperationalRpc {
  return (input, context) => {
    const content = rpc(input, context);
    const { routingEngines } = context.habits;
    if (routingEngines.length === 0) return content;
    const items = routingEngines.map((name) => tag('multi-routing-engine-item', textTag('re-name', name) + content));
    return tag('multi-routing-engine-results', items.join(''));
  };
}

/** Errors stand inside `<commit-results>`; warnings stand beside `<ok/>`. All engines check, then the others commit, then the first. */
function renderCommitResults(
  operation: 'validate' | 'commit',
  { errors, warnings }: CheckResult,
  { routingEngines }: Habits,
): string {
  const render = (list: readonly RpcErrorFields[]): string => list.map(renderRpcError).join('');
  const [first = 're0', ...others] = routingEngines;
  const engine = (name: string, content: string): string => tag('routing-engine', textTag('name', name) + content);
  const results = (...blocks: readonly string[]): string => tag('commit-results', blocks.join(''), NETCONF_NAMESPACE);
  if (errors.length > 0) return results(engine(first, render([...warnings, ...errors])));
  const [checked, committed] = [tag('commit-check-success', ''), tag('commit-success', '')];
  if (operation === 'validate') {
    return render(warnings) + results(...[first, ...others].map((name) => engine(name, checked))) + OK;
  }
  const checks = others.length === 0 ? [] : [engine(first, checked)];
  return render(warnings) + results(...checks, ...[...others, first].map((name) => engine(name, committed))) + OK;
}

function withGroupsByName(tree: DataNode): DataNode {
  const named = (group: DataNode): DataNode => ({
    ...group,
    children: group.children.filter(({ schema }) => schema.name === 'name'),
  });
  return {
    ...tree,
    children: tree.children.map((configuration) => ({
      ...configuration,
      children: configuration.children.map((child) => (child.schema.name === 'groups' ? named(child) : child)),
    })),
  };
}
