import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  childrenNamed,
  connect,
  descend,
  lockHolderSessionId,
  type NetconfSession,
  RpcError,
  xml,
  YangLibraryCache,
} from '../../../src/netconf/index.ts';
import { type Netconfd, startNetconfd } from './netconfd.ts';

const NS = 'urn:example:probe-l3vpn';
const NC = 'urn:ietf:params:xml:ns:netconf:base:1.0';
const vrf = (name: string, rd = '65000:1') =>
  xml('vrfs', NS, xml('vrf', NS, [xml('name', NS, name), xml('rd', NS, rd)]));
const noVrfs = xml('vrfs', NS, '', { [`{${NC}}operation`]: 'remove' });

// The list of behaviours of netopeer2's test_confirmed_commit.c (5be28a9), in our own words, against an independent server.
describe('netconfd (yuma123)', () => {
  let server: Netconfd;
  const sessions: NetconfSession[] = [];
  let session: NetconfSession;

  beforeAll(async () => {
    server = await startNetconfd();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    session = await open();
  });
  afterEach(async () => {
    for (const other of sessions.splice(0)) await other.close();
    await expect.poll(async () => reset(), { timeout: 8_000 }).toBe('clean');
  });

  async function open(): Promise<NetconfSession> {
    const opened = await connect(server.options);
    sessions.push(opened);
    return opened;
  }

  /** Running without VRFs and without a pending confirmed commit. */
  async function reset(): Promise<string> {
    const cleaner = await connect(server.options);
    try {
      await cleaner.discardChanges();
      await cleaner.editConfig({ target: 'candidate', config: noVrfs });
      await cleaner.commit();
      return (await names(cleaner)).length === 0 ? 'clean' : 'not clean';
    } catch (error) {
      return String(error);
    } finally {
      await cleaner.close();
    }
  }

  async function names(from: NetconfSession, source: 'running' | 'candidate' = 'running'): Promise<string[]> {
    const { data } = await from.getConfig({ source, filter: { subtree: xml('vrfs', NS) } });
    const vrfs = data === undefined ? undefined : descend(data, 'vrfs');
    return vrfs === undefined ? [] : childrenNamed(vrfs, 'vrf').map((entry) => descend(entry, 'name')?.text ?? '');
  }

  async function editAndCommit(name: string, options: Parameters<NetconfSession['commit']>[0]): Promise<void> {
    await session.editConfig({ target: 'candidate', config: vrf(name) });
    await session.commit(options);
  }

  const gone = { timeout: 6_000, interval: 100 };

  /** Without a request: netconfd 2.13 looks at its confirm timer only when nothing arrives, so polling would keep it from firing. */
  async function namesAfter(milliseconds: number): Promise<string[]> {
    await sleep(milliseconds);
    return names(session);
  }

  it('a confirmed commit is undone at its timeout', async () => {
    await editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: 1 });
    expect(await names(session)).toEqual(['MOH']);
    expect(await namesAfter(3_500)).toEqual([]);
  });

  it('a confirming commit keeps it', async () => {
    await editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: 1 });
    await session.commit();
    await sleep(2_000);
    expect(await names(session)).toEqual(['MOH']);
  });

  it('a follow-up starts the timer again', async () => {
    await editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: 2 });
    await sleep(1_000);
    await session.commit({ confirmed: true, confirmTimeoutSeconds: 60 });
    await sleep(2_000);
    expect(await names(session)).toEqual(['MOH']);
    await session.cancelCommit();
  });

  it('a follow-up may bring a change, and both are undone', async () => {
    await editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: 60 });
    await editAndCommit('MOF', { confirmed: true, confirmTimeoutSeconds: 1 });
    expect((await names(session)).sort()).toEqual(['MOF', 'MOH']);
    expect(await namesAfter(3_500)).toEqual([]);
  });

  it('cancel-commit undoes it now', async () => {
    await editAndCommit('MOH', { confirmed: true });
    await session.cancelCommit();
    expect(await names(session)).toEqual([]);
  });

  it('cancel-commit without one pending is refused', async () => {
    await expect(session.cancelCommit()).rejects.toBeInstanceOf(RpcError);
  });

  it('the end of the session undoes it, in order or not', async () => {
    await editAndCommit('MOH', { confirmed: true });
    await session.close();
    const second = await open();
    await expect.poll(() => names(second), gone).toEqual([]);
    session = await open();
    await editAndCommit('MOF', { confirmed: true });
    session.destroy();
    await expect.poll(() => names(second), gone).toEqual([]);
  });

  it('with persist it outlives the session and is confirmed from another', async () => {
    await editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: 60, persist: 'wasl-1' });
    await session.close();
    const second = await open();
    expect(await names(second)).toEqual(['MOH']);
    await second.commit({ persistId: 'wasl-1' });
    await second.close();
    expect(await names(await open())).toEqual(['MOH']);
  });

  it('with persist another session cancels it', async () => {
    await editAndCommit('MOH', { confirmed: true, persist: 'wasl-2' });
    session.destroy();
    const second = await open();
    await second.cancelCommit({ persistId: 'wasl-2' });
    expect(await names(second)).toEqual([]);
  });

  it('a wrong persist-id neither confirms nor cancels', async () => {
    await editAndCommit('MOH', { confirmed: true, persist: 'wasl-3' });
    await expect(session.commit({ persistId: 'other' })).rejects.toMatchObject({ code: 'RPC_ERROR' });
    await expect(session.cancelCommit({ persistId: 'other' })).rejects.toMatchObject({ code: 'RPC_ERROR' });
    await session.cancelCommit({ persistId: 'wasl-3' });
    expect(await names(session)).toEqual([]);
  });

  it('another session’s lock names its holder', async () => {
    await session.lock('candidate');
    const second = await open();
    const denied = await second.lock('candidate').catch((error: unknown) => error);
    expect(denied).toMatchObject({ code: 'RPC_ERROR', first: { tag: 'lock-denied' } });
    if (denied instanceof RpcError && denied.first !== undefined) {
      expect(lockHolderSessionId(denied.first)).toBe(session.sessionId);
    }
    await session.unlock('candidate');
    await second.lock('candidate');
    await second.unlock('candidate');
  });

  it('a value against the schema is refused with its path, and nothing changes', async () => {
    const bad = session.editConfig({
      target: 'candidate',
      config: vrf('MOH', 'garbage'),
      errorOption: 'rollback-on-error',
    });
    await expect(bad).rejects.toMatchObject({
      code: 'RPC_ERROR',
      first: { severity: 'error', tag: 'invalid-value', path: expect.stringContaining('rd') },
    });
    await session.discardChanges();
    expect(await names(session)).toEqual([]);
  });

  it('create of what is there and delete of what is not are refused', async () => {
    await editAndCommit('MOH', {});
    const create = xml('vrfs', NS, xml('vrf', NS, [xml('name', NS, 'MOH')], { [`{${NC}}operation`]: 'create' }));
    await expect(session.editConfig({ target: 'candidate', config: create })).rejects.toMatchObject({
      first: { tag: 'data-exists' },
    });
    const remove = xml('vrfs', NS, xml('vrf', NS, [xml('name', NS, 'XXX')], { [`{${NC}}operation`]: 'delete' }));
    await expect(session.editConfig({ target: 'candidate', config: remove })).rejects.toMatchObject({
      first: { tag: 'data-missing' },
    });
  });

  it('tells a commit of another session by notification (RFC 6470)', async () => {
    const notifications = await session.createSubscription();
    const second = await open();
    await second.editConfig({ target: 'candidate', config: vrf('MOH') });
    await second.commit();
    for await (const notification of notifications) {
      if (notification.event?.name !== 'netconf-config-change') continue;
      expect(notification.xml).toContain('vrfs');
      expect(Date.parse(notification.eventTime)).toBeGreaterThan(0);
      break;
    }
    // interleave: the session still answers
    expect(await names(session)).toEqual(['MOH']);
  });

  it('with-defaults, xpath, get-schema, the YANG library, copy-config and kill-session', async () => {
    await editAndCommit('MOH', {});
    const filter = { xpath: '/pb:vrfs/pb:vrf[pb:name="MOH"]', namespaces: { pb: NS } };
    const reply = await session.getConfig({ source: 'running', filter, withDefaults: 'report-all' });
    expect(reply.dataXml).toContain('<name>MOH</name>');
    expect(await session.getSchema({ identifier: 'probe-l3vpn' })).toContain('module probe-l3vpn {');
    const cache = new YangLibraryCache();
    const library = await session.yangLibrary({ cache });
    expect(library.modules.find(({ name }) => name === 'probe-l3vpn')).toMatchObject({
      namespace: NS,
      importOnly: false,
    });
    expect(await session.yangLibrary({ cache })).toBe(library);
    await session.copyConfig({ source: 'running', target: 'candidate' });
    const second = await open();
    await session.killSession(second.sessionId);
    expect(await second.closed).toMatchObject({ kind: 'lost' });
  });

  it('partial-lock is refused by netconfd 2.13 for an error of its own, and the refusal is kept whole', async () => {
    const refused = session.partialLock(['/pb:vrfs'], { namespaces: { pb: NS } });
    await expect(refused).rejects.toMatchObject({
      code: 'RPC_ERROR',
      errors: [{ message: 'ok' }, { tag: 'operation-failed', message: 'invalid internal value' }],
    });
  });

  it('streams what it also gives whole', async () => {
    const many = Array.from({ length: 500 }, (_, n) =>
      xml('vrf', NS, [xml('name', NS, `V${n}`), xml('rd', NS, `65000:${n}`)]),
    );
    await session.editConfig({ target: 'candidate', config: xml('vrfs', NS, many) });
    await session.commit();
    const whole = await session.getConfig({ source: 'running' });
    const stream = await session.getConfigStream({ source: 'running' });
    let count = 0;
    for await (const _ of stream.elements('vrfs', 'vrf')) count += 1;
    expect(count).toBe(500);
    const bytes: Buffer[] = [];
    for await (const piece of (await session.getConfigStream({ source: 'running' })).bytes()) bytes.push(piece);
    expect(Buffer.concat(bytes).toString()).toBe(whole.dataXml);
  });

  it('many rpcs on one session, and both framings, read the same', async () => {
    await editAndCommit('MOH', {});
    const eom = await connect({ ...server.options, baseVersions: ['1.0'] });
    sessions.push(eom);
    const replies = await Promise.all(Array.from({ length: 50 }, () => session.getConfig({ source: 'running' })));
    const expected = (await eom.getConfig({ source: 'running' })).dataXml;
    expect(new Set(replies.map((reply) => reply.dataXml))).toEqual(new Set([expected]));
  });

  it('a commit without answer in time is unknown, and looking tells that it was done', async () => {
    await session.editConfig({ target: 'candidate', config: vrf('MOH') });
    server.freeze();
    await expect(session.commit({ timeoutMs: 200 })).rejects.toMatchObject({
      code: 'COMMIT_OUTCOME_UNKNOWN',
      message: expect.stringContaining('sent, and the answer is lost (no answer in 200 ms)'),
    });
    server.thaw();
    // The late answer is dropped and the session goes on.
    expect(await names(session)).toEqual(['MOH']);
  });
});
