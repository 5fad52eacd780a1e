import { type ConfirmTimer, keptTimerSeconds } from '../platforms/manifest.ts';
import { MANIFESTS } from '../platforms/manifests.ts';
import type { Inventory, InventoryRouter } from './inventory.ts';

/** What a router keeps of a confirm timer: what the inventory says of it, else what its platform is known to keep. */
export function confirmTimerOf({
  platform,
  management,
}: Pick<InventoryRouter, 'platform' | 'management'>): ConfirmTimer {
  return management.confirmTimer ?? MANIFESTS[platform].confirmTimer;
}

const NAMED_MAX = 5;

/** Routers that keep a longer confirm timer than the inventory asks for go back by themselves later than the others: as sentences. */
export function roundedTimers({ backbone: { confirmTimeoutSeconds: asked }, routers }: Inventory): string[] {
  const told = new Map<string, string[]>();
  for (const router of routers) {
    const kept = keptTimerSeconds(confirmTimerOf(router), asked);
    if (kept === asked) continue;
    const isOwn = router.management.confirmTimer !== undefined;
    const fact = `a confirm timer of ${kept} s where ${asked} s are asked for`;
    const key = isOwn ? `keep ${fact}` : `of platform ${router.platform} keep ${fact}`;
    told.set(key, [...(told.get(key) ?? []), router.name]);
  }
  return [...told]
    .map(([fact, names]) => (fact.startsWith('of ') ? `routers ${fact}` : `routers ${listed(names)} ${fact}`))
    .sort();
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMED_MAX;
  return names.slice(0, NAMED_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
