import { isIP } from 'node:net';
import { EMPTY, inModule, type LeafRules, oneOf, type SchemaNode, schemaRoot, textOf } from '../datastore/schema.ts';
import { INSTANCES, POLICY, ROOT } from './namespaces.ts';
import { MAIN } from './schema-main.ts';

/** Junos 24.4R1 in its yang-compliant form, as far as VPNs need it. */

const root = inModule(ROOT);
const policy = inModule(POLICY);
const instances = inModule(INSTANCES);

const NAME = textOf(1, 255);
const ANY_TEXT = textOf(0, 255);

const PREFIX: LeafRules = {
  check: (text) => {
    const [address = '', length, ...rest] = text.split('/');
    const bits = { 4: 32, 6: 128 }[isIP(address)] ?? -1;
    const isValid = rest.length === 0 && /^\d{1,3}$/.test(length ?? '') && Number(length) <= bits;
    return isValid ? null : `${JSON.stringify(text)} is not an IP prefix`;
  },
};

/** `exact`, `longer` and `orlonger` are what is simulated of the choice. */
const LENGTHS = oneOf('exact', 'longer', 'orlonger');

const from = (): SchemaNode =>
  policy.container('from', [
    policy.leaf('family', oneOf('inet', 'inet-vpn', 'inet6', 'inet6-vpn')),
    policy.leafList('protocol', 'user', oneOf('bgp', 'direct', 'static')),
    policy.leafList('community', 'user', NAME),
    policy.sequence(
      'route-filter',
      ['address', 'choice-ident', 'choice-value'],
      [policy.leaf('address', PREFIX), policy.leaf('choice-ident', LENGTHS), policy.leaf('choice-value', ANY_TEXT)],
    ),
    policy.sequence('prefix-list', ['name'], [policy.leaf('name', NAME)]),
    policy.sequence(
      'prefix-list-filter',
      ['list_name', 'choice-ident', 'choice-value'],
      [policy.leaf('list_name', NAME), policy.leaf('choice-ident', LENGTHS), policy.leaf('choice-value', ANY_TEXT)],
    ),
  ]);

const then = (): SchemaNode =>
  policy.container('then', [
    policy.container('local-preference', [policy.leaf('local-preference', textOf(1, 10))]),
    policy.sequence(
      'community',
      ['choice-ident', 'choice-value', 'community-name'],
      [
        policy.leaf('choice-ident', oneOf('add', 'set', 'delete')),
        policy.leaf('choice-value', ANY_TEXT),
        policy.leaf('community-name', NAME),
      ],
    ),
    policy.leaf('next', oneOf('policy', 'term')),
    policy.leaf('accept', { ...EMPTY, choice: 'accept-or-reject' }),
    policy.leaf('reject', { ...EMPTY, choice: 'accept-or-reject' }),
  ]);

const policyOptions = policy.container('policy-options', [
  policy.leafList('apply-groups', 'user', NAME),
  policy.list(
    'prefix-list',
    ['name'],
    [policy.leaf('name', NAME), policy.list('prefix-list-item', ['name'], [policy.leaf('name', PREFIX)])],
  ),
  policy.list(
    'policy-statement',
    ['name'],
    [
      policy.leaf('name', NAME),
      policy.leafList('apply-groups', 'user', NAME),
      policy.sequence('term', ['name'], [policy.leaf('name', NAME), from(), then()]),
      from(),
      then(),
    ],
  ),
  policy.list('community', ['name'], [policy.leaf('name', NAME), policy.leafList('members', 'user', NAME)]),
]);

const routingInstances = instances.container('routing-instances', [
  instances.leafList('apply-groups', 'user', NAME),
  instances.list(
    'instance',
    ['name'],
    [
      instances.leaf('name', NAME),
      instances.leafList('apply-groups', 'user', NAME),
      instances.leaf('instance-type', oneOf('vrf', 'virtual-router', 'forwarding')),
      instances.container('routing-options', [
        instances.presence('auto-export', [instances.leaf('disable', EMPTY)]),
        // Held and shown: the simulated table drops nothing.
        instances.container('maximum-prefixes', [instances.leaf('limit', NAME), instances.leaf('log-only', EMPTY)]),
      ]),
      instances.leaf('description', textOf(1, 255)),
      instances.container('route-distinguisher', [instances.leaf('rd-type', textOf(3, 64))]),
      instances.leafList('vrf-import', 'user', NAME),
      instances.leafList('vrf-export', 'user', NAME),
      instances.container('vrf-target', [
        instances.leaf('community', NAME),
        instances.leaf('import', NAME),
        instances.leaf('export', NAME),
      ]),
      instances.presence('vrf-table-label', []),
    ],
  ),
]);

const groups = root.list(
  'groups',
  ['name'],
  [root.leaf('name', NAME), root.leafList('apply-groups', 'user', NAME), policyOptions, routingInstances, ...MAIN],
);

export const JUNOS_SCHEMA = schemaRoot(
  [
    root.container('configuration', [
      root.leaf('version', textOf(1, 64)),
      groups,
      root.leafList('apply-groups', 'user', NAME),
      policyOptions,
      routingInstances,
      ...MAIN,
    ]),
  ],
  { deactivates: true },
);
