/** What the peers talk to: a server that only writes bytes, and Debian's netconfd. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect, xml } from '../../../src/netconf/index.ts';
import { startNetconfd } from '../../integration/netconf/netconfd.ts';
import { generateEd25519KeyPair } from '../../support/ed25519-key-pair.ts';
import { stopAtEnd } from '../ending.ts';
import type { Print } from '../report.ts';
import { needDebianPackage } from './debian-package.ts';
import type { Target } from './tasks.ts';

export interface BenchServer {
  readonly target: Target;
  stop(): Promise<void>;
}

/** `base`: the only framing it offers. It ends with this process, also when that is killed: its standard input ends then. */
export async function startByteServer(program: string, base: '1.0' | '1.1'): Promise<BenchServer> {
  const folder = await mkdtemp(join(tmpdir(), 'wasl-bench-netconf-'));
  const login = generateEd25519KeyPair();
  const host = generateEd25519KeyPair();
  const keyFile = join(folder, 'login');
  const hostKeyFile = join(folder, 'host');
  await writeFile(keyFile, login.private, { mode: 0o600 });
  await writeFile(hostKeyFile, host.private, { mode: 0o600 });
  const server = spawn(program, [base, hostKeyFile, keyFile], { stdio: ['pipe', 'pipe', 'inherit'] });
  const stop = stopAtEnd(async () => {
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
    await rm(folder, { recursive: true, force: true });
  });
  const first = await createInterface({ input: server.stdout })[Symbol.asyncIterator]().next();
  if (first.done === true) throw new Error(`${program} ended before it listened`);
  const port = Number(first.value);
  const knownHosts = `[127.0.0.1]:${port} ${host.public}`;
  const target = { host: '127.0.0.1', port, username: 'bench', keyFile, knownHosts, pauseAfterHelloMs: 0 };
  return { target, stop };
}

/** About 100 bytes each in a reply. */
const NETCONFD_VRFS = 2_000;
const PROBE = 'urn:example:probe-l3vpn';

/** netconfd behind OpenSSH, with a configuration of `NETCONFD_VRFS` VRFs. */
export async function startFilledNetconfd(print: Print): Promise<BenchServer> {
  await needDebianPackage(print, 'netconfd', () => access('/usr/sbin/netconfd'));
  await needDebianPackage(print, 'openssh-server', () => access('/usr/sbin/sshd'));
  const server = await startNetconfd();
  const stop = stopAtEnd(() => server.stop());
  const { host, port = 0, username, hostKey, pauseAfterHelloMs = 0 } = server.options;
  const session = await connect(server.options);
  const vrfs = Array.from({ length: NETCONFD_VRFS }, (_, number) =>
    xml('vrf', PROBE, [
      xml('name', PROBE, `VPN-${String(number).padStart(5, '0')}`),
      xml('rd', PROBE, `65000:${number}`),
      xml('import-rt', PROBE, `65000:${number}`),
    ]),
  );
  await session.editConfig({ target: 'candidate', config: xml('vrfs', PROBE, vrfs) });
  await session.commit();
  await session.close();
  const knownHosts = 'knownHosts' in hostKey ? String(hostKey.knownHosts) : '';
  return { target: { host, port, username, keyFile: server.keyFile, knownHosts, pauseAfterHelloMs }, stop };
}
