import { randomBytes } from 'node:crypto';
import type { KeyEncryption, KeyEncryptionKey } from '../../src/domain/sealed-text.ts';

export interface RingInMemory extends KeyEncryption {
  /** Wraps from now on. */
  add(id: string): void;
  destroy(id: string): void;
}

export function ringInMemory(first: string): RingInMemory {
  const keys: KeyEncryptionKey[] = [];
  const ring: RingInMemory = {
    add: (id) => void keys.push({ id, bytes: randomBytes(32) }),
    destroy: (id) =>
      void keys.splice(
        keys.findIndex((each) => each.id === id),
        1,
      ),
    async newest() {
      const key = keys.at(-1);
      if (key === undefined) throw new Error('the ring is empty');
      return key;
    },
    find: async (id) => keys.find((each) => each.id === id) ?? null,
    listOlder: async () => keys.slice(0, -1).map(({ id }) => id),
  };
  ring.add(first);
  return ring;
}
