import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../../src/bin/child-process.ts';
import { cacheDirectory } from '../../../src/bin/configuration.ts';
import { type ConnectOptions, scanHostKey } from '../../../src/netconf/index.ts';
import { canConnect, freezeProcess, until } from './netconfd.ts';

/** The last release that is published with all it needs in one file and runs on Debian 12's Java 17. */
export const TESTTOOL_VERSION = '6.0.0';
const ARTIFACT = `org.opendaylight.netconf:netconf-testtool:${TESTTOOL_VERSION}:jar:executable`;
const MODULE = 'probe-l3vpn';
const MODULE_REVISION = '2026-11-22';

export interface NetconfTesttool {
  readonly options: ConnectOptions;
  freeze(): Promise<void>;
  thaw(): void;
  stop(): Promise<void>;
}

/** OpenDaylight's NETCONF server (Java, Mina SSH) over its MD-SAL datastore, with the module of this folder. */
export async function startNetconfTesttool(): Promise<NetconfTesttool> {
  const jar = await obtainJar();
  const folder = mkdtempSync(join(tmpdir(), 'netconf-testtool-'));
  const schemas = join(folder, 'schemas');
  mkdirSync(schemas);
  copyFileSync(join(import.meta.dirname, `${MODULE}.yang`), join(schemas, `${MODULE}@${MODULE_REVISION}.yang`));
  const port = await freePort();
  const server = spawn(
    'java',
    [
      ...[
        '-Xmx256m',
        '-XX:TieredStopAtLevel=1',
        '-jar',
        jar,
        '--schemas-dir',
        schemas,
        '--md-sal',
        'true',
        '--ssh',
        'true',
      ],
      ...['--ip', '127.0.0.1', '--starting-port', String(port), '--device-count', '1', '--thread-pool-size', '2'],
    ],
    { stdio: 'ignore', cwd: folder },
  );
  await until(
    () => canConnect(port),
    () => 'netconf-testtool does not listen',
    90_000,
  );
  // It listens before it can do anything else.
  const { sha256 } = await scanHostKey({ host: '127.0.0.1', port, timeoutMs: 90_000 });
  return {
    options: {
      host: '127.0.0.1',
      port,
      name: 'netconf-testtool',
      username: 'admin',
      auth: { password: 'admin' },
      hostKey: { sha256: [sha256] },
    },
    freeze: () => freezeProcess(server),
    thaw: () => void server.kill('SIGCONT'),
    stop: async () => {
      const gone = once(server, 'exit');
      server.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** From Maven Central, once; it is kept with what else wasl keeps. A missing server is a failure, not a reason to test less. */
async function obtainJar(): Promise<string> {
  const folder = join(cacheDirectory(), 'netconf-testtool');
  const jar = join(folder, `netconf-testtool-${TESTTOOL_VERSION}-executable.jar`);
  if (existsSync(jar)) return jar;
  mkdirSync(folder, { recursive: true });
  const arriving = mkdtempSync(join(folder, 'arriving-'));
  const copy = ['-q', '-B', 'dependency:copy', `-Dartifact=${ARTIFACT}`, `-DoutputDirectory=${arriving}`];
  await promisify(execFile)('mvn', copy, { cwd: arriving, timeout: 300_000 });
  renameSync(join(arriving, `netconf-testtool-${TESTTOOL_VERSION}-executable.jar`), jar);
  rmSync(arriving, { recursive: true });
  return jar;
}
