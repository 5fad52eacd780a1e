import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import ssh2 from 'ssh2';
import { connect } from '../../../src/netconf/index.ts';
import type { ByteServer } from './byte-server.ts';

export type Task =
  | { readonly kind: 'connect' }
  | { readonly kind: 'sessions'; readonly count: number }
  | { readonly kind: 'rpcs'; readonly count: number }
  | { readonly kind: 'concurrent'; readonly count: number }
  | { readonly kind: 'get'; readonly size: number; readonly chunk: number };

export interface Peer {
  readonly name: string;
  /** Seconds for a task; null where it cannot do it. */
  run(task: Task): Promise<number | null>;
  stop(): void;
}

const sizeFilter = (size: number, chunk: number) => `<size xmlns="urn:bench">${size} ${chunk}</size>`;

export function ourClient(server: ByteServer): Peer {
  const timed = async (work: () => Promise<void>) => {
    const started = performance.now();
    await work();
    return (performance.now() - started) / 1_000;
  };
  return {
    name: 'wasl',
    stop: () => undefined,
    async run(task) {
      if (task.kind === 'connect') return timed(async () => (await connect(server.options)).close());
      if (task.kind === 'sessions') {
        return timed(async () => {
          const one = async () => {
            const session = await connect(server.options);
            await session.discardChanges();
            await session.close();
          };
          await Promise.all(Array.from({ length: task.count }, one));
        });
      }
      const session = await connect(server.options);
      try {
        if (task.kind === 'rpcs') {
          return await timed(async () => {
            for (let n = 0; n < task.count; n += 1) await session.discardChanges();
          });
        }
        if (task.kind === 'concurrent') {
          return await timed(async () => {
            for (let n = 0; n < task.count; n += 8) {
              await Promise.all(Array.from({ length: 8 }, () => session.discardChanges()));
            }
          });
        }
        return await timed(async () => {
          const reply = await session.getConfig({
            source: 'running',
            filter: { subtree: sizeFilter(task.size, task.chunk) },
          });
          if (reply.dataXml.length < task.size * 0.99) throw new Error('short reply');
        });
      } finally {
        await session.close();
      }
    },
  };
}

/** Reads the same bytes with ssh2 alone and looks only for the end: what no client over ssh2 can be faster than. */
export function bareSsh2(server: ByteServer, privateKey: string): Peer {
  return {
    name: 'bare ssh2',
    stop: () => undefined,
    async run(task) {
      if (task.kind !== 'get') return null;
      const { host, port, username } = server.options;
      const client = new ssh2.Client();
      await new Promise<void>((resolve, reject) => {
        client.on('ready', resolve).on('error', reject);
        client.connect({ host, port: port ?? 830, username, privateKey, hostVerifier: () => true });
      });
      const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) => {
        client.subsys('netconf', (error, opened) => (error ? reject(error) : resolve(opened)));
      });
      const base = '<capability>urn:ietf:params:netconf:base:1.1</capability>';
      channel.write(
        `<hello xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><capabilities>${base}</capabilities></hello>]]>]]>`,
      );
      await new Promise((resolve) => channel.once('data', resolve));
      const started = performance.now();
      const rpc = `<rpc message-id="1" xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><get-config><source><running/></source><filter type="subtree">${sizeFilter(task.size, task.chunk)}</filter></get-config></rpc>`;
      channel.write(`\n#${rpc.length}\n${rpc}\n##\n`);
      await new Promise<void>((resolve) => {
        channel.on('data', (piece: Buffer) => {
          if (piece.subarray(-4).equals(END)) resolve();
        });
      });
      const seconds = (performance.now() - started) / 1_000;
      client.end();
      return seconds;
    },
  };
}

const END = Buffer.from('\n##\n');

/** Debian's python3-ncclient, in a process of its own; it measures itself, without its start. */
export function ncclient(server: ByteServer): Peer {
  const { host, port, username } = server.options;
  const script = join(import.meta.dirname, 'ncclient-peer.py');
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(
    '/usr/bin/python3',
    [script, host, String(port), username, server.keyFile],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    name: 'ncclient',
    stop: () => void child.kill('SIGKILL'),
    async run(task) {
      child.stdin.write(`${JSON.stringify(task)}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error('ncclient does not answer: apt-get install python3-ncclient');
      return JSON.parse(line.value) as number;
    },
  };
}
