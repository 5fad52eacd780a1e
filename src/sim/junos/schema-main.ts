import { EMPTY, inModule, type SchemaNode, textOf } from '../datastore/schema.ts';
import { FIREWALL, PROTOCOLS, ROUTING_OPTIONS } from './namespaces.ts';

/** The router's own table, its sessions and its filters: held and shown as configured, without effect on the simulated routes. */

const NAME = textOf(1, 255);

const options = inModule(ROUTING_OPTIONS);

const staticRoutes = (): SchemaNode =>
  options.container('static', [
    options.leafList('apply-groups', 'user', NAME),
    options.list(
      'route',
      ['name'],
      [options.leaf('name', NAME), options.leaf('next-hop', NAME), options.leaf('next-table', NAME)],
    ),
  ]);

const routingOptions = options.container('routing-options', [
  options.leafList('apply-groups', 'user', NAME),
  options.list('rib', ['name'], [options.leaf('name', NAME), staticRoutes()]),
  staticRoutes(),
  options.leaf('router-id', NAME),
  options.list('rib-groups', ['name'], [options.leaf('name', NAME), options.leafList('import-rib', 'user', NAME)]),
  options.leafList('instance-import', 'user', NAME),
]);

const sessions = inModule(PROTOCOLS);
const policies = (): SchemaNode[] => [
  sessions.leafList('apply-groups', 'user', NAME),
  sessions.leafList('import', 'user', NAME),
  sessions.leafList('export', 'user', NAME),
];

const protocols = sessions.container('protocols', [
  sessions.leafList('apply-groups', 'user', NAME),
  sessions.container('bgp', [
    ...policies(),
    sessions.list(
      'group',
      ['name'],
      [
        sessions.leaf('name', NAME),
        ...policies(),
        sessions.list('neighbor', ['name'], [sessions.leaf('name', NAME), ...policies()]),
      ],
    ),
  ]),
]);

const filter = inModule(FIREWALL);

const filters = (): SchemaNode =>
  filter.list(
    'filter',
    ['name'],
    [
      filter.leaf('name', NAME),
      filter.leafList('apply-groups', 'user', NAME),
      filter.sequence(
        'term',
        ['name'],
        [
          filter.leaf('name', NAME),
          filter.container('from', [filter.leafList('protocol', 'user', NAME)]),
          filter.container('then', [
            filter.presence('routing-instance', [filter.leaf('routing-instance-name', NAME)]),
            filter.leaf('accept', EMPTY),
            filter.leaf('count', NAME),
          ]),
        ],
      ),
    ],
  );

const firewall = filter.container('firewall', [
  filter.leafList('apply-groups', 'user', NAME),
  filter.container('family', [filter.container('inet', [filters()]), filter.container('inet6', [filters()])]),
  filters(),
]);

export const MAIN: readonly SchemaNode[] = [routingOptions, protocols, firewall];
