import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../src/bin/child-process.ts';
import type { ConnectOptions } from '../../../src/netconf/index.ts';
import { generateEd25519KeyPair } from '../../support/ed25519-key-pair.ts';

const NETCONFD = '/usr/sbin/netconfd';
const SSHD = '/usr/sbin/sshd';
const EMPTY_STARTUP = '<?xml version="1.0"?>\n<config xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"/>\n';

/** A missing server is a failure, not a reason to test less. */
function requireNetconfd(): void {
  if (existsSync(NETCONFD) && existsSync(SSHD) && process.getuid?.() === 0) return;
  throw new Error("netconfd and sshd are required, and root: test/prepare installs them from Debian's packages");
}

export interface Netconfd {
  /** What `connect` needs, with the profile bits of this server. */
  readonly options: ConnectOptions;
  readonly keyFile: string;
  /** SIGSTOP and SIGCONT: a server that is busy, as far as a client can tell. */
  freeze(): Promise<void>;
  thaw(): void;
  /** Kills the server, as a power cut does, and starts it again on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * yuma123's netconfd behind OpenSSH, with the module of this folder.
 *
 * @param sshSessionsMax sessions on one connection; OpenSSH's default is 10
 * @param durable running is written to a file at each commit and read from it at a start; without it a start is empty
 */
export async function startNetconfd({ durable = false, sshSessionsMax = 200 } = {}): Promise<Netconfd> {
  requireNetconfd();
  const folder = mkdtempSync(join(tmpdir(), 'netconfd-'));
  const port = await freePort();
  const socket = join(folder, 'ncxserver.sock');
  const login = generateEd25519KeyPair();
  const host = generateEd25519KeyPair();
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  mkdirSync('/run/sshd', { recursive: true });
  const keyFile = file('login', login.private);
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${file('host', host.private)}`,
    `AuthorizedKeysFile ${file('authorized', `${login.public}\n`)}`,
    'StrictModes no',
    'PermitRootLogin yes',
    'UsePAM no',
    'PasswordAuthentication no',
    'MaxStartups 200',
    `MaxSessions ${sshSessionsMax}`,
    `Subsystem netconf "/usr/sbin/netconf-subsystem --ncxserver-sockname=${port}@${socket}"`,
    `PidFile ${join(folder, 'sshd.pid')}`,
  ];
  const sshd = spawn(SSHD, ['-D', '-f', file('sshd_config', config.join('\n')), '-E', join(folder, 'sshd.log')], {
    stdio: 'ignore',
  });
  const startup = durable ? [`--startup=${file('startup.xml', EMPTY_STARTUP)}`] : ['--no-startup'];
  const startServer = async (): Promise<ChildProcess> => {
    removeBrokenTransactionId(folder);
    rmSync(socket, { force: true });
    const started = spawn(
      NETCONFD,
      [
        '--target=candidate',
        ...startup,
        '--superuser=root',
        '--access-control=off',
        `--port=${port}`,
        `--ncxserver-sockname=${socket}`,
        `--log=${join(folder, 'netconfd.log')}`,
        `--modpath=${import.meta.dirname}:/usr/share/yuma/modules`,
        '--module=probe-l3vpn',
      ],
      // A home of its own: there it keeps what a confirmed commit goes back to, and two servers would go back to each other's.
      { stdio: 'ignore', cwd: folder, env: { ...process.env, HOME: folder } },
    );
    await until(
      () => existsSync(socket),
      () => readFileSync(join(folder, 'netconfd.log'), 'utf8').slice(-2_000),
    );
    return started;
  };
  let server = await startServer();
  await until(
    async () => (await canConnect(port)) === true,
    () => 'sshd does not listen',
  );
  return {
    keyFile,
    options: {
      host: '127.0.0.1',
      port,
      name: 'netconfd',
      username: 'root',
      auth: { privateKey: login.private },
      hostKey: { knownHosts: `[127.0.0.1]:${port} ${host.public}` },
      pauseAfterHelloMs: 20,
    },
    freeze: () => freezeProcess(server),
    thaw: () => void server.kill('SIGCONT'),
    restart: async () => {
      const gone = once(server, 'exit');
      server.kill('SIGKILL');
      await gone;
      server = await startServer();
    },
    stop: async () => {
      const gone = once(server, 'exit');
      // Not SIGKILL: netconfd would leave a half-written transaction id in its user's home and not start again.
      server.kill('SIGTERM');
      await gone;
      sshd.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** netconfd writes to its user's home whatever it is told, and does not start on the empty file that a kill leaves there. */
function removeBrokenTransactionId(home: string): void {
  const path = join(home, '.yuma', 'startup-cfg-txid.txt');
  if (existsSync(path) && statSync(path).size === 0) rmSync(path);
}

export function packageVersion(name: string): string {
  return execFileSync('dpkg-query', ['-W', '-f', `\${Version}`, name], { encoding: 'utf8' });
}

/** SIGSTOP, and waits until every thread stands still: until then it may answer. */
export async function freezeProcess({ pid }: ChildProcess): Promise<void> {
  if (pid === undefined) throw new Error('not running');
  process.kill(pid, 'SIGSTOP');
  const tasks = `/proc/${pid}/task`;
  const stopped = (task: string) => / T /.test(readFileSync(`${tasks}/${task}/stat`, 'latin1'));
  await until(
    () => readdirSync(tasks).every(stopped),
    () => `process ${pid} does not stop`,
  );
}

export function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

export async function until(
  condition: () => boolean | Promise<boolean>,
  otherwise: () => string,
  timeoutMs = 30_000,
): Promise<void> {
  for (let waitedMs = 0; waitedMs < timeoutMs; waitedMs += 50) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not ready in ${timeoutMs} ms: ${otherwise()}`);
}
