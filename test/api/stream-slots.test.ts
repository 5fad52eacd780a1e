import { describe, expect, it } from 'vitest';
import type { Principal, Role } from '../../src/api/authentication.ts';
import {
  createStreamSlots,
  STREAMS_OF_PARTIES_MAX,
  STREAMS_PER_ENTITY_MAX,
  STREAMS_PER_PERSON_MAX,
} from '../../src/api/stream-slots.ts';

const caller = (person: string, role: Role, entity: string | null): Principal => ({
  person: person as Principal['person'],
  roles: [role],
  entity: entity as Principal['entity'],
  expiresAt: new Date(0),
  ...{ acr: null, authenticatedAt: null },
});

describe('event streams', () => {
  it('are bounded for one person, who alone is refused; a closed one gives its place back', () => {
    const slots = createStreamSlots();
    const clerk = () => slots.take(caller('clerk', 'portal', 'MOH'));
    const releases = Array.from({ length: STREAMS_PER_PERSON_MAX }, clerk);
    expect(clerk).toThrow(`clerk has ${STREAMS_PER_PERSON_MAX} event streams open`);
    slots.take(caller('other', 'portal', 'MOH'));
    releases[0]?.();
    clerk();
    expect(clerk).toThrow('clerk has');
  });

  it('are bounded for one entity, and keep a share for the network side', () => {
    const slots = createStreamSlots();
    const fill = (entity: string, persons: number) => {
      for (let n = 0; n < persons; n++) slots.take(caller(`${entity}-${n}`, 'portal', entity));
    };
    fill('MOH', STREAMS_PER_ENTITY_MAX);
    expect(() => slots.take(caller('MOH-new', 'portal', 'MOH'))).toThrow('MOH has');
    for (const entity of ['MOF', 'MOE', 'MOL']) fill(entity, STREAMS_PER_ENTITY_MAX - 4);
    fill('ROP', STREAMS_OF_PARTIES_MAX - STREAMS_PER_ENTITY_MAX - 3 * (STREAMS_PER_ENTITY_MAX - 4));
    expect(() => slots.take(caller('NCSI-1', 'portal', 'NCSI'))).toThrow('the parties have all');
    expect(slots.take(caller('engineer-1', 'engineer', null))).toBeTypeOf('function');
  });
});
