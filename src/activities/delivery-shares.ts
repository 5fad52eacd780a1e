/** How many webhooks are on their way at once: receivers that hang keep a worker from nothing else. */
import type { EntityId } from '../domain/names.ts';

/** Of the activities that a worker does at once; each may wait for half a minute. */
export const DELIVERIES_AT_ONCE = 40;
/** One entity leaves room for the others, whatever its receivers do. */
export const DELIVERIES_PER_ENTITY = 8;

export interface DeliveryShares {
  /** Its end; null: there is no room. */
  take(entity: EntityId): (() => void) | null;
}

export function createDeliveryShares(): DeliveryShares {
  const perEntity = new Map<EntityId, number>();
  let all = 0;
  return {
    take(entity) {
      const own = perEntity.get(entity) ?? 0;
      if (all >= DELIVERIES_AT_ONCE || own >= DELIVERIES_PER_ENTITY) return null;
      all += 1;
      perEntity.set(entity, own + 1);
      return () => {
        all -= 1;
        const left = (perEntity.get(entity) ?? 1) - 1;
        if (left > 0) perEntity.set(entity, left);
        else perEntity.delete(entity);
      };
    },
  };
}
