import ssh2 from 'ssh2';
import { NetconfError, toNetconfError } from '../errors.ts';
import { DEFAULT_TIMEOUTS } from '../limits.ts';
import { chooseAlgorithms, type LegacyAlgorithm } from './algorithms.ts';
import { fingerprint, keyType } from './host-key.ts';
import { knownHostsLine } from './known-hosts.ts';

export interface ScannedHostKey {
  readonly type: string;
  /** `SHA256:...`, to compare with what the router's console shows. */
  readonly sha256: string;
  /** A line for known_hosts. */
  readonly knownHostsLine: string;
}

export interface ScanOptions {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs?: number | undefined;
  readonly legacyAlgorithms?: readonly LegacyAlgorithm[] | undefined;
}

/**
 * Trust on first use, as a tool and never as a mode: shows the host key that a server presents, so that a person can compare it
 * and put it into an inventory. It never logs in, and no session takes its result by itself.
 */
export function scanHostKey({ host, port, timeoutMs, legacyAlgorithms }: ScanOptions): Promise<ScannedHostKey> {
  const client = new ssh2.Client();
  const context = { peer: `${host}:${port}`, operation: 'scan host key' };
  const limitMs = timeoutMs ?? DEFAULT_TIMEOUTS.connectTimeoutMs;
  return new Promise((resolve, reject) => {
    const end = (error: NetconfError | null, key?: ScannedHostKey) => {
      clearTimeout(timer);
      client.on('error', () => undefined);
      client.destroy();
      if (key !== undefined) resolve(key);
      else if (error !== null) reject(new NetconfError(error.code, error.fact, context));
    };
    const timer = setTimeout(() => end(new NetconfError('CONNECT_TIMEOUT', `no key in ${limitMs} ms`)), limitMs);
    client.on('error', (error: Error) => end(toNetconfError(error)));
    client.on('close', () => end(new NetconfError('TRANSPORT', 'the server closed the connection')));
    client.connect({
      host,
      port,
      username: 'none',
      authHandler: [],
      algorithms: chooseAlgorithms([], legacyAlgorithms),
      readyTimeout: 0,
      hostVerifier: (key: Buffer) => {
        const type = keyType(key);
        end(null, { type, sha256: fingerprint(key), knownHostsLine: knownHostsLine(host, port, key, type) });
        return false;
      },
    });
  });
}
