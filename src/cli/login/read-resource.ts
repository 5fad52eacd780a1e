import { createApiClient } from '../../api/client.ts';
import type { ProtectedResource } from '../../api/identity-wire.ts';

/** Where the server says that tokens come from; asked without one, for a login may be over. */
export function readResource(server: string, send: typeof fetch): Promise<ProtectedResource> {
  return createApiClient({ server, token: () => null, fetch: send }).readProtectedResource();
}
