import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import ssh2 from 'ssh2';
import { fingerprint } from '../../src/netconf/index.ts';
import { YANG_DIRECTORY } from './yanglint.ts';

const NETCONFD = '/usr/sbin/netconfd';
const SUBSYSTEM = '/usr/sbin/netconf-subsystem';
const READY_WAIT_MS = 90_000;
/** netconfd compares it with the port that the subsystem reports; nothing listens there. */
const NETCONF_PORT = 8_300;

export interface Netconfd {
  readonly port: number;
  readonly hostKey: string;
  readonly username: string;
  readonly password: string;
  stop(): Promise<void>;
}

/**
 * Debian's netconfd with a vendor's own modules, behind an SSH server of this process: a NETCONF server that shares no line with wasl.
 * Throws with the remedy where it is not installed.
 */
export async function startNetconfd(folder: string, modules: readonly string[]): Promise<Netconfd> {
  if (!existsSync(NETCONFD)) throw new Error('netconfd is not installed: apt-get install netconfd');
  const modulePath = join(YANG_DIRECTORY, folder);
  if (!existsSync(modulePath)) throw new Error(`no YANG modules in ${modulePath}: set WASL_YANG_DIR`);
  const scratch = mkdtempSync(join(tmpdir(), 'wasl-netconfd-'));
  const socket = join(scratch, 'ncx.sock');
  const startup = join(scratch, 'startup.xml');
  writeFileSync(startup, '<config xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"/>\n');
  const { username } = userInfo();
  const server = spawn(
    NETCONFD,
    [
      ...['--target=candidate', `--startup=${startup}`, `--superuser=${username}`, '--access-control=off'],
      ...[`--port=${NETCONF_PORT}`, `--ncxserver-sockname=${socket}`, '--log-level=error'],
      `--modpath=${[modulePath, join(YANG_DIRECTORY, 'common'), '/usr/share/yuma/modules'].join(':')}`,
      ...modules.map((name) => `--module=${name}`),
    ],
    { cwd: scratch, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const said: string[] = [];
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (piece: Buffer) => said.push(piece.toString()));
  const front = await startSshFront(username, socket);
  const stop = async () => {
    front.close();
    if (server.exitCode === null) {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGKILL');
      await ended;
    }
    rmSync(scratch, { recursive: true, force: true });
  };
  const deadline = Date.now() + READY_WAIT_MS;
  while (!existsSync(socket)) {
    if (server.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`netconfd did not start: ${said.join('').slice(-2_000)}`);
    }
    await sleep(50);
  }
  return { port: front.port, hostKey: front.hostKey, username, password: front.password, stop };
}

/** sshd's part: one login, and the subsystem's pipes on a channel. */
async function startSshFront(username: string, socket: string) {
  const password = 'netconfd';
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }) as string;
  const parsed = ssh2.utils.parseKey(pem);
  if (parsed instanceof Error) throw parsed;
  const children = new Set<ChildProcess>();
  const server = new ssh2.Server({ hostKeys: [pem] }, (client) => {
    client.on('authentication', (context) => {
      if (context.method === 'password' && context.username === username && context.password === password)
        context.accept();
      else context.reject(['password']);
    });
    client.on('error', () => undefined);
    client.on('session', (accept) => {
      accept().on('subsystem', (acceptSubsystem) => {
        const channel = acceptSubsystem();
        const child = spawn(SUBSYSTEM, [`--ncxserver-sockname=${NETCONF_PORT}@${socket}`], {
          env: { ...process.env, USER: username, SSH_CONNECTION: `127.0.0.1 40000 127.0.0.1 ${NETCONF_PORT}` },
          stdio: ['pipe', 'pipe', 'inherit'],
        });
        children.add(child);
        child.once('exit', () => {
          children.delete(child);
          channel.end();
        });
        channel.pipe(child.stdin);
        child.stdout.pipe(channel, { end: false });
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    for (const child of children) child.kill();
    server.close();
  };
  return { port, hostKey: fingerprint(parsed.getPublicSSH()), password, close };
}
