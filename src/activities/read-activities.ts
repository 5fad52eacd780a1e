import type { NewReading } from '../domain/reading.ts';
import type { AgreedFlow } from '../domain/router-check.ts';
import type { ReadActivities, ReadingReference } from './activities.ts';
import { readAgreements, settleAgreements } from './agreements.ts';
import { auditWholeNetwork } from './audit-network.ts';
import { checkInventoryRouter } from './check-router.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { readImportedInventory } from './imported-inventory.ts';
import { withReading } from './network.ts';
import { noteSightings } from './note-sightings.ts';
import { readWholeNetwork, type WholeNetwork } from './read-whole-network.ts';

function agreedFlows(agreements: Awaited<ReturnType<typeof readAgreements>>): AgreedFlow[] {
  return agreements.flatMap(({ id, standing, flows }) => {
    const isOnNetwork = standing === 'on-network';
    const mayBeThere = isOnNetwork || standing === 'changing';
    return flows.flatMap(({ routeTarget, ...flow }) =>
      routeTarget === null ? [] : [{ ...flow, id, routeTarget, isOnNetwork, mayBeThere }],
    );
  });
}

/** One document of what was read is kept for people; the running configurations beside it. */
export function readActivities(deps: ActivityDependencies): ReadActivities {
  const { store } = deps;

  /** Returns the last one's number. */
  async function save(readings: readonly Omit<NewReading, 'changeId'>[]): Promise<ReadingReference> {
    const ids = await store.saveReadings(readings.map((reading) => ({ ...reading, changeId: null })));
    return { readingId: ids.at(-1) ?? 0 };
  }

  const ofReader = (reader: string, { texts }: Pick<WholeNetwork, 'texts'>) =>
    [...texts].map(([pe, read]) => ({ kind: 'running' as const, pe, reader, ...read }));

  return {
    async checkRouter({ pe }) {
      const [{ inventory }, before] = await Promise.all([readImportedInventory(deps), readAgreements(store)]);
      const readAgreed = async () => agreedFlows(settleAgreements(before, await readAgreements(store)));
      const { check, running } = await checkInventoryRouter(deps, inventory, pe, readAgreed);
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
      const network = await readWholeNetwork(deps);
      const { readAt, inventory, running, unread, agreements } = network;
      const reasons = new Map(unread.map(({ pe, reason }) => [pe, reason]));
      const answers = await deps.planner.explain({ inventory, running, agreements, unread: reasons, questions });
      const text = JSON.stringify({ readAt, answers, unread });
      const reader = 'explanation';
      return save([...ofReader(reader, network), { kind: 'explanation', pe: null, reader, readAt, text }]);
    },

    async readMatrix() {
      const network = await readWholeNetwork(deps);
      const { readAt, inventory, running, unread, agreements } = network;
      const matrix = await deps.planner.matrix({ inventory, running, agreements });
      await noteSightings(deps, network, matrix);
      const document = {
        readAt,
        vpns: inventory.vpns.map(({ id, entity, canary }) => ({ id, entity, canary })),
        ...matrix,
        interconnects: agreements.map(({ id, state, standing }) => ({ id, state, standing })),
        unread,
      };
      const reader = 'matrix';
      const text = JSON.stringify(document);
      return save([...ofReader(reader, network), { kind: 'matrix', pe: null, reader, readAt, text }]);
    },
  };
}
