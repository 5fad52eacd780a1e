/** What the inventory says of a router's access, as it arrives on the wire. */
import { afterEach, describe, expect, it } from 'vitest';
import type { PeName, VrfName } from '../../src/domain/names.ts';
import { managementSchema, type RouterAccess } from '../../src/domain/router-access.ts';
import { ConnectionPool } from '../../src/netconf/index.ts';
import { openRouter } from '../../src/router/open-router.ts';
import type { RouterConnection } from '../../src/router/router.ts';
import {
  dataReply,
  positiveReply,
  type ServerOptions,
  startServer,
  type TestServer,
} from '../netconf/support/ssh-server.ts';

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(options: ServerOptions = {}): Promise<TestServer> {
  const server = await startServer(options);
  servers.push(server);
  return server;
}

const loginAt = (server: TestServer) => ({
  host: '127.0.0.1',
  port: server.port,
  hostKeys: [`SHA256:${server.hostKeySha256.replace(/=+$/, '')}`],
  credential: 'backbone',
});

const LOGIN = { username: 'wasl', password: 'secret' };

/** Through the schema, as an inventory comes. */
function connectionTo(server: TestServer, access: Partial<RouterAccess> = {}): RouterConnection {
  const management = managementSchema.parse({ ...loginAt(server), ...access });
  return {
    router: { name: 'pe1' as PeName, platform: 'iosxr-um2', management, vrfs: [] },
    credential: LOGIN,
    jumpCredentials: (management.jumpHosts ?? []).map(() => LOGIN),
    routeTargetPool: { administrator: '65000', from: 9_000, to: 9_999, quarantineDays: 30 },
  };
}

async function helloTo(server: TestServer, access?: Partial<RouterAccess>): Promise<string> {
  const router = await openRouter(connectionTo(server, access));
  await router.close();
  return server.sessions[0]?.received[0] ?? '';
}

describe('the inventory says how a router is spoken to', () => {
  it('sends the client capabilities that it names, and none that it does not', async () => {
    const clientCapabilities = ['urn:nokia.com:nc:pc', 'http://www.huawei.com/netconf/capability/discard-commit/1.0'];
    const hello = await helloTo(await start(), { netconf: { clientCapabilities } });
    for (const uri of clientCapabilities) expect(hello).toContain(`<capability>${uri}</capability>`);
    expect(await helloTo(await start())).not.toContain('nokia');
  });

  it('offers the base versions that it names', async () => {
    const hello = await helloTo(await start(), { netconf: { baseVersions: ['1.0'] } });
    expect(hello).toContain('netconf:base:1.0<');
    expect(hello).not.toContain('netconf:base:1.1<');
    expect(await helloTo(await start())).toContain('netconf:base:1.1<');
  });

  it('drops NUL bytes where it says so, and nowhere else', async () => {
    const padded: ServerOptions = {
      onRpc: ({ id, body }, session) => {
        const reply = body.startsWith('<get') ? dataReply(id, '') : positiveReply(id, body);
        session.send(reply.replace('</rpc-reply>', '\0\0</rpc-reply>'));
        if (body === '<close-session/>') session.end();
      },
    };
    const dropping = await openRouter(connectionTo(await start(padded), { netconf: { dropNulBytes: true } }));
    await expect(dropping.readRunning()).resolves.toEqual([]);
    await dropping.close();
    const strict = await openRouter(connectionTo(await start(padded)));
    await expect(strict.readRunning()).rejects.toMatchObject({ code: 'ROUTER_PROTOCOL' });
    await strict.close();
  });

  it('offers a legacy algorithm where it names it, and nowhere else', async () => {
    const old = await start({
      algorithms: { kex: ['diffie-hellman-group14-sha1'], hmac: ['hmac-sha1'], cipher: ['aes128-ctr'] },
    });
    await expect(openRouter(connectionTo(old))).rejects.toMatchObject({ code: expect.stringMatching(/^ROUTER_/) });
    const legacyAlgorithms = ['diffie-hellman-group14-sha1', 'hmac-sha1'] as const;
    const router = await openRouter(connectionTo(old, { legacyAlgorithms }));
    await router.close();
    expect(old.logins()).toBe(1);
  });

  it('goes through the jump hosts in their order, with a login for each', async () => {
    const [pe, first, second] = [
      await start(),
      await start({ allowForward: true }),
      await start({ allowForward: true }),
    ];
    const access = { jumpHosts: [loginAt(first), loginAt(second)] };
    const router = await openRouter(connectionTo(pe, access));
    expect([first, second, pe].map((server) => server.logins())).toEqual([1, 1, 1]);
    await router.close();
    const { jumpCredentials: _, ...without } = connectionTo(pe, access);
    await expect(openRouter(without)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(pe.logins()).toBe(1);
  });

  it.each([
    ['no URI', { netconf: { clientCapabilities: ['private candidate'] } }, 'netconf.clientCapabilities.0'],
    ['markup', { netconf: { clientCapabilities: ['urn:x</capability>'] } }, 'netconf.clientCapabilities.0'],
    ['no version at all', { netconf: { baseVersions: [] } }, 'netconf.baseVersions'],
    ['one twice', { netconf: { baseVersions: ['1.0', '1.0'] } }, 'netconf.baseVersions'],
    ['an algorithm that is none', { legacyAlgorithms: ['rot13'] }, 'legacyAlgorithms.0'],
    ['a jump host without a key', { jumpHosts: [{ host: '192.0.2.1', credential: 'jump' }] }, 'jumpHosts.0.hostKeys'],
    ['a timer of nothing', { confirmTimer: { unitSeconds: 0, minimumSeconds: 1 } }, 'confirmTimer.unitSeconds'],
    ['what nobody reads', { netconf: { quirks: true } }, 'netconf'],
  ])('refuses %s where it stands', (_what, access, path) => {
    const hostKeys = [`SHA256:${'A'.repeat(43)}`];
    const parsed = managementSchema.safeParse({ host: '192.0.2.9', hostKeys, credential: 'backbone', ...access });
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});

describe('a large reply, of which the tree is made only when it is asked for', () => {
  it.each([
    ['malformed', `${'x'.repeat(100_000)}&#27;`, /malformed XML/],
    ['beyond a bound', `<!--${'x'.repeat(2_000_000)}-->`, /more than 1048576 characters/],
  ])('is the fault of the router that sent it where it is %s', async (_what, data, message) => {
    const onRpc: ServerOptions['onRpc'] = ({ id, body }, session) => {
      session.send(body.startsWith('<get') ? dataReply(id, data) : positiveReply(id, body));
      if (body === '<close-session/>') session.end();
    };
    const router = await openRouter(connectionTo(await start({ onRpc })));
    const fault = { code: 'ROUTER_PROTOCOL', path: 'pe1', message: expect.stringMatching(message) };
    await expect(router.readRunning()).rejects.toMatchObject(fault);
    await expect(router.readRunningText()).rejects.toMatchObject(fault);
    await expect(router.readRunningWithText()).rejects.toMatchObject(fault);
    await expect(router.readChangeMarker()).rejects.toMatchObject(fault);
    await expect(router.readRouteTables([{ vrf: 'MOH' as VrfName, family: 'ipv4' }])).rejects.toMatchObject(fault);
    await router.close();
  });
});

describe('a second reading of a PE', () => {
  async function read(connection: RouterConnection, pool: ConnectionPool): Promise<void> {
    const router = await openRouter(connection, pool);
    await router.readRunning().finally(() => router.close());
  }

  it('costs no second login, and what may change it takes one of its own', async () => {
    const server = await start();
    const pool = new ConnectionPool();
    const connection = { ...connectionTo(server), isForReading: true };
    await read(connection, pool);
    await read(connection, pool);
    expect([server.logins(), server.sessions.length]).toEqual([1, 2]);
    const transaction = await openRouter(connectionTo(server), pool);
    await read(connection, pool);
    expect([server.logins(), server.sessions.length]).toEqual([2, 4]);
    await transaction.close();
    pool.close();
  });

  it('takes a new login after a session that was lost', async () => {
    const server = await start({
      onRpc: ({ id, body }, session) => {
        if (session.number === 1) return session.cut();
        session.send(positiveReply(id, body));
        if (body === '<close-session/>') session.end();
      },
    });
    const pool = new ConnectionPool();
    const connection = { ...connectionTo(server), isForReading: true };
    await expect(read(connection, pool)).rejects.toMatchObject({ code: 'SESSION_LOST' });
    await read(connection, pool);
    expect(server.logins()).toBe(2);
    pool.close();
  });
});
