/** Time for an rpc runs from when the server could begin with it: it answers in order (RFC 6241 §4.5). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MessageLayer } from '../../src/netconf/session/message-layer.ts';
import { openLayer } from './support/memory-peer.ts';
import { BASE_NS, frame, okReply } from './support/ssh-server.ts';

const done = (layer: MessageLayer) => layer.fail(new Error('done') as never, 'closed');
const answer = (id: number) => frame(okReply(String(id)), 'chunked');
const told = (calls: readonly Promise<unknown>[]) =>
  Promise.all(
    calls.map((call) =>
      call.then(
        () => 'answered',
        (error: { readonly code: string }) => error.code,
      ),
    ),
  );

const passes = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

describe('the time of an rpc', () => {
  it('runs when those before it are answered, not when it is sent', async () => {
    const { layer, peer, call } = await openLayer('chunked');
    const calls = told([1, 2, 3, 4].map(() => call({ timeoutMs: 400 })));
    for (const id of [1, 2, 3, 4]) {
      await passes(399);
      peer.arrives(answer(id));
    }
    expect(await calls).toEqual(Array(4).fill('answered'));
    done(layer);
  });

  it('of many, at a server that answers nothing, is over soon after that of the first', async () => {
    const { layer, call } = await openLayer('chunked');
    const calls = told(Array.from({ length: 20 }, () => call({ timeoutMs: 100 })));
    await passes(200);
    expect(vi.getTimerCount()).toBe(0);
    expect(await calls).toEqual(Array(20).fill('RPC_TIMEOUT'));
    done(layer);
  });

  it('begins anew when a late answer shows that the server goes on', async () => {
    const { layer, peer, call } = await openLayer('chunked');
    const calls = told([call({ timeoutMs: 100 }), call({ timeoutMs: 400 }), call({ timeoutMs: 400 })]);
    await passes(350);
    peer.arrives(answer(1));
    await passes(250);
    peer.arrives(answer(2));
    await passes(250);
    peer.arrives(answer(3));
    expect(await calls).toEqual(['RPC_TIMEOUT', 'answered', 'answered']);
    done(layer);
  });

  it('is not that of one that is given up behind it', async () => {
    const { layer, peer, call } = await openLayer('chunked');
    const abort = new AbortController();
    const calls = told([call({ timeoutMs: 600 }), call({ signal: abort.signal }), call({ timeoutMs: 200 })]);
    abort.abort();
    await passes(400);
    peer.arrives(answer(1));
    peer.arrives(answer(2));
    peer.arrives(answer(3));
    expect(await calls).toEqual(['answered', 'ABORTED', 'answered']);
    done(layer);
  });

  it('does not run while the reply before it is read as a stream', async () => {
    const { layer, peer, call } = await openLayer('chunked');
    const request = { operation: 'get', body: '<get/>', changesRunning: false, timeoutMs: 2_000 };
    const streaming = layer.callStreaming(request);
    const next = told([call({ timeoutMs: 150 })]);
    const [head, tail] = [
      `<rpc-reply xmlns="${BASE_NS}" message-id="1"><data>`,
      '<a xmlns="urn:a"/></data></rpc-reply>',
    ];
    peer.arrives(`\n#${head.length}\n${head}`);
    const stream = await streaming;
    await passes(400);
    peer.arrives(`\n#${tail.length}\n${tail}\n##\n`);
    for await (const _ of stream.bytes());
    peer.arrives(answer(2));
    expect(await next).toEqual(['answered']);
    done(layer);
  });
});

describe('a streamed reply', () => {
  it('that drips ends: each piece is in time, and the whole never comes', async () => {
    const { layer, peer } = await openLayer('chunked');
    const request = { operation: 'get-config', body: '<get-config/>', changesRunning: false, timeoutMs: 300 };
    const streaming = layer.callStreaming(request);
    const head = `<rpc-reply xmlns="${BASE_NS}" message-id="1"><data><a xmlns="urn:a">`;
    peer.arrives(`\n#${head.length}\n${head}`);
    const stream = await streaming;
    const drip = setInterval(() => peer.arrives('\n#1\nx'), 100);
    const reading = (async () => {
      for await (const _ of stream.bytes());
    })();
    const ended = expect(reading).rejects.toMatchObject({
      code: 'RPC_TIMEOUT',
      message: expect.stringMatching(/^pe1: get-config \(message-id 1\): only [23] bytes of the reply in 300 ms$/),
    });
    await passes(600);
    await ended;
    clearInterval(drip);
    done(layer);
  });
});
