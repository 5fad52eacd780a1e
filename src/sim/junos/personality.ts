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
  renderBase: renderJunosBase,
  check: checkJunos,
  readInstances: readJunosInstances,
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
      [`{${namespace}}get-route-information`, getRouteInformation],
      [`{${namespace === RPC_ROUTE.namespace ? RPC_PING.namespace : namespace}}ping`, pingJunos],
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

/** Errors stand inside `<commit-results>`; warnings stand beside `<ok/>`. */
function renderCommitResults(operation: 'validate' | 'commit', { errors, warnings }: CheckResult): string {
  const render = (list: readonly RpcErrorFields[]): string => list.map(renderRpcError).join('');
  const results = (content: string): string =>
    tag('commit-results', tag('routing-engine', textTag('name', 're0') + content), NETCONF_NAMESPACE);
  if (errors.length > 0) return results(render([...warnings, ...errors]));
  const success = tag(operation === 'commit' ? 'commit-success' : 'commit-check-success', '');
  return render(warnings) + results(success) + OK;
}
