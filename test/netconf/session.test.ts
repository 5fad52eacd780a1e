import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ConnectOptions, connect, type NetconfSession } from '../../src/netconf/index.ts';
import { dataReply, okReply, type ServerOptions, startServer, type TestServer } from './support/ssh-server.ts';

let server: TestServer;
let session: NetconfSession | undefined;

afterEach(async () => {
  vi.useRealTimers();
  session?.destroy();
  session = undefined;
  await server.close();
});

async function open(serverOptions: ServerOptions = {}, options: Partial<ConnectOptions> = {}): Promise<NetconfSession> {
  server = await startServer(serverOptions);
  session = await connect({
    host: '127.0.0.1',
    port: server.port,
    name: 'pe1',
    username: 'wasl',
    auth: { password: 'secret' },
    hostKey: { sha256: [server.hostKeySha256] },
    ...options,
  });
  return session;
}

describe('a session', () => {
  it('exchanges hellos and knows its number and what the server offers', async () => {
    const opened = await open();
    expect(opened.sessionId).toBe(4711);
    expect(opened.capabilities.confirmedCommit).toBe('1.1');
    await opened.get();
    expect(server.sessions[0]?.received[0]).toContain('<capability>urn:ietf:params:netconf:base:1.1</capability>');
  });

  it('sends each operation as the RFC writes it', async () => {
    const opened = await open();
    await opened.lock('candidate');
    await opened.editConfig({
      target: 'candidate',
      config: '<vrf xmlns="urn:x" nc:operation="create"/>',
      defaultOperation: 'none',
      testOption: 'test-then-set',
      errorOption: 'rollback-on-error',
    });
    await opened.validate('candidate');
    await opened.commit({ confirmed: true, confirmTimeoutSeconds: 60, persist: 'a&b' });
    await opened.commit({ persistId: 'a&b' });
    await opened.cancelCommit({ persistId: 'a&b' });
    await opened.discardChanges();
    await opened.getConfig({
      source: 'running',
      filter: { xpath: '/x:vrf', namespaces: { x: 'urn:x' } },
      withDefaults: 'explicit',
    });
    await opened.unlock('candidate');
    const bodies = (server.sessions[0]?.received ?? [])
      .slice(1)
      .map((text) => /<rpc [^>]*>(.*)<\/rpc>$/s.exec(text)?.[1]);
    expect(bodies).toMatchInlineSnapshot(`
      [
        "<lock><target><candidate/></target></lock>",
        "<edit-config><target><candidate/></target><default-operation>none</default-operation><test-option>test-then-set</test-option><error-option>rollback-on-error</error-option><config xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0"><vrf xmlns="urn:x" nc:operation="create"/></config></edit-config>",
        "<validate><source><candidate/></source></validate>",
        "<commit><confirmed/><confirm-timeout>60</confirm-timeout><persist>a&amp;b</persist></commit>",
        "<commit><persist-id>a&amp;b</persist-id></commit>",
        "<cancel-commit><persist-id>a&amp;b</persist-id></cancel-commit>",
        "<discard-changes/>",
        "<get-config><source><running/></source><filter type="xpath" xmlns:x="urn:x" select="/x:vrf"/><with-defaults xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults">explicit</with-defaults></get-config>",
        "<unlock><target><candidate/></target></unlock>",
      ]
    `);
  });

  it('answers many rpcs at once, whatever the order of the replies', async () => {
    const waiting: { id: string; body: string }[] = [];
    const opened = await open({
      onRpc: (rpc, peer) => {
        waiting.push(rpc);
        if (waiting.length < 50) return;
        for (const { id, body } of waiting.reverse()) peer.send(dataReply(id, body));
      },
    });
    const calls = Array.from({ length: 50 }, (_, index) => opened.rpc(`<n xmlns="urn:n">${index}</n>`));
    const replies = await Promise.all(calls);
    expect(replies.map((reply) => reply.data?.children[0]?.text)).toEqual(calls.map((_, index) => String(index)));
  });

  it('closes in order and says so', async () => {
    const opened = await open();
    await opened.close();
    expect(await opened.closed).toEqual({ kind: 'closed', error: null });
    expect(server.sessions[0]?.received.at(-1)).toContain('<close-session/>');
    await expect(opened.get()).rejects.toMatchObject({
      code: 'SESSION_CLOSED',
      message: 'pe1: get (message-id 2): the session has ended: it was closed',
    });
  });

  it('tells a lost session with its reason', async () => {
    const opened = await open({ onRpc: (_rpc, peer) => peer.cut() });
    await expect(opened.get()).rejects.toMatchObject({ code: 'TRANSPORT' });
    expect(await opened.closed).toMatchObject({ kind: 'lost', error: { code: 'TRANSPORT' } });
  });
});

describe('a commit whose answer is lost', () => {
  const faults: Record<string, NonNullable<ServerOptions['onRpc']>> = {
    'the connection is cut': (_rpc, peer) => peer.cut(),
    'the channel ends': (_rpc, peer) => peer.end(),
    'the reply is cut in the middle': ({ id }, peer) => {
      peer.raw(`\n#200\n${okReply(id).slice(0, 40)}`);
      peer.end();
    },
    'the reply is not well-formed': ({ id }, peer) => peer.send(okReply(id).replace('<ok/>', '<ok>')),
    'the reply is framed wrong': ({ id }, peer) => peer.raw(okReply(id)),
    'nothing comes in time': () => undefined,
  };
  it.each(Object.keys(faults))('has an unknown outcome: %s', async (fault) => {
    const onRpc = faults[fault];
    const opened = await open(onRpc === undefined ? {} : { onRpc });
    const call = opened.commit({ confirmed: true, persist: 'id', timeoutMs: 300 });
    await expect(call).rejects.toMatchObject({
      code: 'COMMIT_OUTCOME_UNKNOWN',
      operation: 'confirmed commit',
      peer: 'pe1',
    });
  });

  it('is refused, and nothing else, where the server refuses', async () => {
    const error =
      '<rpc-error><error-type>application</error-type><error-tag>in-use</error-tag><error-severity>error</error-severity><error-message>busy</error-message></rpc-error>';
    const opened = await open({ onRpc: ({ id }, peer) => peer.send(okReply(id).replace('<ok/>', error)) });
    await expect(opened.commit()).rejects.toMatchObject({
      code: 'RPC_ERROR',
      message: 'pe1: commit (message-id 1): the server refused: in-use: busy',
    });
  });

  it('is known not to have been sent where it was given up before', async () => {
    const opened = await open();
    const call = opened.commit({ signal: AbortSignal.abort() });
    await expect(call).rejects.toMatchObject({ code: 'ABORTED' });
    await opened.get();
    expect(server.sessions[0]?.received).toHaveLength(2);
  });
});

describe('what arrives together with the opening of a channel', () => {
  it('tells why a subsystem ended at once', async () => {
    const refusing = open({
      inOneWrite: true,
      onSubsystem: (channel) => {
        channel.stderr.write('no licence');
        channel.exit(7);
        channel.end();
      },
    });
    await expect(refusing).rejects.toThrow('the server closed the channel (exit status 7), saying: no licence');
  });

  it.each([
    ['is said with the acceptance of the command', { inOneWrite: true }],
    ['is said before it', { inOneWrite: true, earlyExitStatus: 3 }],
  ])('is a status that %s', async (_when, how) => {
    const opened = await open({
      ...how,
      onExec: (_command, channel) => {
        channel.stderr.write('careful');
        channel.write('ran');
        channel.exit(3);
        channel.end();
      },
    });
    expect(await opened.exec('show ip route')).toEqual({ code: 3, stdout: 'ran', stderr: 'careful' });
  });
});

describe('exec', () => {
  it('gives status, stdout and stderr', async () => {
    const opened = await open({
      onExec: (command, channel) => {
        channel.stderr.write('careful');
        channel.write(`ran ${command}`);
        channel.exit(3);
        channel.end();
      },
    });
    expect(await opened.exec('show ip route')).toEqual({ code: 3, stdout: 'ran show ip route', stderr: 'careful' });
  });

  it('refuses output beyond its bound and a command that does not end', async () => {
    let begins = () => {};
    const opened = await open({
      onExec: (_command, channel) => {
        begins();
        channel.write('x'.repeat(1000));
      },
    });
    await expect(opened.exec('a', { stdoutBytesMax: 100 })).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const begun = new Promise<void>((resolve) => {
      begins = resolve;
    });
    const endless = expect(opened.exec('b', { timeoutMs: 60_000 })).rejects.toMatchObject({ code: 'RPC_TIMEOUT' });
    await begun;
    // Answered behind what says that the command has begun.
    await opened.get();
    await vi.advanceTimersByTimeAsync(60_000);
    await endless;
  });
});
