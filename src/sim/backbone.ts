import type { Inventory } from '../domain/inventory.ts';
import type { PlatformName, VpnId } from '../domain/names.ts';
import { contains, type Prefix, parseAddress, parsePrefix } from '../domain/prefix.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { WaslError } from '../errors.ts';
import { type Ability, withAbilities } from './abilities.ts';
import { baseRouteTarget } from './base-route-target.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Habits } from './habits.ts';
import { iosxrUm2 } from './iosxr/personality.ts';
import { junosYang } from './junos/personality.ts';
import type { OperatorPolicyStyle, Personality } from './personality.ts';
import { SimulatedRouter } from './router.ts';
import { deriveHostKey } from './ssh/host-key.ts';
import { RouteExchange } from './vpn/route-exchange.ts';

const PERSONALITIES: ReadonlyMap<PlatformName, Personality> = new Map<PlatformName, Personality>([
  ['iosxr-um2', iosxrUm2],
  ['junos-yang', junosYang],
]);

export const SIMULATED_PLATFORMS = [...PERSONALITIES.keys()];

/** What a test or a demonstration logs in with; the routers are on loopback and hold nothing. */
export const DEFAULT_USERNAME = 'wasl';
export const DEFAULT_PASSWORD = 'simulated';

export interface BackboneOptions {
  readonly inventory: Inventory;
  /** Host keys follow from it: the same seed gives the same fingerprints. */
  readonly seed?: string;
  readonly username?: string;
  readonly password?: string;
  /** OpenSSH public keys that may log in beside the password. */
  readonly authorizedKeys?: readonly string[];
  /** First of consecutive ports in the order of the inventory; absent or 0: ports that are free. */
  readonly firstPort?: number;
  /** Round-trip time to every router: each rpc costs one, a connection several. */
  readonly rttMs?: number;
  readonly operatorExportPolicies?: readonly {
    readonly router: string;
    readonly vrf: string;
    readonly style: OperatorPolicyStyle;
  }[];
  /** What a router's NETCONF server can do, where that is not what its platform's servers can. */
  readonly abilities?: readonly { readonly router: string; readonly abilities: readonly Ability[] }[];
  /** What a router does otherwise than its platform's usually do. */
  readonly habits?: readonly { readonly router: string; readonly habits: Partial<Habits> }[];
  readonly clock?: Clock;
}

export interface Backbone {
  /** The inventory that was given, with the real addresses, ports and host keys. */
  inventory(): Inventory;
  /** Throws ROUTER_UNKNOWN. */
  router(name: string): SimulatedRouter;
  routers(): SimulatedRouter[];
  /** The route target that the operator gave the VPN. */
  baseRouteTarget(vpn: VpnId): RouteTarget;
  readonly username: string;
  readonly password: string;
  /** Ends every session, timer and socket. */
  close(): Promise<void>;
}

/** Starts every router of the inventory as an SSH NETCONF server on loopback. Throws PLATFORM_UNKNOWN for a platform without a personality. */
export async function startBackbone(options: BackboneOptions): Promise<Backbone> {
  const { inventory } = options;
  const username = options.username ?? DEFAULT_USERNAME;
  const password = options.password ?? DEFAULT_PASSWORD;
  const exchange = new RouteExchange();
  const routers = new Map<string, SimulatedRouter>();
  const isBlackholed = (router: string, vrf: string, address: string): boolean =>
    routers
      .get(router)
      ?.faults.all('blackhole')
      .some((fault) => (fault.vrf === undefined || fault.vrf === vrf) && covers(fault.target, address)) ?? false;

  for (const [index, entry] of inventory.routers.entries()) {
    const personality = PERSONALITIES.get(entry.platform);
    if (personality === undefined) {
      const fact = `The simulation has no routers of platform ${entry.platform} (${entry.name})`;
      throw new WaslError('PLATFORM_UNKNOWN', fact, { remedy: `Use ${SIMULATED_PLATFORMS.join(' or ')}.` });
    }
    const seed = `${options.seed ?? 'backbone'}/${entry.name}`;
    const habits = options.habits?.find((of) => of.router === entry.name)?.habits;
    const lesser = options.abilities?.find((of) => of.router === entry.name);
    const policies = options.operatorExportPolicies?.filter((policy) => policy.router === entry.name) ?? [];
    routers.set(
      entry.name,
      new SimulatedRouter({
        inventory: entry,
        personality: {
          ...(lesser === undefined ? personality : withAbilities(personality, lesser.abilities)),
          habits: { ...personality.habits, ...habits },
        },
        base: {
          router: entry,
          baseRouteTarget: (vpn) => baseRouteTarget(inventory, vpn),
          exportPolicy: (vrf) => policies.find((policy) => policy.vrf === vrf)?.style,
        },
        exchange,
        clock: options.clock ?? systemClock,
        hostKeys: { regular: deriveHostKey(seed), changed: () => deriveHostKey(`${seed}/changed`) },
        username,
        password,
        authorizedKeys: options.authorizedKeys ?? [],
        port: options.firstPort ? options.firstPort + index : 0,
        rttMs: options.rttMs ?? 0,
        isBlackholed,
      }),
    );
  }
  const close = async (): Promise<void> => {
    await Promise.all([...routers.values()].map((router) => router.stop()));
  };
  try {
    await Promise.all([...routers.values()].map((router) => router.start()));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    inventory: () => withManagement(inventory, routers),
    router: (name) => {
      const router = routers.get(name);
      if (router === undefined) throw new WaslError('ROUTER_UNKNOWN', `The simulation has no router ${name}`);
      return router;
    },
    routers: () => [...routers.values()],
    baseRouteTarget: (vpn) => baseRouteTarget(inventory, vpn),
    username,
    password,
    close,
  };
}

function withManagement(inventory: Inventory, routers: ReadonlyMap<string, SimulatedRouter>): Inventory {
  return {
    ...inventory,
    routers: inventory.routers.map((entry) => {
      const router = routers.get(entry.name);
      if (router === undefined) return entry;
      const address = { host: '127.0.0.1', port: router.port, hostKeys: [router.fingerprint] };
      return { ...entry, management: { ...entry.management, ...address } };
    }),
  };
}

/** `target` is an address or a prefix. */
function covers(target: string, address: string): boolean {
  if (!target.includes('/')) return parseAddress(target) === address;
  return contains(parsePrefix(target), address as Prefix);
}
