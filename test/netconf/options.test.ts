import { describe, expect, it } from 'vitest';
import { ConnectionPool, connect, NetconfError, openSessionOverStream } from '../../src/netconf/index.ts';
import { MemoryPeer } from './support/memory-peer.ts';
import { helloXml } from './support/ssh-server.ts';

// Nothing listens there, and nothing is asked: a wrong option is said before.
const right = {
  host: '127.0.0.1',
  port: 9,
  username: 'wasl',
  auth: { password: 'hush' },
  hostKey: { sha256: ['A'.repeat(43)] },
};
const without = (name: string) => Object.fromEntries(Object.entries(right).filter(([key]) => key !== name));

const wrong: readonly [string, unknown, string][] = [
  ['no options', undefined, 'options'],
  ['no host key', without('hostKey'), 'hostKey'],
  ['no login', without('auth'), 'auth'],
  ['no host', without('host'), 'host'],
  ['no username', without('username'), 'username'],
  ['a host key of null', { ...right, hostKey: null }, 'hostKey'],
  ['a host key that is a text', { ...right, hostKey: 'SHA256:x' }, 'hostKey'],
  ['a host key without a kind', { ...right, hostKey: {} }, 'hostKey'],
  ['known hosts that are no text', { ...right, hostKey: { knownHosts: undefined } }, 'hostKey'],
  ['fingerprints that are no list', { ...right, hostKey: { sha256: 'A'.repeat(43) } }, 'hostKey'],
  ['a login that is a text', { ...right, auth: 'hush' }, 'auth'],
  ['a login of nothing', { ...right, auth: {} }, 'auth'],
  ['logins with a hole', { ...right, auth: [{ password: 'hush' }, null] }, 'auth'],
  ['a password that is no text', { ...right, auth: { password: undefined } }, 'auth'],
  ['a port beyond the last', { ...right, port: 65_536 }, 'port'],
  ['a port that is a text', { ...right, port: '830' }, 'port'],
  ['a jump host without a key', { ...right, jumpHosts: [without('hostKey')] }, 'jumpHosts[0].hostKey'],
  ['a jump host that is none', { ...right, jumpHosts: ['j'] }, 'jumpHosts[0]'],
  ['jump hosts that are no list', { ...right, jumpHosts: right }, 'jumpHosts'],
  ['a base version that is none', { ...right, baseVersions: ['1.2'] }, 'baseVersions'],
  ['no base version', { ...right, baseVersions: [] }, 'baseVersions'],
  ['capabilities that are no texts', { ...right, clientCapabilities: [7] }, 'clientCapabilities'],
  ['a timeout of nothing', { ...right, rpcTimeoutMs: Number.NaN }, 'rpcTimeoutMs'],
  ['a timeout beyond a timer', { ...right, connectTimeoutMs: 2 ** 31 }, 'connectTimeoutMs'],
  ['a limit below nothing', { ...right, limits: { replyBytesMax: -1 } }, 'limits.replyBytesMax'],
];

describe('options', () => {
  it.each(wrong)('%s is said by its name', async (_name, options, option) => {
    for (const open of [connect, (target: never) => new ConnectionPool().open(target)]) {
      const error = await open(options as never).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(NetconfError);
      expect(error).toMatchObject({ code: 'INVALID_REQUEST' });
      expect((error as NetconfError).fact.startsWith(`${option} `)).toBe(true);
      expect((error as NetconfError).message).not.toContain('hush');
    }
  });

  it('a timeout that no timer can keep does not end a call at once', async () => {
    const peer = new MemoryPeer();
    const opening = openSessionOverStream(peer);
    peer.arrives(`${helloXml()}]]>]]>`);
    const session = await opening;
    for (const timeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
      await expect(session.get({ timeoutMs })).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    }
    expect(peer.writes).toHaveLength(1);
    session.destroy();
    await expect(openSessionOverStream(new MemoryPeer(), { helloTimeoutMs: -5 })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
  });
});
