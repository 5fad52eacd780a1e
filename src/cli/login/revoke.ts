import { tokenRevocation } from 'openid-client';
import type { CliIo } from '../cli-io.ts';
import { asking, discoverIssuer } from './issuer-client.ts';
import type { Login } from './login-cache.ts';

/** Has the issuer take back what would renew the login (RFC 7009); the access token ends by itself within minutes. */
export async function revoke({ issuer, clientId, renewal }: Login, io: CliIo): Promise<void> {
  if (renewal?.by !== 'refresh-token') return;
  const config = await discoverIssuer({ io, issuer, clientId });
  if (config.serverMetadata().revocation_endpoint === undefined) return;
  await asking(issuer, () => tokenRevocation(config, renewal.refreshToken));
}
