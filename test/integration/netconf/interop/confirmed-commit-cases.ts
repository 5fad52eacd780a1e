import { setTimeout as sleep } from 'node:timers/promises';
import type { InteropCase } from './case.ts';
import { Stage, told } from './stage.ts';

const needs = ':confirmed-commit:1.1';
/** Longer than any case. */
const LONG_SECONDS = 60;

/** Where the RFC names no tag for it. */
const withoutTag = (outcome: string) => outcome.replace(/^refused: .*/, 'refused');

/** RFC 6241 §8.4, with what netopeer2 (5be28a9) tests of its own server. */
const cases: readonly InteropCase[] = [
  {
    name: 'its timeout',
    expected: 'MOH, then none',
    run: async (stage) => {
      const before = await stage.within(1, async () => {
        await stage.editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: 1 });
        return stage.names(stage.session);
      });
      return `${before}, then ${await stage.namesAfterTimer()}`;
    },
  },
  {
    name: 'a confirming commit',
    expected: 'after the timer: MOH',
    run: async (stage) => {
      await stage.within(1, async () => {
        await stage.editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: 1 });
        await stage.session.commit();
      });
      return `after the timer: ${await stage.namesAfterTimer()}`;
    },
  },
  {
    name: 'a follow-up starts the timer again',
    expected: 'after the first timer: MOH; cancelled: none',
    run: async (stage) => {
      await stage.within(2, async () => {
        await stage.editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: 2 });
        await stage.session.commit({ confirmed: true, confirmTimeoutSeconds: LONG_SECONDS });
      });
      const after = await stage.namesAfterTimer();
      await stage.session.cancelCommit();
      return `after the first timer: ${after}; cancelled: ${await stage.names(stage.session)}`;
    },
  },
  {
    name: 'a follow-up with a change of its own: both are undone',
    expected: 'MOF, MOH, then none',
    run: async (stage) => {
      await stage.editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: LONG_SECONDS });
      const before = await stage.within(1, async () => {
        await stage.editAndCommit('MOF', { confirmed: true, confirmTimeoutSeconds: 1 });
        return stage.names(stage.session);
      });
      return `${before}, then ${await stage.namesAfterTimer()}`;
    },
  },
  {
    name: 'a confirming commit with a change of its own: both stay',
    expected: 'after the timer: MOF, MOH',
    run: async (stage) => {
      await stage.within(1, async () => {
        await stage.editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: 1 });
        await stage.editAndCommit('MOF');
      });
      return `after the timer: ${await stage.namesAfterTimer()}`;
    },
  },
  {
    name: 'cancel-commit',
    expected: 'none',
    run: async (stage) => {
      await stage.editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: LONG_SECONDS });
      await stage.session.cancelCommit();
      return stage.names(stage.session);
    },
  },
  {
    name: 'cancel-commit where none is pending',
    expected: 'refused: operation-failed',
    run: (stage) => told(stage.session.cancelCommit()),
  },
  {
    name: 'the end of its session, in order',
    expected: 'none',
    run: async (stage) => {
      await stage.editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: LONG_SECONDS });
      await stage.session.close();
      return stage.namesUntil(await stage.another(), 'none');
    },
  },
  {
    name: 'the loss of its session',
    expected: 'none',
    run: async (stage) => {
      await stage.editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: LONG_SECONDS });
      stage.session.destroy();
      return stage.namesUntil(await stage.another(), 'none');
    },
  },
  {
    name: 'a plain commit of another session confirms nothing',
    expected: 'after the first session has gone: none',
    run: async (stage) => {
      await stage.editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: LONG_SECONDS });
      const second = await stage.another();
      await told(second.commit());
      stage.session.destroy();
      return `after the first session has gone: ${await stage.namesUntil(second, 'none')}`;
    },
  },
  {
    name: 'persist: it outlives its session and is confirmed from another',
    expected: 'MOH, confirmed: MOH',
    run: async (stage) => {
      await stage.editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: LONG_SECONDS, persist: 'wasl-1' });
      await stage.session.close();
      const second = await stage.another();
      const before = await stage.names(second);
      await second.commit({ persistId: 'wasl-1' });
      await second.close();
      return `${before}, confirmed: ${await stage.names(await stage.another())}`;
    },
  },
  {
    name: 'persist: its timeout, with no session there',
    expected: 'none',
    run: async (stage) => {
      await stage.editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: 1, persist: 'wasl-2' });
      await stage.session.close();
      await sleep(3_500);
      return stage.names(await stage.another());
    },
  },
  {
    name: 'persist: another session cancels it',
    expected: 'none',
    run: async (stage) => {
      await stage.editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: LONG_SECONDS, persist: 'wasl-3' });
      stage.session.destroy();
      const second = await stage.another();
      await second.cancelCommit({ persistId: 'wasl-3' });
      return stage.names(second);
    },
  },
  {
    name: 'persist: a follow-up with persist-id from another session',
    expected: 'ok; after the first timer: MOH; cancelled: none',
    run: async (stage) => {
      const second = await stage.another();
      const followed = await stage.within(2, async () => {
        await stage.editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: 2, persist: 'wasl-4' });
        const followUp = { confirmed: true, confirmTimeoutSeconds: LONG_SECONDS, persistId: 'wasl-4' };
        return told(second.commit({ ...followUp, persist: 'wasl-4' }));
      });
      const after = await stage.namesAfterTimer(second);
      await told(second.cancelCommit({ persistId: 'wasl-4' }));
      return `${followed}; after the first timer: ${after}; cancelled: ${await stage.names(second)}`;
    },
  },
  {
    name: 'persist: a wrong persist-id neither confirms nor cancels',
    expected: 'refused: invalid-value; refused: invalid-value; MOH',
    run: async (stage) => {
      await stage.editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: LONG_SECONDS, persist: 'wasl-5' });
      const confirmed = await told(stage.session.commit({ persistId: 'other' }));
      const cancelled = await told(stage.session.cancelCommit({ persistId: 'other' }));
      const pending = await stage.names(stage.session);
      await stage.session.cancelCommit({ persistId: 'wasl-5' });
      return `${confirmed}; ${cancelled}; ${pending}`;
    },
  },
  {
    name: 'persist: cancel-commit without a persist-id from another session',
    expected: 'refused; MOH',
    run: async (stage) => {
      await stage.editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: LONG_SECONDS, persist: 'wasl-6' });
      const second = await stage.another();
      const cancelled = withoutTag(await told(second.cancelCommit()));
      const pending = await stage.names(second);
      await told(second.cancelCommit({ persistId: 'wasl-6' }));
      return `${cancelled}; ${pending}`;
    },
  },
  {
    name: 'lock of running while one is pending in another session (§7.5)',
    expected: 'refused',
    run: async (stage) => {
      await stage.editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: LONG_SECONDS });
      const second = await stage.another();
      const outcome = withoutTag(await told(second.lock('running')));
      await told(second.unlock('running'));
      return outcome;
    },
  },
  {
    name: 'cancel-commit under another session’s lock of running',
    expected: 'lock: refused; cancel-commit: ok; none',
    run: async (stage) => {
      await stage.editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: LONG_SECONDS, persist: 'wasl-7' });
      const second = await stage.another();
      const locked = withoutTag(await told(second.lock('running')));
      const cancelled = await told(stage.session.cancelCommit({ persistId: 'wasl-7' }));
      const names = await stage.names(stage.session);
      await told(second.unlock('running'));
      await told(stage.session.cancelCommit({ persistId: 'wasl-7' }));
      return `lock: ${locked}; cancel-commit: ${cancelled}; ${names}`;
    },
  },
  {
    name: 'cancel-commit under another session’s lock of the candidate',
    expected: 'lock: ok; cancel-commit: ok; none',
    run: async (stage) => {
      await stage.editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: LONG_SECONDS, persist: 'wasl-8' });
      const second = await stage.another();
      const locked = withoutTag(await told(second.lock('candidate')));
      const cancelled = await told(stage.session.cancelCommit({ persistId: 'wasl-8' }));
      const names = await stage.names(stage.session);
      await told(second.unlock('candidate'));
      await told(stage.session.cancelCommit({ persistId: 'wasl-8' }));
      return `lock: ${locked}; cancel-commit: ${cancelled}; ${names}`;
    },
  },
  ...(['its session', 'a persist id'] as const).map(
    (bound): InteropCase => ({
      name: `a restart of the server, bound to ${bound}`,
      expected: 'before: MOF, MOH; after: MOF',
      run: async (stage) => {
        const server = await stage.server.startDurable();
        try {
          const durable = await Stage.open(server);
          await durable.editAndCommit('MOF');
          const persist = bound === 'its session' ? {} : { persist: 'wasl-9' };
          await durable.editAndCommit('MOH', { confirmed: true, confirmTimeoutSeconds: LONG_SECONDS, ...persist });
          const before = await durable.names(durable.session);
          await server.restart();
          return `before: ${before}; after: ${await durable.names(await durable.another())}`;
        } finally {
          await server.stop();
        }
      },
    }),
  ),
];

export const CONFIRMED_COMMIT_CASES: readonly InteropCase[] = cases.map((entry) => ({ ...entry, needs }));
