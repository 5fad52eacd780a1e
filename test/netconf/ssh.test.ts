import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type ConnectOptions,
  connect,
  type NetconfSession,
  openSession,
  SshConnection,
} from '../../src/netconf/index.ts';
import { generateEd25519KeyPair, generateEncryptedEd25519KeyPair } from '../support/ed25519-key-pair.ts';
import { newHostKey, type ServerOptions, startServer, type TestServer } from './support/ssh-server.ts';

const servers: TestServer[] = [];
const sessions: NetconfSession[] = [];

afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(options: ServerOptions = {}): Promise<TestServer> {
  const server = await startServer(options);
  servers.push(server);
  return server;
}

async function open(server: TestServer, options: Partial<ConnectOptions> = {}): Promise<NetconfSession> {
  const session = await connect({ ...target(server), name: 'pe1', ...options });
  sessions.push(session);
  return session;
}

const target = (server: TestServer) => ({
  host: '127.0.0.1',
  port: server.port,
  username: 'wasl',
  auth: { password: 'secret' },
  hostKey: { sha256: [server.hostKeySha256] },
});

const line = (server: TestServer, names: string, marker = '') =>
  `${marker}${names} ${server.hostPublicKey.type} ${server.hostPublicKey.base64} a comment`;

describe('the host key', () => {
  it('is refused where it is not the pinned one, before the password is sent', async () => {
    const server = await start();
    const pin = `SHA256:${'A'.repeat(43)}`;
    await expect(open(server, { hostKey: { sha256: [pin] } })).rejects.toMatchObject({
      code: 'HOST_KEY_MISMATCH',
      message: `pe1: connect: the server's host key is ssh-ed25519 SHA256:${server.hostKeySha256.replace(/=$/, '')}, pinned is ${pin}`,
    });
  });

  it.each([
    ['plain', (server: TestServer) => line(server, `[127.0.0.1]:${server.port}`)],
    ['one of several names', (server: TestServer) => line(server, `pe9,[127.0.0.1]:${server.port}`)],
    ['a pattern', (server: TestServer) => line(server, '[127.0.*]:*')],
    ['hashed', (server: TestServer) => line(server, hashed(`[127.0.0.1]:${server.port}`))],
    [
      'after comments and broken lines',
      (server: TestServer) => `# x\n\nbroken\n${line(server, `[127.0.0.1]:${server.port}`)}\n`,
    ],
  ])('is accepted from known_hosts: %s', async (_name, text) => {
    const server = await start();
    const session = await open(server, { hostKey: { knownHosts: text(server) } });
    expect(session.isOpen).toBe(true);
  });

  it.each([
    ['no entry', () => '', 'HOST_KEY_UNKNOWN'],
    ['another port', (server: TestServer) => line(server, '127.0.0.1'), 'HOST_KEY_UNKNOWN'],
    ['negated', (server: TestServer) => line(server, `[127.0.*]:*,![127.0.0.1]:${server.port}`), 'HOST_KEY_UNKNOWN'],
    ['a certificate authority', (server: TestServer) => line(server, '*', '@cert-authority '), 'HOST_KEY_UNKNOWN'],
    ['a misspelt @revoked', (server: TestServer) => line(server, '*', '@revoke '), 'HOST_KEY_UNKNOWN'],
    [
      'revoked',
      (server: TestServer) => `${line(server, '[127.*]:*')}\n${line(server, '*', '@revoked ')}`,
      'HOST_KEY_MISMATCH',
    ],
    [
      'changed',
      (server: TestServer) => {
        const { base64 } = server.hostPublicKey;
        const other = `${base64.slice(0, 40)}${base64[40] === 'A' ? 'B' : 'A'}${base64.slice(41)}`;
        return line(server, '[127.*]:*').replace(base64, other);
      },
      'HOST_KEY_MISMATCH',
    ],
  ])('is refused from known_hosts: %s', async (_name, text, code) => {
    const server = await start();
    await expect(open(server, { hostKey: { knownHosts: text(server) } })).rejects.toMatchObject({ code });
  });

  it('is asked for in a type that is known, where the server has several', async () => {
    const server = await start({ hostKeys: [newHostKey('ecdsa'), newHostKey('ed25519')] });
    const session = await open(server, { hostKey: { knownHosts: line(server, '[127.*]:*') } });
    expect(server.hostPublicKey.type).toBe('ecdsa-sha2-nistp256');
    expect(session.isOpen).toBe(true);
  });

  it.each([
    [{ sha256: [] }, 'hostKey.sha256 is empty: no key could be accepted'],
    [{ sha256: ['aa:bb'] }, 'not a SHA-256 host key fingerprint: "aa:bb"'],
    [{}, 'hostKey is mandatory: { knownHosts } or { sha256 }'],
  ])('cannot be left out: %j', async (hostKey, fact) => {
    const server = await start();
    await expect(open(server, { hostKey: hostKey as never })).rejects.toMatchObject({ code: 'INVALID_REQUEST', fact });
  });
});

describe('the login', () => {
  it('by password fails with a code of its own, and the message holds no secret', async () => {
    const server = await start();
    const failed = open(server, { auth: { password: 'wrong-hush' } });
    await expect(failed).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: 'pe1: connect: the server refused every login method for user "wasl"',
    });
    await expect(failed).rejects.not.toThrow(/hush/);
  });

  it('by key, plain and encrypted; a wrong passphrase is told without the key', async () => {
    const pair = generateEncryptedEd25519KeyPair('open sesame');
    const server = await start({ publicKey: pair.public, password: 'other' });
    const session = await open(server, { auth: { privateKey: pair.private, passphrase: 'open sesame' } });
    expect(session.isOpen).toBe(true);
    const failed = open(server, { auth: { privateKey: pair.private, passphrase: 'wrong' } });
    await expect(failed).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    await expect(failed).rejects.not.toThrow(/BEGIN|wrong/);
  });

  it('by several methods in order', async () => {
    const server = await start();
    const { private: privateKey } = generateEd25519KeyPair();
    const session = await open(server, { auth: [{ privateKey }, { password: 'secret' }] });
    expect(session.isOpen).toBe(true);
    expect(session.login).toEqual(['password']);
  });

  it('by the first method that is taken: a password that is not needed is not sent', async () => {
    const pair = generateEd25519KeyPair();
    const server = await start({ publicKey: pair.public, password: 'never-sent' });
    const session = await open(server, { auth: [{ privateKey: pair.private }, { password: 'secret' }] });
    expect(session.login).toEqual(['publickey']);
  });

  it('goes on where an agent is not there, and says so where nothing else is', async () => {
    const server = await start();
    const agent = '/nonexistent/agent.sock';
    const session = await open(server, { auth: [{ agent }, { password: 'secret' }] });
    expect(session.isOpen).toBe(true);
    await expect(open(server, { auth: { agent } })).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: expect.stringMatching(
        /^pe1: connect: the server refused every login method for user "wasl" \(.*agent.*\)$/,
      ),
    });
  });

  it('by keyboard-interactive, where one hidden question is answered with the password', async () => {
    const server = await start({ keyboard: { prompts: [{ prompt: 'Password: ', echo: false }], answers: ['secret'] } });
    expect((await open(server)).isOpen).toBe(true);
  });

  it('by keyboard-interactive with answers of the caller’s', async () => {
    const prompts = [
      { prompt: 'Password: ', echo: false },
      { prompt: 'Token: ', echo: true },
    ];
    const server = await start({ keyboard: { prompts, answers: ['p', 't'] } });
    const seen: string[] = [];
    const session = await open(server, {
      auth: {
        keyboardInteractive: (asked) => {
          seen.push(...asked.map(({ text }) => text));
          return ['p', 't'];
        },
      },
    });
    expect([session.isOpen, seen]).toEqual([true, ['Password: ', 'Token: ']]);
  });

  it('never gives the password to a question that is shown', async () => {
    const server = await start({ keyboard: { prompts: [{ prompt: 'Name: ', echo: true }], answers: ['secret'] } });
    await expect(open(server)).rejects.toMatchObject({ code: 'AUTH_FAILED' });
  });
});

describe('the connection', () => {
  it('times out, or is given up, where nothing answers', async () => {
    const server = await start({ silent: true });
    await expect(open(server, { connectTimeoutMs: 50 })).rejects.toMatchObject({
      code: 'CONNECT_TIMEOUT',
      message: 'pe1: connect: no login within 50 ms',
    });
    const controller = new AbortController();
    const given = open(server, { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(given).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(open(server, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('tells a closed port, a refused subsystem and a hello that never comes', async () => {
    const server = await start({ refuseSubsystem: true });
    await expect(open(server)).rejects.toMatchObject({ code: 'TRANSPORT', operation: 'netconf subsystem' });
    const silent = await start({ hello: null });
    await expect(open(silent, { helloTimeoutMs: 500 })).rejects.toMatchObject({ code: 'HELLO_TIMEOUT' });
    const { port } = silent;
    await silent.close();
    await expect(open(server, { port })).rejects.toMatchObject({ code: 'TRANSPORT' });
  });

  it('carries several sessions and ends with the last', async () => {
    const server = await start();
    const connection = await SshConnection.connect(target(server));
    const [first, second] = [await openSession(connection), await openSession(connection)];
    await first.close();
    expect(connection.isOpen).toBe(true);
    expect((await second.discardChanges()).ok).toBe(true);
    await second.close();
    expect(await connection.closed).toBeNull();
  });

  it('goes through a chain of jump hosts, each with its own key', async () => {
    const [first, second, pe] = [
      await start({ allowForward: true }),
      await start({ allowForward: true }),
      await start(),
    ];
    const session = await open(pe, { jumpHosts: [target(first), target(second)] });
    expect((await session.discardChanges()).ok).toBe(true);
    await session.close();
    await expect.poll(() => first.connections.size + second.connections.size).toBe(0);
    const badHop = { ...target(second), hostKey: { sha256: ['A'.repeat(43)] } };
    await expect(open(pe, { jumpHosts: [target(first), badHop] })).rejects.toMatchObject({
      code: 'HOST_KEY_MISMATCH',
      peer: 'pe1 (jump host 127.0.0.1)',
    });
    await expect.poll(() => first.connections.size).toBe(0);
  });

  it('offers nothing outdated unless it is named', async () => {
    const server = await start();
    await expect(open(server, { legacyAlgorithms: ['ssh-rsa', 'diffie-hellman-group14-sha1'] })).resolves.toBeDefined();
    await expect(open(server, { legacyAlgorithms: ['rot13' as never] })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
  });
});

function hashed(name: string): string {
  const salt = Buffer.alloc(20, 7);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}
