import { type Address, contains, familyOf, type Prefix } from '../../domain/prefix.ts';
import type { RouteExchange } from './route-exchange.ts';

export interface PingPath {
  readonly router: string;
  readonly vrf: string;
  readonly destination: Address;
  readonly source?: Address;
}

/** Addresses and prefixes that do not answer, by where they are attached. */
export interface Blackholes {
  isBlackholed(router: string, vrf: string, address: Address): boolean;
}

/**
 * Whether an echo comes back: there is a route to the destination, a customer edge behind it answers, and the far VRF has
 * a route back to the source. A router that gives no source uses an address of any prefix attached to the VRF.
 */
export function isAnswered(exchange: RouteExchange, blackholes: Blackholes, ping: PingPath): boolean {
  const forward = exchange.lookup(ping.router, ping.vrf, ping.destination);
  if (forward === undefined) return false;
  const { fromRouter, fromVrf } = forward;
  if (!exchange.isUp(fromRouter)) return false;
  const answers = exchange
    .attachmentsOf(fromRouter, fromVrf)
    .some((attachment) => attachment.probe === ping.destination);
  if (!answers || blackholes.isBlackholed(fromRouter, fromVrf, ping.destination)) return false;

  const sources = sourcesOf(exchange, ping);
  return sources.some((source) => {
    const back = exchange.lookup(fromRouter, fromVrf, source);
    return back !== undefined && back.fromRouter === ping.router && back.fromVrf === ping.vrf;
  });
}

function sourcesOf(exchange: RouteExchange, ping: PingPath): Address[] {
  const family = familyOf(ping.destination);
  const attached = exchange
    .attachmentsOf(ping.router, ping.vrf)
    .flatMap((attachment) => attachment.prefixes)
    .filter((prefix) => familyOf(prefix) === family);
  const { source } = ping;
  if (source !== undefined) return attached.some((prefix) => contains(prefix, source)) ? [source] : [];
  return attached.map(firstHost);
}

function firstHost(prefix: Prefix): Address {
  return prefix.slice(0, prefix.indexOf('/')) as Address;
}
