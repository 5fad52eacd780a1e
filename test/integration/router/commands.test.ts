import { afterEach, describe, expect, it } from 'vitest';
import { connect, type NetconfSession } from '../../../src/netconf/index.ts';
import { Commands } from '../../../src/router/commands.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { startNetconfd } from '../netconf/netconfd.ts';

const OPENSSH_SESSIONS_MAX = 10;
/** Longer than the server takes for all that ends at once: the ends and the next commands reach it in one read. */
const HELD_MS = 1_000;

describe('commands beside NETCONF on one connection of OpenSSH', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function openSession(
    sshSessionsMax: number,
  ): Promise<{ readonly session: NetconfSession; readonly proxy: TcpProxy }> {
    const server = await startNetconfd({ sshSessionsMax });
    ends.push(() => server.stop());
    const { host = '', port = 0, hostKey } = server.options;
    const proxy = await startTcpProxy({ host, port });
    ends.push(() => proxy.close());
    // The key is known under the server's own port.
    const knownHosts = (hostKey as { knownHosts: string }).knownHosts.replace(`:${port} `, `:${proxy.port} `);
    const session = await connect({ ...server.options, port: proxy.port, hostKey: { knownHosts } });
    ends.push(() => session.close());
    return { session, proxy };
  }

  const runMany = (commands: Commands, count: number) =>
    Promise.all(Array.from({ length: count }, (_, n) => commands.run(`sleep 0.3; echo ${n}`)));
  const printed = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ code: 0, stdout: `${n}\n`, stderr: '' }));

  it('a server that reads ends and beginnings together never meets more than it allows', async () => {
    const { session, proxy } = await openSession(OPENSSH_SESSIONS_MAX);
    proxy.hold(HELD_MS);
    const refused: unknown[] = [];
    const watched = {
      exec: async (command: string) => {
        try {
          return await session.exec(command);
        } catch (error) {
          refused.push(error);
          throw error;
        }
      },
    };
    expect(await runMany(new Commands(watched), 12)).toEqual(printed(12));
    expect(refused).toEqual([]);
  });

  it('where it allows two, they wait for each other', async () => {
    const { session } = await openSession(2);
    expect(await runMany(new Commands(session), 6)).toEqual(printed(6));
  });

  it('where it allows NETCONF only, the refusal is told after a bounded time', async () => {
    const { session } = await openSession(1);
    const commands = new Commands(session, { refusedMsMax: 500 });
    await expect(commands.run('true')).rejects.toMatchObject({ code: 'CHANNEL_REFUSED', operation: 'exec' });
    // The session is none the worse for it.
    expect((await session.getConfig({ source: 'running' })).data).not.toBeNull();
  });
});
