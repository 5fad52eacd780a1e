import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Backbone, startBackbone } from '../../src/sim/backbone.ts';
import type { XmlElement } from '../../src/sim/xml/element.ts';
import { FOUR_ROUTERS } from './support/fixtures.ts';
import { ManualClock } from './support/manual-clock.ts';
import {
  COMMIT,
  cancelCommit,
  confirmedCommit,
  confirmingCommit,
  edit,
  editUnchecked,
  junosDescription,
  lock,
  unlock,
  xrDescription,
  xrExportPolicy,
} from './support/operations.ts';
import { errorsOf, isOk, RawClient } from './support/raw-client.ts';

const idsIn = ({ name, text, children }: XmlElement): string[] =>
  name === 'commit-id' ? [text] : children.flatMap(idsIn);

// RFC 6241 §8.4. The clock is the test's: nothing here waits.
describe('confirmed commit', () => {
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

  const connect = async (router: string): Promise<RawClient> => {
    const client = await RawClient.connect(backbone.router(router));
    clients.push(client);
    return client;
  };
  const holds = (router: string, text: string): boolean => backbone.router(router).runningText().includes(text);
  /** Edits and commits on pe1 (IOS-XR) in a new session. */
  const commitOnPe1 = async (commit: string, text = 'changed'): Promise<RawClient> => {
    const client = await connect('pe1');
    expect(isOk(await client.rpc(edit(xrDescription('MOH', text))))).toBe(true);
    expect(isOk(await client.rpc(commit))).toBe(true);
    expect(holds('pe1', text)).toBe(true);
    return client;
  };

  describe('1.1 (IOS-XR)', () => {
    it('is in the list of commits, and so is its being taken back', async () => {
      const client = await connect('pe1');
      const manager = 'http://cisco.com/ns/yang/Cisco-IOS-XR-config-cfgmgr-exec-oper';
      const commits = async () => {
        const reply = await client.rpc(`<get><filter><config-manager xmlns="${manager}"/></filter></get>`);
        return idsIn(reply);
      };
      const before = await commits();
      await commitOnPe1(confirmedCommit({ timeoutSeconds: 60 }));
      const committed = await commits();
      expect(committed).toHaveLength(before.length + 1);
      clock.advance(61_000);
      expect(holds('pe1', 'changed')).toBe(false);
      expect(await commits()).toEqual([expect.any(String), ...committed]);
    });

    it('stays after the confirming commit', async () => {
      const client = await commitOnPe1(confirmedCommit({ timeoutSeconds: 60 }));
      expect(isOk(await client.rpc(COMMIT))).toBe(true);
      clock.advance(3_600_000);
      expect(holds('pe1', 'changed')).toBe(true);
      expect(backbone.router('pe1').pendingCommit()).toBeNull();
      expect(clock.pendingTimers).toBe(0);
    });

    it('is undone at its timeout, not before', async () => {
      const before = backbone.router('pe1').runningText();
      await commitOnPe1(confirmedCommit({ timeoutSeconds: 60 }));
      clock.advance(59_999);
      expect(holds('pe1', 'changed')).toBe(true);
      clock.advance(1);
      expect(backbone.router('pe1').runningText()).toBe(before);
      expect(backbone.router('pe1').isCandidateDirty()).toBe(false);
    });

    it('waits 600 seconds when no timeout is given', async () => {
      await commitOnPe1(confirmedCommit());
      clock.advance(599_999);
      expect(holds('pe1', 'changed')).toBe(true);
      clock.advance(1);
      expect(holds('pe1', 'changed')).toBe(false);
    });

    it('starts its time again with a follow-up, and goes back to the very beginning', async () => {
      const before = backbone.router('pe1').runningText();
      const client = await commitOnPe1(confirmedCommit({ timeoutSeconds: 60 }));
      clock.advance(50_000);
      await client.rpc(edit(xrDescription('ROP', 'too')));
      expect(isOk(await client.rpc(confirmedCommit({ timeoutSeconds: 60 })))).toBe(true);
      clock.advance(59_999);
      expect(holds('pe1', 'too')).toBe(true);
      clock.advance(1);
      expect(backbone.router('pe1').runningText()).toBe(before);
    });

    it('is undone by cancel-commit', async () => {
      const client = await commitOnPe1(confirmedCommit({ timeoutSeconds: 60 }));
      expect(isOk(await client.rpc(cancelCommit()))).toBe(true);
      expect(holds('pe1', 'changed')).toBe(false);
      expect(errorsOf(await client.rpc(cancelCommit()))[0]).toMatch(/^operation-failed: No confirmed commit/);
    });

    it('is undone when its session ends, whether closed or lost', async () => {
      const polite = await commitOnPe1(confirmedCommit({ timeoutSeconds: 60 }));
      await polite.rpc('<close-session/>');
      await polite.waitClosed();
      expect(holds('pe1', 'changed')).toBe(false);
      const rude = await commitOnPe1(confirmedCommit({ timeoutSeconds: 60 }));
      await rude.drop();
      expect(holds('pe1', 'changed')).toBe(false);
    });

    it('is undone when its session is killed by another', async () => {
      const victim = await commitOnPe1(confirmedCommit({ timeoutSeconds: 60 }));
      const killer = await connect('pe1');
      const kill = `<kill-session><session-id>${victim.sessionId}</session-id></kill-session>`;
      expect(isOk(await killer.rpc(kill))).toBe(true);
      expect(holds('pe1', 'changed')).toBe(false);
      expect(errorsOf(await killer.rpc(kill))[0]).toMatch(/^invalid-value/);
    });

    it('survives its session with persist, and is confirmed by any that has the id', async () => {
      const client = await commitOnPe1(confirmedCommit({ timeoutSeconds: 60, persist: 'secret' }));
      await client.drop();
      expect(holds('pe1', 'changed')).toBe(true);
      const other = await connect('pe1');
      expect(errorsOf(await other.rpc(COMMIT))[0]).toMatch(/^invalid-value.*persist-id is needed/);
      expect(errorsOf(await other.rpc(confirmingCommit('wrong')))[0]).toMatch(/^invalid-value/);
      expect(backbone.router('pe1').pendingCommit()?.persistId).toBe('secret');
      expect(isOk(await other.rpc(confirmingCommit('secret')))).toBe(true);
      clock.advance(3_600_000);
      expect(holds('pe1', 'changed')).toBe(true);
    });

    it('with persist is cancelled only with the id, from any session', async () => {
      const client = await commitOnPe1(confirmedCommit({ timeoutSeconds: 60, persist: 'secret' }));
      const other = await connect('pe1');
      for (const wrong of [undefined, 'wrong']) {
        expect(errorsOf(await other.rpc(cancelCommit(wrong)))[0]).toMatch(/^invalid-value/);
      }
      expect(errorsOf(await client.rpc(cancelCommit()))[0]).toMatch(/^invalid-value/);
      expect(holds('pe1', 'changed')).toBe(true);
      expect(isOk(await other.rpc(cancelCommit('secret')))).toBe(true);
      expect(holds('pe1', 'changed')).toBe(false);
    });

    it('with persist still ends at its timeout, after which the id is worth nothing', async () => {
      await (await commitOnPe1(confirmedCommit({ timeoutSeconds: 60, persist: 'secret' }))).drop();
      clock.advance(60_000);
      expect(holds('pe1', 'changed')).toBe(false);
      const other = await connect('pe1');
      expect(errorsOf(await other.rpc(confirmingCommit('secret')))[0]).toMatch(/^invalid-value/);
      expect(holds('pe1', 'changed')).toBe(false);
    });

    it('takes a follow-up from another session with the id; without persist it is bound to that session', async () => {
      await commitOnPe1(confirmedCommit({ timeoutSeconds: 60, persist: 'secret' }));
      const other = await connect('pe1');
      expect(isOk(await other.rpc(confirmedCommit({ timeoutSeconds: 60, persistId: 'secret' })))).toBe(true);
      expect(backbone.router('pe1').pendingCommit()).toEqual({ persistId: null, sessionId: other.sessionId });
      await other.drop();
      expect(holds('pe1', 'changed')).toBe(false);
    });

    it('without persist is neither confirmed nor cancelled by another session', async () => {
      await commitOnPe1(confirmedCommit({ timeoutSeconds: 60 }));
      const other = await connect('pe1');
      expect(errorsOf(await other.rpc(COMMIT))[0]).toMatch(/^in-use/);
      expect(errorsOf(await other.rpc(cancelCommit()))[0]).toMatch(/^in-use/);
      expect(errorsOf(await other.rpc(lock('running')))[0]).toMatch(/^lock-denied/);
      expect(backbone.router('pe1').pendingCommit()).not.toBeNull();
    });

    it('is undone by a reboot even with persist', async () => {
      const before = backbone.router('pe1').runningText();
      const client = await commitOnPe1(confirmedCommit({ timeoutSeconds: 60, persist: 'secret' }));
      backbone.router('pe1').reboot({ downMs: 10 });
      await client.waitClosed();
      expect(backbone.router('pe1').runningText()).toBe(before);
      expect(clock.pendingTimers).toBe(1);
      clock.advance(10);
      const after = await connect('pe1');
      expect(errorsOf(await after.rpc(confirmingCommit('secret')))[0]).toMatch(/^invalid-value/);
    });

    it('keeps what was confirmed over a reboot', async () => {
      const client = await commitOnPe1(confirmedCommit({ timeoutSeconds: 60, persist: 'secret' }));
      await client.rpc(confirmingCommit('secret'));
      backbone.router('pe1').reboot();
      expect(holds('pe1', 'changed')).toBe(true);
    });

    it('commits with the confirming commit what stands in the candidate by then', async () => {
      const client = await commitOnPe1(confirmedCommit({ timeoutSeconds: 60 }));
      await client.rpc(edit(xrDescription('ROP', 'slipped in')));
      await client.rpc(COMMIT);
      expect(holds('pe1', 'slipped in')).toBe(true);
    });

    it('stays pending when a follow-up is refused', async () => {
      const client = await commitOnPe1(confirmedCommit({ timeoutSeconds: 60 }));
      await client.rpc(editUnchecked(xrExportPolicy('MOH', 'NOWHERE')));
      expect(errorsOf(await client.rpc(COMMIT))[0]).toContain('route-policy NOWHERE not found');
      expect(backbone.router('pe1').pendingCommit()).not.toBeNull();
      clock.advance(60_000);
      expect(holds('pe1', 'changed')).toBe(false);
    });

    it('leaves another edit of the candidate alone when it is undone', async () => {
      const client = await commitOnPe1(confirmedCommit({ timeoutSeconds: 60 }));
      await client.rpc(edit(xrDescription('ROP', 'draft')));
      clock.advance(60_000);
      expect(backbone.router('pe1').isCandidateDirty()).toBe(true);
      expect(backbone.router('pe1').candidateText()).toContain('draft');
    });

    it.each([
      ['<commit><confirmed/><confirm-timeout>0</confirm-timeout></commit>', 'invalid-value'],
      ['<commit><confirmed/><confirm-timeout>soon</confirm-timeout></commit>', 'invalid-value'],
      ['<commit><persist>x</persist></commit>', 'invalid-value'],
      ['<commit><synchronize/></commit>', 'unknown-element'],
    ])('refuses %s', async (commit, tag) => {
      const client = await connect('pe1');
      expect(errorsOf(await client.rpc(commit))[0]).toMatch(new RegExp(`^${tag}`));
    });
  });

  describe('1.0 (Junos)', () => {
    const commitOnPe3 = async (): Promise<RawClient> => {
      const client = await connect('pe3');
      await client.rpc(edit(junosDescription('MOH', 'changed')));
      expect(isOk(await client.rpc(confirmedCommit({ timeoutSeconds: 60 })))).toBe(true);
      expect(holds('pe3', 'changed')).toBe(true);
      return client;
    };

    it('is bound to its session', async () => {
      await (await commitOnPe3()).drop();
      expect(holds('pe3', 'changed')).toBe(false);
      const client = await commitOnPe3();
      await client.rpc(COMMIT);
      await client.drop();
      expect(holds('pe3', 'changed')).toBe(true);
    });

    it('ends at its timeout', async () => {
      await commitOnPe3();
      clock.advance(60_000);
      expect(holds('pe3', 'changed')).toBe(false);
    });

    it('knows neither persist nor cancel-commit', async () => {
      const client = await connect('pe3');
      expect(errorsOf(await client.rpc(confirmedCommit({ persist: 'x' })))[0]).toMatch(/^unknown-element/);
      expect(errorsOf(await client.rpc(cancelCommit()))[0]).toMatch(/^operation-not-supported/);
    });
  });

  it('is undone under the lock of the one who made it, and the lock stays', async () => {
    const client = await connect('pe1');
    await client.rpc(lock());
    await client.rpc(edit(xrDescription('MOH', 'changed')));
    await client.rpc(confirmedCommit({ timeoutSeconds: 60, persist: 'id' }));
    clock.advance(60_000);
    expect(backbone.router('pe1').lockHolder('candidate')).toBe(client.sessionId);
    expect(isOk(await client.rpc(unlock()))).toBe(true);
    expect(holds('pe1', 'changed')).toBe(false);
  });
});
