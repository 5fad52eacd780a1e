import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Backbone, startBackbone } from '../../src/sim/backbone.ts';
import type { Fault } from '../../src/sim/faults.ts';
import { FOUR_ROUTERS, prefixOf, probeOf } from './support/fixtures.ts';
import { ManualClock } from './support/manual-clock.ts';
import {
  COMMIT,
  confirmedCommit,
  confirmingCommit,
  edit,
  getConfig,
  lock,
  VALIDATE,
  xrDescription,
} from './support/operations.ts';
import { errorsOf, find, isOk, RawClient } from './support/raw-client.ts';

describe('faults', () => {
  let clock: ManualClock;
  let backbone: Backbone;
  const clients: RawClient[] = [];
  beforeEach(async () => {
    clock = new ManualClock();
    backbone = await startBackbone({ inventory: FOUR_ROUTERS, clock });
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.drop()));
    await backbone.close();
  });

  const pe1 = () => backbone.router('pe1');
  const connect = async (): Promise<RawClient> => {
    const client = await RawClient.connect(pe1());
    clients.push(client);
    return client;
  };
  const changed = (): boolean => pe1().runningText().includes('changed');
  const once = (fault: Fault): number => pe1().faults.set(fault, { times: 1 });

  it('one-shot faults strike as often as said, sticky ones until cleared', async () => {
    const client = await connect();
    pe1().faults.set(
      { kind: 'rpc-error', operation: 'validate', tag: 'resource-denied', message: 'busy' },
      { times: 2 },
    );
    expect(errorsOf(await client.rpc(VALIDATE))).toEqual(['resource-denied: busy']);
    expect(errorsOf(await client.rpc(VALIDATE))).toHaveLength(1);
    expect(isOk(await client.rpc(VALIDATE))).toBe(true);
    const id = pe1().faults.set({ kind: 'rpc-error', operation: 'any' });
    for (let i = 0; i < 3; i++) expect(errorsOf(await client.rpc(VALIDATE))[0]).toMatch(/^operation-failed/);
    pe1().faults.clear(id);
    expect(isOk(await client.rpc(VALIDATE))).toBe(true);
    expect(pe1().faults.list()).toEqual([]);
  });

  it('refuses connections and authentication', async () => {
    once({ kind: 'refuse-connections' });
    await expect(connect()).rejects.toThrow();
    pe1().faults.set({ kind: 'refuse-authentication' });
    await expect(connect()).rejects.toThrow(/authentication/);
    pe1().faults.clear();
    await connect();
  });

  it('shows another host key', async () => {
    once({ kind: 'change-host-key' });
    expect((await connect()).fingerprint).not.toBe(pe1().fingerprint);
    expect((await connect()).fingerprint).toBe(pe1().fingerprint);
  });

  it('lets another session hold the lock, for a while', async () => {
    const client = await connect();
    pe1().faults.set({ kind: 'hold-lock', sessionId: 77, seconds: 30 });
    const denied = await client.rpc(lock());
    expect(errorsOf(denied)[0]).toMatch(/^lock-denied/);
    expect(find(denied, 'session-id')?.text).toBe('77');
    clock.advance(29_999);
    expect(errorsOf(await client.rpc(lock()))).toHaveLength(1);
    clock.advance(1);
    expect(isOk(await client.rpc(lock()))).toBe(true);
    expect(pe1().faults.list()).toEqual([]);
  });

  it('leaves a dirty candidate, which is a real edit, until cleared', async () => {
    const client = await connect();
    const id = pe1().faults.set({ kind: 'dirty-candidate' });
    expect(errorsOf(await client.rpc(lock()))[0]).toMatch(/^lock-denied/);
    expect(find(await client.rpc(getConfig('candidate')), 'description')?.text).toBe('work in progress');
    pe1().faults.clear(id);
    expect(isOk(await client.rpc(lock()))).toBe(true);
    backbone.router('pe3').faults.set({ kind: 'dirty-candidate' });
    expect(backbone.router('pe3').isCandidateDirty()).toBe(true);
    expect(() => pe1().faults.set({ kind: 'dirty-candidate' })).toThrow(/locked by session/);
    expect(() => pe1().faults.set({ kind: 'hold-lock' })).toThrow();
    expect(pe1().faults.list()).toEqual([]);
  });

  it('drops the connection before a commit is applied', async () => {
    const client = await connect();
    await client.rpc(edit(xrDescription('MOH', 'changed')));
    once({ kind: 'drop-connection', operation: 'commit', when: 'before' });
    await expect(client.rpc(COMMIT)).rejects.toThrow('session closed');
    expect(changed()).toBe(false);
  });

  it('drops the connection after a commit was applied: what remains follows from persist', async () => {
    for (const persist of [undefined, 'id']) {
      const client = await connect();
      await client.rpc(edit(xrDescription('MOH', 'changed')));
      once({ kind: 'drop-connection', operation: 'confirmed-commit', when: 'after' });
      const commit = confirmedCommit(persist === undefined ? {} : { persist });
      await expect(client.rpc(commit)).rejects.toThrow('session closed');
      expect(changed()).toBe(persist !== undefined);
    }
  });

  it('tells a confirming commit from a confirmed one', async () => {
    const client = await connect();
    await client.rpc(edit(xrDescription('MOH', 'changed')));
    once({ kind: 'drop-connection', operation: 'confirming-commit', when: 'after' });
    expect(isOk(await client.rpc(confirmedCommit({ persist: 'id' })))).toBe(true);
    await expect(client.rpc(confirmingCommit('id'))).rejects.toThrow('session closed');
    expect(pe1().pendingCommit()).toBeNull();
    expect(changed()).toBe(true);
  });

  it('never replies to an operation, nor to what comes after it', async () => {
    const client = await connect();
    once({ kind: 'no-reply', operation: 'commit' });
    await client.rpc(edit(xrDescription('MOH', 'changed')));
    const answered = vi.fn();
    client.rpc(COMMIT).then(answered, () => {});
    client.rpc(VALIDATE).then(answered, () => {});
    expect(isOk(await (await connect()).rpc(VALIDATE))).toBe(true);
    expect(answered).not.toHaveBeenCalled();
    expect(changed()).toBe(false);
  });

  it('carries out what it never answers, when asked to', async () => {
    const client = await connect();
    once({ kind: 'no-reply', operation: 'commit', done: true });
    await client.rpc(edit(xrDescription('MOH', 'changed')));
    client.rpc(COMMIT).catch(() => {});
    await expect.poll(changed).toBe(true);
  });

  it('is slow', async () => {
    const client = await connect();
    pe1().faults.set({ kind: 'slow', ms: 60_000 });
    const answered = vi.fn();
    const reply = client.rpc(VALIDATE).then(answered);
    await expect.poll(() => clock.pendingTimers).toBe(1);
    clock.advance(59_999);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(answered).not.toHaveBeenCalled();
    clock.advance(1);
    await reply;
  });

  it('does nothing for a session that is gone when its rpc arrives', async () => {
    const client = await connect();
    await client.rpc(edit(xrDescription('MOH', 'changed')));
    pe1().faults.set({ kind: 'slow', ms: 1_000 });
    client.rpc(confirmedCommit({ persist: 'id' })).catch(() => {});
    await expect.poll(() => clock.pendingTimers).toBe(1);
    await client.drop();
    clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(changed()).toBe(false);
    expect(pe1().pendingCommit()).toBeNull();
  });

  it('reboots at a commit: before it nothing is kept, after a persistent confirmed one neither', async () => {
    for (const when of ['before', 'after'] as const) {
      const client = await connect();
      await client.rpc(edit(xrDescription('MOH', 'changed')));
      once({ kind: 'reboot', operation: 'commit', when, downMs: 5_000 });
      await expect(client.rpc(confirmedCommit({ persist: 'id' }))).rejects.toThrow('session closed');
      expect(changed()).toBe(false);
      expect(pe1().sessions()).toEqual([]);
      expect(pe1().isUp()).toBe(false);
      clock.advance(5_000);
      expect(pe1().isUp()).toBe(true);
    }
  });

  it('takes no connection and announces nothing while it is down', async () => {
    const seen = () =>
      backbone
        .router('pe2')
        .routes('MOH', 'ipv4')
        .map((route) => route.prefix);
    expect(seen()).toContain(prefixOf(0, 1));
    pe1().reboot({ downMs: 50_000 });
    await expect(connect()).rejects.toThrow();
    expect(seen()).not.toContain(prefixOf(0, 1));
    clock.advance(50_000);
    expect(seen()).toContain(prefixOf(0, 1));
    await connect();
  });

  it('acknowledges edits and forgets them', async () => {
    const client = await connect();
    once({ kind: 'drop-edits' });
    expect(isOk(await client.rpc(edit(xrDescription('MOH', 'changed'))))).toBe(true);
    expect(isOk(await client.rpc(VALIDATE))).toBe(true);
    expect(isOk(await client.rpc(COMMIT))).toBe(true);
    expect(changed()).toBe(false);
    await client.rpc(edit(xrDescription('MOH', 'changed')));
    await client.rpc(COMMIT);
    expect(changed()).toBe(true);
  });

  it('blackholes an address, a prefix, or only in one VRF, at the router where it is attached', async () => {
    const client = await connect();
    const ping = async (): Promise<string | undefined> => {
      const rpc = `<ping xmlns="http://cisco.com/ns/yang/Cisco-IOS-XR-ping-act"><destination><destination>${probeOf(0, 3)}</destination><vrf-name>MOH</vrf-name></destination></ping>`;
      return find(await client.rpc(rpc), 'hits')?.text;
    };
    const far = backbone.router('pe3').faults;
    expect(await ping()).toBe('5');
    for (const fault of [{ target: probeOf(0, 3) }, { target: prefixOf(0, 3) }, { target: '0.0.0.0/0', vrf: 'MOH' }]) {
      const id = far.set({ kind: 'blackhole', ...fault });
      expect(await ping()).toBe('0');
      far.clear(id);
      expect(await ping()).toBe('5');
    }
    far.set({ kind: 'blackhole', target: probeOf(0, 3), vrf: 'ROP' });
    far.set({ kind: 'blackhole', target: probeOf(0, 2) });
    pe1().faults.set({ kind: 'blackhole', target: probeOf(0, 3) });
    expect(await ping()).toBe('5');
  });

  it('lets a person at the console change running, under the same rules', () => {
    pe1().editRunning(xrDescription('MOH', 'changed'));
    expect(changed()).toBe(true);
    expect(pe1().isCandidateDirty()).toBe(false);
    expect(() => pe1().editRunning(xrDescription('NEW', 'x'), 'none')).toThrow(/does not exist/);
  });

  it('costs the round-trip time that was asked for', async () => {
    const far = await startBackbone({ inventory: FOUR_ROUTERS, rttMs: 40 });
    try {
      const startedAt = performance.now();
      const client = await RawClient.connect(far.router('pe1'));
      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(6 * 40 - 5);
      const rpcAt = performance.now();
      await client.rpc(VALIDATE);
      const elapsed = performance.now() - rpcAt;
      expect(elapsed).toBeGreaterThanOrEqual(38);
      await client.drop();
    } finally {
      await far.close();
    }
  });
});
