import { type Digest, digestOf } from '../domain/canonical-json.ts';
import type { Inventory, InventoryRouter } from '../domain/inventory.ts';
import type { PeName } from '../domain/names.ts';
import type { RunningVrf } from '../domain/network-view.ts';
import type { ChangeMarker } from '../platforms/platform.ts';

/** A marker lies where running changed without a commit: no reading is believed for longer without another one. */
const BELIEVED_FOR_MS = 24 * 3_600_000;
/** Where a marker has whole seconds: what was read so long after it was first seen has every commit of its second. */
const SETTLED_AFTER_MS = 2_000;

interface Known {
  /** Of what it depends on besides the router. */
  readonly listing: Digest;
  readonly marker: string;
  /** On one monotonic clock: when the marker was first seen, and when running was asked for. */
  readonly seenAtMs: number;
  readonly readAtMs: number;
  readonly running: readonly RunningVrf[];
}

/** What routers were last read to run, and the marker that each showed just before: of one worker, and gone with it. */
export class KnownRunning {
  readonly #known = new Map<PeName, Known>();
  readonly #now: () => number;

  /** `now`: milliseconds that only go forward. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** null: it must be read. */
  find(inventory: Inventory, router: InventoryRouter, marker: ChangeMarker | null): readonly RunningVrf[] | null {
    const known = this.#known.get(router.name);
    if (known === undefined || marker === null || known.marker !== marker.value) return null;
    const { seenAtMs, readAtMs, running } = known;
    if (this.#now() - readAtMs > BELIEVED_FOR_MS || known.listing !== listingOf(inventory, router)) return null;
    return marker.isUnique || readAtMs - seenAtMs >= SETTLED_AFTER_MS ? running : null;
  }

  /** Call it between the marker and the reading; what it gives takes the reading. */
  begin(
    inventory: Inventory,
    router: InventoryRouter,
    marker: ChangeMarker | null,
  ): (running: readonly RunningVrf[]) => void {
    const listing = listingOf(inventory, router);
    const readAtMs = this.#now();
    const before = this.#known.get(router.name);
    const isSeen = before !== undefined && before.marker === marker?.value && before.listing === listing;
    const seenAtMs = isSeen ? before.seenAtMs : readAtMs;
    return (running) => {
      if (marker === null) this.#known.delete(router.name);
      else this.#known.set(router.name, { listing, marker: marker.value, seenAtMs, readAtMs, running });
    };
  }
}

/** All that reading and parsing depend on: where the router is, what it is listed with, and what is wasl's. */
const listingOf = ({ backbone }: Inventory, router: InventoryRouter): Digest =>
  digestOf({ router, pool: backbone.routeTargetPool });
