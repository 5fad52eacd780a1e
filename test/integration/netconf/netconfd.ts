import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import type { ConnectOptions } from '../../../src/netconf/index.ts';

const NETCONFD = '/usr/sbin/netconfd';
const SSHD = '/usr/sbin/sshd';

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
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** yuma123's netconfd behind OpenSSH, with the module of this folder. */
export async function startNetconfd(): Promise<Netconfd> {
  requireNetconfd();
  const folder = mkdtempSync(join(tmpdir(), 'netconfd-'));
  const port = await freePort();
  const socket = join(folder, 'ncxserver.sock');
  const login = ssh2.utils.generateKeyPairSync('ed25519');
  const host = ssh2.utils.generateKeyPairSync('ed25519');
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
    'MaxSessions 200',
    `Subsystem netconf "/usr/sbin/netconf-subsystem --ncxserver-sockname=${port}@${socket}"`,
    `PidFile ${join(folder, 'sshd.pid')}`,
  ];
  const sshd = spawn(SSHD, ['-D', '-f', file('sshd_config', config.join('\n')), '-E', join(folder, 'sshd.log')], {
    stdio: 'ignore',
  });
  removeBrokenTransactionId();
  const server = spawn(
    NETCONFD,
    [
      '--target=candidate',
      '--no-startup',
      '--superuser=root',
      '--access-control=off',
      `--port=${port}`,
      `--ncxserver-sockname=${socket}`,
      `--log=${join(folder, 'netconfd.log')}`,
      `--modpath=${import.meta.dirname}:/usr/share/yuma/modules`,
      '--module=probe-l3vpn',
    ],
    { stdio: 'ignore', cwd: folder },
  );
  await until(
    () => existsSync(socket),
    () => readFileSync(join(folder, 'netconfd.log'), 'utf8').slice(-2_000),
  );
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
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
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
function removeBrokenTransactionId(): void {
  const path = join(homedir(), '.yuma', 'startup-cfg-txid.txt');
  if (existsSync(path) && statSync(path).size === 0) rmSync(path);
}

export function packageVersion(name: string): string {
  return execFileSync('dpkg-query', ['-W', '-f', `\${Version}`, name], { encoding: 'utf8' });
}

async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as net.AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

async function until(condition: () => boolean | Promise<boolean>, otherwise: () => string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not ready in 10 s: ${otherwise()}`);
}
