import pMap from 'p-map';
import type { PeName } from '../domain/names.ts';
import type { RunningVrf } from '../domain/network-view.ts';
import type { NewReading } from '../domain/reading.ts';
import { alignAgreements } from '../proof/align.ts';
import type { ReadActivities, ReadingReference } from './activities.ts';
import { readAgreements, settleAgreements } from './agreements.ts';
import { auditWholeNetwork } from './audit-network.ts';
import { checkInventoryRouter } from './check-router.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { readImportedInventory } from './imported-inventory.ts';
import { SESSIONS_AT_ONCE_MAX, withReading } from './network.ts';
import { describeError } from './translate-errors.ts';
import { readUnlistedCarriers } from './unlisted-carriers.ts';

/** One document of what was read is kept for people; the running configurations beside it. */
export function readActivities(deps: ActivityDependencies): ReadActivities {
  const { store } = deps;

  /** Returns the last one's number. */
  async function save(readings: readonly Omit<NewReading, 'changeId'>[]): Promise<ReadingReference> {
    const ids = await store.saveReadings(readings.map((reading) => ({ ...reading, changeId: null })));
    return { readingId: ids.at(-1) ?? 0 };
  }

  /** What can be read; a PE that cannot is named, for this is a picture and no gate. The register is of the same time. */
  async function readWhole(reader: string) {
    const readAt = deps.now().toISOString();
    const [{ inventory }, before] = await Promise.all([readImportedInventory(deps), readAgreements(store)]);
    const unread: { pe: PeName; code: string; reason: string }[] = [];
    const running = new Map<PeName, readonly RunningVrf[]>();
    const readings: Omit<NewReading, 'changeId'>[] = [];
    await pMap(
      inventory.routers,
      async ({ name: pe }) => {
        try {
          const began = deps.now().toISOString();
          const read = await withReading(deps, inventory, pe, (router) => router.readRunningWithText());
          running.set(pe, read.running);
          readings.push({ kind: 'running', pe, reader, readAt: began, text: read.text });
        } catch (error) {
          const { code, sentence } = describeError(error);
          unread.push({ pe, code, reason: sentence });
        }
      },
      { concurrency: SESSIONS_AT_ONCE_MAX },
    );
    const unlisted = await readUnlistedCarriers(store, inventory);
    unread.push(...unlisted.map(({ pe, reason }) => ({ pe, code: 'ROUTER_UNKNOWN', reason })));
    unread.sort((a, b) => (a.pe < b.pe ? -1 : 1));
    const agreements = settleAgreements(before, await readAgreements(store));
    return { readAt, inventory, running, unread, unlisted, agreements, readings };
  }

  return {
    async checkRouter({ pe }) {
      const [{ inventory }, agreements] = await Promise.all([readImportedInventory(deps), readAgreements(store)]);
      const agreed = agreements.flatMap(({ id, standing, flows }) =>
        flows.flatMap(({ routeTarget, ...flow }) =>
          routeTarget === null ? [] : [{ ...flow, id, routeTarget, isOnNetwork: standing === 'on-network' }],
        ),
      );
      const { check, running } = await checkInventoryRouter(deps, inventory, pe, agreed);
      const reader = 'check';
      const text = JSON.stringify(check);
      return save([
        ...(running === null ? [] : [{ kind: 'running' as const, pe, reader, ...running }]),
        { kind: 'check', pe, reader, readAt: check.checkedAt, text },
      ]);
    },

    async readRouter({ pe }) {
      const { inventory } = await readImportedInventory(deps);
      const readAt = deps.now().toISOString();
      const text = await withReading(deps, inventory, pe, (router) => router.readRunningText());
      return save([{ kind: 'running', pe, reader: 'read', readAt, text }]);
    },

    auditNetwork: () => auditWholeNetwork(deps),

    async explainReach({ questions }) {
      const { readAt, inventory, running, unread, agreements, readings } = await readWhole('explanation');
      const reasons = new Map(unread.map(({ pe, reason }) => [pe, reason]));
      const answers = await deps.planner.explain({ inventory, running, agreements, unread: reasons, questions });
      const text = JSON.stringify({ readAt, answers, unread });
      return save([...readings, { kind: 'explanation', pe: null, reader: 'explanation', readAt, text }]);
    },

    async readMatrix() {
      const { readAt, inventory, running, unread, unlisted, agreements, readings } = await readWhole('matrix');
      const matrix = await deps.planner.matrix({ inventory, running, agreements });
      const aligned = alignAgreements(
        matrix,
        inventory,
        agreements,
        unread.map(({ pe }) => pe),
        unlisted,
      );
      await store.saveSightings(aligned.map((each) => ({ ...each, seenAt: readAt })));
      const document = {
        readAt,
        vpns: inventory.vpns.map(({ id, entity, canary }) => ({ id, entity, canary })),
        ...matrix,
        interconnects: agreements.map(({ id, state, standing }) => ({ id, state, standing })),
        unread,
      };
      return save([
        ...readings,
        { kind: 'matrix', pe: null, reader: 'matrix', readAt, text: JSON.stringify(document) },
      ]);
    },
  };
}
