import { WaslError } from '../../src/errors.ts';
import type { Store } from '../../src/store/store.ts';

/** A store whose database is away, except for the methods given. */
export function absentStore(present: Partial<Store> = {}): Store {
  return new Proxy(present as Store, {
    get(target, member: keyof Store) {
      return (
        target[member] ??
        (async () => {
          throw new WaslError('DATABASE_UNAVAILABLE', 'the database does not answer');
        })
      );
    },
  });
}
