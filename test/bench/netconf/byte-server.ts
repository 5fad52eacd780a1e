import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import type { ConnectOptions } from '../../../src/netconf/index.ts';

const SSHD = '/usr/sbin/sshd';

export interface ByteServer {
  readonly options: ConnectOptions;
  readonly keyFile: string;
  stop(): void;
}

/** OpenSSH's sshd with byte-server.py as its netconf subsystem: a peer whose own time is small against any client's. */
export async function startByteServer(base: '1.0' | '1.1'): Promise<ByteServer> {
  if (!existsSync(SSHD)) throw new Error(`${SSHD} is not there: apt-get install openssh-server`);
  const folder = mkdtempSync(join(tmpdir(), 'netconf-bench-'));
  const login = ssh2.utils.generateKeyPairSync('ed25519');
  const host = ssh2.utils.generateKeyPairSync('ed25519');
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const port = await freePort();
  const { username } = userInfo();
  if (username === 'root') mkdirSync('/run/sshd', { recursive: true });
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${file('host', host.private)}`,
    `AuthorizedKeysFile ${file('authorized', `${login.public}\n`)}`,
    'StrictModes no',
    'PermitRootLogin yes',
    'UsePAM no',
    'MaxStartups 1000',
    'MaxSessions 1000',
    `Subsystem netconf "/usr/bin/python3 ${join(import.meta.dirname, 'byte-server.py')} ${base}"`,
    `PidFile ${join(folder, 'pid')}`,
  ];
  const sshd = spawn(SSHD, ['-D', '-f', file('config', config.join('\n')), '-E', join(folder, 'log')], {
    stdio: 'ignore',
  });
  const keyFile = file('login', login.private);
  while (!(await canConnect(port))) await new Promise((resolve) => setTimeout(resolve, 30));
  return {
    keyFile,
    options: {
      host: '127.0.0.1',
      port,
      username,
      auth: { privateKey: login.private },
      hostKey: { knownHosts: `[127.0.0.1]:${port} ${host.public}` },
      rpcTimeoutMs: 300_000,
      connectTimeoutMs: 120_000,
      helloTimeoutMs: 120_000,
    },
    stop: () => {
      sshd.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
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
