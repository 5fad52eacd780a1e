import { describe, expect, it } from 'vitest';
import {
  connect,
  createCapture,
  createReplay,
  maskSecrets,
  openSessionOverStream,
  xml,
} from '../../src/netconf/index.ts';
import { BASE_NS, startServer } from './support/ssh-server.ts';

describe('masking', () => {
  it.each([
    ['<password>p</password>', '<password>********</password>'],
    ['<x:auth-password a="1">p</x:auth-password>', '<x:auth-password a="1">********</x:auth-password>'],
    ['<encrypted-password>$9$x</encrypted-password>', '<encrypted-password>********</encrypted-password>'],
    ['<secret><level>5</level></secret>', '<secret><level>5</level></secret>'],
    [
      '<snmp><community><name>public</name></community></snmp><name>MOH</name>',
      '<snmp><community><name>********</name></community></snmp><name>MOH</name>',
    ],
    [
      '<community><name>rt-moh</name><members>target:65000:1</members></community>',
      '<community><name>rt-moh</name><members>target:65000:1</members></community>',
    ],
    ['<key>1</key><tokenize>x</tokenize>', '<key>1</key><tokenize>x</tokenize>'],
  ])('%s', (clear, masked) => {
    expect(maskSecrets(clear)).toBe(masked);
  });

  it('takes other names, and is linear', () => {
    expect(maskSecrets('<pin>1</pin><password>p</password>', ['pin'])).toBe(
      '<pin>********</pin><password>p</password>',
    );
    const started = performance.now();
    for (const evil of [
      '<a-'.repeat(100_000),
      '<password '.repeat(50_000),
      '<password>'.repeat(50_000),
      '<snmp>'.repeat(20_000),
    ]) {
      maskSecrets(evil);
    }
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});

describe('capture and replay', () => {
  it('what was recorded once plays again, one byte at a time, and never held the secret', async () => {
    const server = await startServer({
      onRpc: ({ id, body }, peer) => {
        const inside = body.includes('<lock>')
          ? '<rpc-error><error-tag>lock-denied</error-tag><error-severity>error</error-severity></rpc-error>'
          : body.includes('get-config')
            ? '<data><user xmlns="urn:u"><name>é</name><password>hush</password></user></data>'
            : '<ok/>';
        peer.send(`<rpc-reply xmlns="${BASE_NS}" message-id="${id}">${inside}</rpc-reply>`);
      },
    });
    const { entries, record } = createCapture();
    const work = async (session: Awaited<ReturnType<typeof openSessionOverStream>>) => {
      const config = xml('user', 'urn:u', xml('password', 'urn:u', 'hush'));
      const seen = [(await session.editConfig({ target: 'candidate', config })).ok];
      const refused = await session.lock('candidate').catch((error: { code: string }) => error.code);
      const text = (await session.getConfig({ source: 'running' })).data?.children[0]?.children[0]?.text;
      await session.close();
      return [...seen, refused, text];
    };
    const live = await work(
      await connect({
        host: '127.0.0.1',
        port: server.port,
        username: 'wasl',
        auth: { password: 'secret' },
        hostKey: { sha256: [server.hostKeySha256] },
        capture: record,
      }),
    );
    await server.close();
    expect(live).toEqual([true, 'RPC_ERROR', 'é']);
    expect(JSON.stringify(entries)).not.toContain('hush');
    expect(entries.map(({ direction }) => direction).join(' ')).toBe(
      'sent received sent received sent received sent received sent received',
    );
    for (const pieceBytes of [1, 2, 1_000_000]) {
      expect(await work(await openSessionOverStream(createReplay(entries, { pieceBytes })))).toEqual(live);
    }
  });
});
