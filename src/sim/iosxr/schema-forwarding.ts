import { EMPTY, inModule, integerBetween, oneOf, type SchemaNode, textOf } from '../datastore/schema.ts';
import { UM_ACCESS_LIST, UM_POLICY_MAP, UM_STATIC } from './namespaces.ts';

/** What sends packets elsewhere than the routes of their table: held and shown as configured, without effect on the simulated routes. */

const NAME = textOf(1, 64);
const ADDRESS = textOf(2, 64);
const FAMILIES = ['ipv4', 'ipv6'] as const;
const UINT32_MAX = 0xffff_ffff;

const fixed = inModule(UM_STATIC);

const nextHops = (): SchemaNode[] => [
  fixed.container('nexthop-interfaces', [
    fixed.list(
      'nexthop-interface',
      ['interface-name'],
      [fixed.leaf('interface-name', NAME), fixed.leaf('description', NAME)],
    ),
  ]),
  fixed.container('nexthop-addresses', [
    fixed.list(
      'nexthop-address',
      ['address'],
      [fixed.leaf('address', ADDRESS), fixed.leaf('tag', integerBetween(1, UINT32_MAX))],
    ),
  ]),
];

const staticRoutes = (): SchemaNode =>
  fixed.container(
    'address-family',
    FAMILIES.map((family) =>
      fixed.container(family, [
        fixed.container('unicast', [
          fixed.container('prefixes', [
            fixed.list(
              'prefix',
              ['prefix-address', 'prefix-length'],
              [
                fixed.leaf('prefix-address', ADDRESS),
                fixed.leaf('prefix-length', integerBetween(0, 128)),
                ...nextHops(),
                fixed.container('vrfs', [
                  fixed.list('vrf', ['vrf-name'], [fixed.leaf('vrf-name', textOf(1, 32)), ...nextHops()]),
                ]),
              ],
            ),
          ]),
        ]),
      ]),
    ),
  );

const STATIC = fixed.container('router', [
  fixed.container('static', [
    staticRoutes(),
    fixed.container('vrfs', [fixed.list('vrf', ['vrf-name'], [fixed.leaf('vrf-name', textOf(1, 32)), staticRoutes()])]),
  ]),
]);

const steer = inModule(UM_POLICY_MAP);

const redirect = (family: string): SchemaNode =>
  steer.container(
    `redirect-${family}`,
    [1, 2, 3].map((place) =>
      steer.container(`nexthop${place}`, [steer.leaf('address', ADDRESS), steer.leaf('vrf', textOf(1, 32))]),
    ),
  );

const POLICY_MAPS = steer.container('policy-map', [
  steer.container('type', [
    steer.list(
      'pbr',
      ['policy-map-name'],
      [
        steer.leaf('policy-map-name', NAME),
        steer.leaf('description', NAME),
        steer.list(
          'class',
          ['name', 'type'],
          [
            steer.leaf('name', NAME),
            steer.leaf('type', oneOf('traffic')),
            ...FAMILIES.map(redirect),
            steer.container('set', [steer.leaf('dscp', textOf(1, 8))]),
            steer.presence('transmit', []),
          ],
        ),
      ],
    ),
  ]),
]);

const accessLists = (family: (typeof FAMILIES)[number]): SchemaNode => {
  const list = inModule(UM_ACCESS_LIST[family]);
  const end = (name: string): SchemaNode =>
    list.container(name, [
      list.leaf('any', EMPTY),
      list.leaf('address', ADDRESS),
      list.leaf('prefix-length', integerBetween(0, 128)),
    ]);
  const hop = (place: number): SchemaNode =>
    list.container(`nexthop${place}`, [
      list.leaf(family, ADDRESS),
      list.leaf('track', NAME),
      list.leaf('vrf', textOf(1, 32)),
    ]);
  const action = (name: string): SchemaNode =>
    list.container(name, [list.leaf('protocol', NAME), end('source'), end('destination'), ...[1, 2, 3].map(hop)]);
  return list.container(family, [
    list.container('access-lists', [
      list.list(
        'access-list',
        ['access-list-name'],
        [
          list.leaf('access-list-name', NAME),
          list.container('sequences', [
            list.list(
              'sequence',
              ['sequence-number'],
              [
                list.leaf('sequence-number', integerBetween(1, UINT32_MAX)),
                list.leaf('remark', textOf(1, 255)),
                action('permit'),
                action('deny'),
              ],
            ),
          ]),
        ],
      ),
    ]),
  ]);
};

export const FORWARDING: readonly SchemaNode[] = [STATIC, POLICY_MAPS, ...FAMILIES.map(accessLists)];
