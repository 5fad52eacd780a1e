/** Where a webhook may be sent: nowhere but where the operator lets that endpoint be, whatever its name resolves to at the moment. */
import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { WaslError } from '../errors.ts';

export interface AddressRules {
  /** CIDR, of the endpoint. */
  readonly networks: readonly string[];
  /** Never, whatever the networks say: hosts, by address or by name, at which routers are managed. */
  readonly forbidden: readonly string[];
  /** Of a development installation: plain text, any port, loopback where the networks say so. */
  readonly isDevelopment: boolean;
}

/** Services of the web; a port below or beside them is another service, which a POST may harm. */
const PORTS: readonly string[] = ['', '443', '8443'];
/** Of the host itself and its link, which are no network of a receiver, and those in which an IPv4 address hides from the rules for it. */
const NEVER: readonly string[] = [
  ...['loopback', 'linkLocal', 'unspecified', 'broadcast', 'multicast'],
  ...['rfc6052', 'rfc6145', '6to4', 'teredo'],
];
const URL_LENGTH_MAX = 512;

/** The form alone: asked when an endpoint is registered, and again before each try. Throws WEBHOOK_ADDRESS. */
export function requireWebhookUrl(text: string, isDevelopment: boolean): URL {
  const url = URL.canParse(text) && text.length <= URL_LENGTH_MAX ? new URL(text) : null;
  if (url === null) throw refusal('it is no address');
  const isPlain = isDevelopment && url.protocol === 'http:';
  if (url.protocol !== 'https:' && !isPlain) throw refusal(`${url.protocol} is not https:`);
  if (url.username !== '' || url.password !== '') throw refusal('it holds a name or a password');
  if (url.hash !== '') throw refusal('it has a fragment');
  if (!isDevelopment && !PORTS.includes(url.port)) throw refusal(`port ${url.port} is not 443 or 8443`);
  return url;
}

/** What an operator could allow at all: known when an endpoint is registered, before anybody has allowed anything. */
export const ANY_NETWORK: readonly string[] = ['0.0.0.0/0', '::/0'];

/** Throws WEBHOOK_ADDRESS, for hosts that are written as addresses: no name is looked up for those; and for a router's own name. */
export function requireReachable(url: URL, rules: AddressRules): void {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (ipaddr.isValid(host)) requireAllowed(host, rules);
  else if (rules.forbidden.includes(host.replace(/\.$/, ''))) throw leadsNowhere(host);
}

/**
 * Throws WEBHOOK_ADDRESS unless a network has it, and nothing forbids it. An IPv4 address in IPv6 is the IPv4 address. Where a router is managed is told to
 * nobody: a party reads the refusal, and would find the routers by asking for one address after the other.
 */
export function requireAllowed(address: string, { networks, forbidden, isDevelopment }: AddressRules): void {
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  const isDevelopers = isDevelopment && range === 'loopback';
  if (NEVER.includes(range) && !isDevelopers) throw refusal(`${address} is ${range}`);
  const isManagement = forbidden.some((each) => ipaddr.isValid(each) && `${ipaddr.process(each)}` === `${parsed}`);
  const isIn = networks.some((network) => {
    const [base, length] = ipaddr.parseCIDR(network);
    return base.kind() === parsed.kind() && parsed.match(base, length);
  });
  if (!isIn || (isManagement && !isDevelopers)) throw refusal(`${address} is in no network that the operator allows`);
}

/** For a connection: what it answers is what is connected to, so that a name cannot become another address in between. */
export function guardedLookup(
  rules: AddressRules,
  resolve: (host: string) => Promise<readonly LookupAddress[]> = (host) => lookup(host, { all: true }),
): LookupFunction {
  return (host, options, callback) => {
    const answer = async () => {
      const addresses = await resolve(host);
      // One bad address among good ones is enough: the caller, or the next connection, would take it.
      for (const { address } of addresses) requireAllowedFor(host, address, rules);
      return addresses;
    };
    answer().then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined) return callback(refusal(`${host} has no address`), '');
        return options.all ? callback(null, [...addresses]) : callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}

/** Of a name: what the installation's own resolver says of it is not for whoever wrote it down. */
function requireAllowedFor(host: string, address: string, rules: AddressRules): void {
  try {
    requireAllowed(address, rules);
  } catch {
    throw leadsNowhere(host);
  }
}

const leadsNowhere = (host: string) => refusal(`${host} has an address in no network that the operator allows`);
const refusal = (fact: string) => new WaslError('WEBHOOK_ADDRESS', fact, { path: 'url' });
