import { afterEach, describe, expect, it } from 'vitest';
import { connect, type NetconfSession, type ReplyStream } from '../../src/netconf/index.ts';
import type { MessageLayer } from '../../src/netconf/session/message-layer.ts';
import { deliveries, openLayer } from './support/memory-peer.ts';
import {
  BASE_NS,
  frame,
  positiveReply,
  type ServerOptions,
  startServer,
  type TestServer,
} from './support/ssh-server.ts';

const request = { operation: 'get-config', body: '<get-config/>', changesRunning: false, timeoutMs: 60_000 };
const reply = (inside: string, id = '1') => `<rpc-reply xmlns="${BASE_NS}" message-id="${id}">${inside}</rpc-reply>`;
const vrf = (name: string) => `<vrf><name>${name}</name><rd/></vrf>`;
const vrfs = `<data>\n<vrfs xmlns="urn:v">${vrf('MOH')}<other><vrf/></other>${vrf('MOF é')}</vrfs>\n</data>`;
const error = '<rpc-error><error-tag>in-use</error-tag><error-severity>error</error-severity></rpc-error>';
const warning = '<rpc-error><error-severity>warning</error-severity><error-message>w</error-message></rpc-error>';

async function textOf(stream: ReplyStream): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream.bytes()) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

async function namesOf(stream: ReplyStream): Promise<string[]> {
  const names: string[] = [];
  for await (const element of stream.elements('vrfs', 'vrf')) names.push(element.children[0]?.text ?? '');
  return names;
}

const done = (layer: MessageLayer) => layer.fail(new Error('done') as never, 'closed');

describe('a streamed reply', () => {
  it.each(['eom', 'chunked'] as const)('gives the bytes inside data, whatever the reads (%s)', async (framing) => {
    for (const pieces of deliveries(frame(reply(vrfs), framing, 50))) {
      const { layer, peer } = await openLayer(framing);
      const streaming = layer.callStreaming(request);
      for (const piece of pieces) peer.arrives(piece);
      expect(await textOf(await streaming)).toBe(vrfs.slice('<data>'.length, -'</data>'.length));
      done(layer);
    }
  });

  it('gives the elements at a path, whatever the reads, and its warnings', async () => {
    for (const pieces of deliveries(frame(reply(vrfs + warning), 'chunked'))) {
      const { layer, peer } = await openLayer('chunked');
      const streaming = layer.callStreaming(request);
      for (const piece of pieces) peer.arrives(piece);
      const stream = await streaming;
      expect(await namesOf(stream)).toEqual(['MOH', 'MOF é']);
      expect(stream.warnings.map(({ message }) => message)).toEqual(['w']);
      done(layer);
    }
  });

  it.each([
    ['empty data', reply('<data/>'), ''],
    ['data with nothing in it', reply('<data></data>'), ''],
  ])('of %s is empty', async (_name, message, text) => {
    const { layer, peer } = await openLayer('chunked');
    const streaming = layer.callStreaming(request);
    peer.arrives(frame(message, 'chunked'));
    expect(await textOf(await streaming)).toBe(text);
  });

  it('that is an error rejects before there is a stream', async () => {
    const { layer, peer } = await openLayer('chunked');
    const streaming = layer.callStreaming(request);
    peer.arrives(frame(reply(error), 'chunked'));
    await expect(streaming).rejects.toMatchObject({ code: 'RPC_ERROR' });
  });

  it('with an error after the data fails in either reading', async () => {
    const { layer, peer } = await openLayer('chunked');
    const [first, second] = [layer.callStreaming(request), layer.callStreaming(request)];
    peer.arrives(frame(reply(vrfs + error), 'chunked'));
    await expect(namesOf(await first)).rejects.toMatchObject({ code: 'RPC_ERROR' });
    peer.arrives(frame(reply(vrfs + error, '2'), 'chunked'));
    await expect(textOf(await second)).rejects.toMatchObject({ code: 'RPC_ERROR', first: { tag: 'in-use' } });
  });

  it('that breaks off, or is malformed, fails', async () => {
    const { layer, peer } = await openLayer('chunked');
    const first = layer.callStreaming(request);
    peer.arrives(frame(reply('<data><a></b></data>'), 'chunked'));
    await expect(namesOf(await first)).rejects.toMatchObject({ code: 'PROTOCOL', messageId: '1' });
    const second = layer.callStreaming(request);
    peer.arrives(frame(reply(vrfs, '2'), 'chunked').subarray(0, 150));
    const stream = await second;
    peer.ends();
    await expect(textOf(stream)).rejects.toMatchObject({ code: 'TRANSPORT', operation: 'get-config' });
  });

  it('may be given up: the session goes on with the next reply', async () => {
    const { layer, peer, call } = await openLayer('chunked');
    const streaming = layer.callStreaming(request);
    const bytes = frame(reply(vrfs), 'chunked');
    peer.arrives(bytes.subarray(0, 150));
    (await streaming).cancel();
    const controller = new AbortController();
    const next = call();
    peer.arrives(bytes.subarray(150));
    peer.arrives(frame(reply('<ok/>', '2'), 'chunked'));
    expect((await next).ok).toBe(true);
    const third = layer.callStreaming({ ...request, signal: controller.signal });
    peer.arrives(frame(reply(vrfs, '3'), 'chunked').subarray(0, 150));
    const stream = await third;
    controller.abort();
    await expect(textOf(stream)).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('without a next piece in time ends, and it is read once', async () => {
    const { layer, peer } = await openLayer('chunked');
    const streaming = layer.callStreaming({ ...request, timeoutMs: 20 });
    peer.arrives(frame(reply(vrfs), 'chunked').subarray(0, 150));
    const stream = await streaming;
    await expect(textOf(stream)).rejects.toMatchObject({ code: 'RPC_TIMEOUT' });
    await expect(textOf(stream)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('has a bound of its own', async () => {
    const { layer, peer } = await openLayer('eom', { replyBytesMax: 100, streamedBytesMax: 500 });
    const streaming = layer.callStreaming(request);
    peer.arrives(reply(vrfs).slice(0, 150));
    const stream = await streaming;
    peer.arrives('x'.repeat(400));
    await expect(textOf(stream)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});

describe('over SSH', () => {
  let server: TestServer;
  let session: NetconfSession | undefined;
  afterEach(async () => {
    session?.destroy();
    await server.close();
  });

  async function open(options: ServerOptions): Promise<NetconfSession> {
    server = await startServer(options);
    session = await connect({
      host: '127.0.0.1',
      port: server.port,
      username: 'wasl',
      auth: { password: 'secret' },
      hostKey: { sha256: [server.hostKeySha256] },
    });
    return session;
  }

  it('a slow reader stops the server, and everything arrives', async () => {
    const block = `<vrf>${'x'.repeat(32 * 1024)}</vrf>`;
    const blocks = 320;
    let sent = 0;
    const opened = await open({
      onRpc: ({ id }, { channel }) => {
        const head = `<rpc-reply xmlns="${BASE_NS}" message-id="${id}"><data><vrfs xmlns="urn:v">`;
        channel.write(`\n#${head.length}\n${head}`);
        const more = () => {
          while (sent < blocks) {
            sent += 1;
            if (!channel.write(`\n#${block.length}\n${block}`)) return void channel.once('drain', more);
          }
          const tail = '</vrfs></data></rpc-reply>';
          channel.write(`\n#${tail.length}\n${tail}\n##\n`);
        };
        more();
      },
    });
    const stream = await opened.getConfigStream({ source: 'running' });
    let seen = 0;
    for await (const _ of stream.elements('vrfs', 'vrf')) {
      seen += 1;
      if (seen === 1) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        // 10 MiB in all; what is under way is our queue, one SSH window and the server's own buffer.
        expect(sent * block.length).toBeLessThan(7 * 1024 * 1024);
      }
    }
    expect(seen).toBe(blocks);
  });

  it('notifications arrive in order beside rpcs, and end with the replay', async () => {
    const event = (n: number | string) =>
      `<notification xmlns="urn:ietf:params:xml:ns:netconf:notification:1.0"><eventTime>2026-01-01T00:00:00Z</eventTime>${n}</notification>`;
    const opened = await open({
      onRpc: ({ id, body }, peer) => {
        peer.send(positiveReply(id, body));
        if (body.startsWith('<create')) for (let n = 0; n < 3; n += 1) peer.send(event(`<e xmlns="urn:e">${n}</e>`));
        else peer.send(event('<notificationComplete xmlns="urn:ietf:params:xml:ns:netmod:notification"/>'));
      },
    });
    const startTime = new Date('2026-01-01T00:00:00Z');
    const notifications = await opened.createSubscription({ stream: 'NETCONF', startTime, stopTime: new Date() });
    await expect(opened.createSubscription()).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    await opened.get();
    const seen: (string | undefined)[] = [];
    for await (const notification of notifications) seen.push(notification.event?.text || notification.event?.name);
    expect(seen).toEqual(['0', '1', '2', 'notificationComplete']);
  });
});
