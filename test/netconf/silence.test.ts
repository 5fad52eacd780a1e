import { afterEach, describe, expect, it, vi } from 'vitest';
import { connect, type NetconfNotification } from '../../src/netconf/index.ts';
import { keepAlive } from '../../src/netconf/session/keepalive.ts';
import { openLayer, outcomeOf } from './support/memory-peer.ts';
import { BASE_NS, frame, okReply, startServer } from './support/ssh-server.ts';

const event = (n: number) =>
  frame(
    `<notification xmlns="urn:ietf:params:xml:ns:netconf:notification:1.0"><eventTime/><e xmlns="urn:e">${n}</e></notification>`,
    'chunked',
  );

afterEach(() => void vi.useRealTimers());

describe('a silent server', () => {
  it('that does not answer a probe ends the session, and says why', async () => {
    const { layer } = await openLayer('chunked');
    keepAlive(layer, { intervalMs: 10, answerWithinMs: 20 });
    expect(await layer.ended).toMatchObject({
      kind: 'lost',
      error: { code: 'IDLE_TIMEOUT', fact: 'silent, and no answer to a probe in 20 ms' },
    });
  });

  it('that refuses a probe is alive', async () => {
    const { layer, peer } = await openLayer('chunked');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    keepAlive(layer, { intervalMs: 1_000, answerWithinMs: 500 });
    const refusal = '<rpc-error><error-severity>error</error-severity></rpc-error>';
    for (let id = 1; id <= 3; id += 1) {
      await vi.advanceTimersByTimeAsync(id === 1 ? 1_000 : 501);
      expect(peer.writes).toHaveLength(1 + id);
      await vi.advanceTimersByTimeAsync(499);
      peer.arrives(frame(`<rpc-reply xmlns="${BASE_NS}" message-id="${id}">${refusal}</rpc-reply>`, 'chunked'));
    }
    await vi.advanceTimersByTimeAsync(500);
    expect(layer.isOpen).toBe(true);
    layer.fail(new Error('done') as never, 'closed');
  });

  it('does not keep close() longer than its bound', async () => {
    const server = await startServer({ onRpc: () => undefined });
    const session = await connect({
      host: '127.0.0.1',
      port: server.port,
      username: 'wasl',
      auth: { password: 'secret' },
      hostKey: { sha256: [server.hostKeySha256] },
      closeTimeoutMs: 50,
    });
    const commit = outcomeOf(session.commit());
    await session.close();
    expect(await session.closed).toEqual({ kind: 'closed', error: null });
    expect(await commit).toBe('COMMIT_OUTCOME_UNKNOWN');
    await server.close();
  });
});

describe('a reader of notifications that is slow', () => {
  it('stops the channel, unless an rpc waits for its answer', async () => {
    const { layer, peer, call } = await openLayer('chunked', { notificationsQueuedMax: 5 });
    const notifications = layer.collectNotifications();
    for (let n = 0; n < 6; n += 1) peer.arrives(event(n));
    expect(peer.isPaused()).toBe(true);
    const answer = call();
    expect(peer.isPaused()).toBe(false);
    peer.arrives(event(6));
    expect(peer.isPaused()).toBe(false);
    peer.arrives(frame(okReply('1'), 'chunked'));
    expect((await answer).ok).toBe(true);
    peer.arrives(event(7));
    expect(peer.isPaused()).toBe(true);
    const seen: (string | undefined)[] = [];
    for await (const notification of notifications) {
      seen.push(notification.event?.text);
      if (seen.length === 8) break;
    }
    expect(seen).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
    expect(peer.isPaused()).toBe(false);
  });

  it('loses the subscription at the bound, not the session', async () => {
    const { layer, peer } = await openLayer('chunked', { notificationsQueuedMax: 2 });
    const notifications = layer.collectNotifications();
    for (let n = 0; n < 20; n += 1) peer.arrives(event(n));
    const seen: NetconfNotification[] = [];
    const reading = (async () => {
      for await (const notification of notifications) seen.push(notification);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect([seen.length, layer.isOpen]).toEqual([8, true]);
  });

  it('hears the end of the session as its own', async () => {
    const { layer, peer } = await openLayer('chunked');
    const waiting = layer.collectNotifications().next();
    peer.ends();
    await expect(waiting).rejects.toMatchObject({ code: 'TRANSPORT' });
    expect(layer.isOpen).toBe(false);
  });
});
