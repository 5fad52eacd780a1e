import type { LoginTarget } from '../domain/router-access.ts';
import { WaslError } from '../errors.ts';
import { type ConnectionPool, connect, type NetconfSession } from '../netconf/index.ts';
import type { PlatformManifest } from '../platforms/manifest.ts';
import { PLATFORMS } from '../platforms/registry.ts';
import { modelsOf, refuseOtherDialect } from './dialect.ts';
import { NetconfRouter } from './netconf-router.ts';
import type { Router, RouterConnection, RouterCredential } from './router.ts';
import { translateError } from './translate-error.ts';

/**
 * Connects to a PE and opens its session. Throws ROUTER_UNREACHABLE, ROUTER_AUTH_FAILED, ROUTER_HOST_KEY, ROUTER_TIMEOUT, ROUTER_PROTOCOL,
 * PLATFORM_MISMATCH, and ROUTER_CAPABILITY where the hello allows no procedure. Only what is for reading takes a connection of the pool.
 */
export async function openRouter(connection: RouterConnection, pool?: ConnectionPool): Promise<Router> {
  const { router } = connection;
  const platform = PLATFORMS[router.platform];
  const session = await openSession(connection, platform.manifest, pool);
  try {
    refuseOtherDialect(await askModels(session, platform.manifest, router.name), platform.manifest, router.name);
    return new NetconfRouter(session, connection, platform);
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function askModels(session: NetconfSession, manifest: PlatformManifest, pe: string) {
  try {
    return await modelsOf(session, manifest);
  } catch (error) {
    throw translateError(error, pe, 'session');
  }
}

async function openSession(
  connection: RouterConnection,
  manifest: PlatformManifest,
  pool: ConnectionPool | undefined,
): Promise<NetconfSession> {
  const { router, credential, jumpCredentials = [], signal, connectTimeoutMs, rpcTimeoutMs, transcript } = connection;
  const { jumpHosts = [], legacyAlgorithms, netconf } = router.management;
  try {
    const options = {
      name: router.name,
      ...targetOf(router.management, credential),
      ...(jumpHosts.length === 0 ? {} : { jumpHosts: jumpHosts.map((hop, at) => targetOf(hop, jumpCredentials[at])) }),
      legacyAlgorithms,
      ...netconf,
      pauseAfterHelloMs: manifest.pauseAfterHelloMs,
      signal,
      connectTimeoutMs,
      rpcTimeoutMs,
      capture: transcript?.capture,
    };
    return await (connection.isForReading === true && pool !== undefined ? pool.open(options) : connect(options));
  } catch (error) {
    throw translateError(error, router.name, 'connect');
  }
}

/** A hop without a login is a mistake of the caller's: no host is tried without one. */
function targetOf({ host, port, hostKeys }: LoginTarget, credential: RouterCredential | undefined) {
  if (credential === undefined) throw new WaslError('INTERNAL', `no login was given for the jump host ${host}`);
  return { host, port, hostKey: { sha256: hostKeys }, username: credential.username, auth: authOf(credential) };
}

function authOf(credential: RouterCredential) {
  if (!('privateKey' in credential)) return { password: credential.password };
  const { privateKey, passphrase, password } = credential;
  return [{ privateKey, passphrase }, ...(password === undefined ? [] : [{ password }])];
}
