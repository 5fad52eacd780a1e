import { connect, type NetconfSession } from '../netconf/index.ts';
import type { PlatformManifest } from '../platforms/manifest.ts';
import { PLATFORMS } from '../platforms/registry.ts';
import { refuseOtherDialect } from './dialect.ts';
import { NetconfRouter } from './netconf-router.ts';
import type { Router, RouterConnection, RouterCredential } from './router.ts';
import { translateError } from './translate-error.ts';

/**
 * Connects to a PE and opens its session. Throws ROUTER_UNREACHABLE, ROUTER_AUTH_FAILED, ROUTER_HOST_KEY, ROUTER_TIMEOUT, ROUTER_PROTOCOL,
 * PLATFORM_MISMATCH, and ROUTER_CAPABILITY where the hello allows no procedure.
 */
export async function openRouter(connection: RouterConnection): Promise<Router> {
  const { router } = connection;
  const platform = PLATFORMS[router.platform];
  const session = await openSession(connection, platform.manifest);
  try {
    refuseOtherDialect(session.capabilities, platform.manifest, router.name);
    return new NetconfRouter(session, connection, platform);
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function openSession(connection: RouterConnection, manifest: PlatformManifest): Promise<NetconfSession> {
  const { router, credential, signal, connectTimeoutMs, rpcTimeoutMs } = connection;
  try {
    return await connect({
      name: router.name,
      host: router.management.host,
      port: router.management.port,
      hostKey: { sha256: router.management.hostKeys },
      username: credential.username,
      auth: authOf(credential),
      pauseAfterHelloMs: manifest.pauseAfterHelloMs,
      signal,
      connectTimeoutMs,
      rpcTimeoutMs,
    });
  } catch (error) {
    throw translateError(error, router.name, 'connect');
  }
}

function authOf(credential: RouterCredential) {
  if ('password' in credential) return { password: credential.password };
  const { privateKey, passphrase } = credential;
  return { privateKey, passphrase };
}
