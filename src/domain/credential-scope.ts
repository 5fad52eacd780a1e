import { isIP } from 'node:net';
import { z } from 'zod';
import { checkedText } from './checked-text.ts';
import { parseManagementHost } from './management-host.ts';
import { contains, type Prefix, parseAddress, parsePrefix } from './prefix.ts';
import { HOST_KEY, type LoginTarget } from './router-access.ts';

/**
 * Where a credential may be sent, as the worker's own file says it: the inventory, which other people write, cannot widen it.
 * Both lists count where both are there.
 */
export interface CredentialScope {
  /** DNS names, addresses and prefixes. */
  readonly hosts?: readonly string[] | undefined;
  /** OpenSSH fingerprints of the routers' host keys. */
  readonly hostKeys?: readonly string[] | undefined;
}

export const credentialScopeShape = {
  hosts: z
    .array(z.string().transform(checkedText(parseHostOrPrefix)))
    .min(1)
    .optional(),
  hostKeys: z.array(z.string().regex(HOST_KEY, 'must be an OpenSSH SHA256 fingerprint')).min(1).optional(),
};

function parseHostOrPrefix(text: string): string {
  return text.includes('/') ? parsePrefix(text) : parseManagementHost(text);
}

/** null where the credential may be sent to the router; else why not. A credential without any scope is for no router. */
export function scopeFault(scope: CredentialScope, { host, hostKeys }: LoginTarget): string | null {
  if (scope.hosts === undefined && scope.hostKeys === undefined) return 'it names no host that it is for';
  if (scope.hosts !== undefined && !scope.hosts.some((listed) => covers(listed, host))) return `it is not for ${host}`;
  // Every pinned key is accepted by the session: one stranger among them is one too many.
  const stranger = hostKeys.find((key) => scope.hostKeys !== undefined && !scope.hostKeys.includes(key));
  return stranger === undefined ? null : `it is not for the host key ${stranger}`;
}

function covers(listed: string, host: string): boolean {
  if (!listed.includes('/')) return listed === host;
  return isIP(host) !== 0 && contains(listed as Prefix, parseAddress(host));
}
