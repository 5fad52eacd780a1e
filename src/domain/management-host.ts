import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import { WaslError } from '../errors.ts';
import { checkedText } from './checked-text.ts';
import { contains, type Prefix, parseAddress, parsePrefix } from './prefix.ts';
import { shown } from './shown.ts';

const HOST_LENGTH_MAX = 253;

/** Addresses at which no router is managed, with what they are. Loopback is not among them: simulated routers live there. */
const NO_ROUTER: readonly (readonly [Prefix, string])[] = (
  [
    ['0.0.0.0/8', 'an address of no host'],
    ['169.254.0.0/16', 'a link-local address'],
    // Metadata services of clouds answer whoever asks from inside.
    ['100.100.100.200/32', 'the address of a metadata service'],
    ['192.0.0.192/32', 'the address of a metadata service'],
    ['fd00:ec2::254/128', 'the address of a metadata service'],
    ['224.0.0.0/4', 'a multicast address'],
    ['240.0.0.0/4', 'an address of no host'],
    ['::/128', 'an address of no host'],
    ['fe80::/10', 'a link-local address'],
    ['ff00::/8', 'a multicast address'],
  ] as const
).map(([prefix, what]) => [parsePrefix(prefix), what]);

/** IPv6 addresses that stand for an IPv4 address in their last 32 bits: mapped (RFC 4291 §2.5.5.2), translated (RFC 6052). */
const CARRIERS_OF_IPV4: readonly Prefix[] = ['::ffff:0:0/96', '64:ff9b::/96'].map((text) => parsePrefix(text));

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?$/;

/**
 * Where a router is managed: an IP address or a DNS name, and nothing that a resolver, a shell or a URL would read as something else.
 * Addresses in canonical text, names in lower case, so that equal hosts are equal texts. Throws INPUT_INVALID.
 */
export function parseManagementHost(text: string): string {
  return isIPv4(text) || isIPv6(text) ? checkAddress(text) : checkName(text);
}

function checkAddress(text: string): string {
  if (text.includes('%')) throw noRouter(text, 'an address of one link');
  const address = parseAddress(text);
  const carrier = CARRIERS_OF_IPV4.find((prefix) => contains(prefix, address));
  if (carrier !== undefined) throw noRouter(text, 'an IPv4 address written as IPv6');
  const [, what] = NO_ROUTER.find(([prefix]) => contains(prefix, address)) ?? [];
  if (what !== undefined) throw noRouter(text, what);
  return address;
}

function checkName(text: string): string {
  const name = text.toLowerCase();
  const labels = name.split('.');
  // A last label of digits, or 0x..., is an IPv4 address in one of its old spellings to most resolvers.
  const isNumber = /^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '');
  if (name.length > HOST_LENGTH_MAX || isNumber || !labels.every((label) => LABEL.test(label))) {
    throw new WaslError('INPUT_INVALID', `${shown(text)} is neither a DNS name nor an IP address`, {
      remedy: 'Write the host alone, like pe1.example.net or 192.0.2.11: no port, no URL, no user.',
    });
  }
  if (labels[0] === 'metadata') throw noRouter(text, 'the name of a metadata service');
  return name;
}

function noRouter(text: string, what: string): WaslError {
  const remedy = "Write the address of the router's management interface.";
  return new WaslError('INPUT_INVALID', `${shown(text)} is ${what}`, { remedy });
}

export const managementHostSchema = z.string().transform(checkedText(parseManagementHost));
