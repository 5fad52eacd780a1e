import { digestOf } from '../../src/domain/canonical-json.ts';
import type { EntityId, PersonId } from '../../src/domain/names.ts';
import type { PolicyFacts } from '../../src/domain/policy-law.ts';
import { acceptanceStatement } from '../../src/domain/statement.ts';
import type { DevelopmentAuthority } from '../../src/signatures/index.ts';
import type { Store } from '../../src/store/store.ts';
import { signedText, UNREAD } from './signing.ts';

/** The one that the sample requests name. */
export const POLICY_VERSION = '2026-1';
const TERMS = { version: POLICY_VERSION, inForceFrom: '2020-01-01T00:00:00.000Z', graceDays: 30 };

/** As the law sees it where these parties have accepted the policy in force. */
export function acceptedPolicy(parties: readonly string[], agreed = POLICY_VERSION): PolicyFacts {
  const digest = digestOf(agreed);
  return {
    agreed,
    published: [{ ...TERMS, version: agreed, digest }],
    acceptances: parties.map((entity) => ({
      ...{ entity: entity as EntityId, version: agreed, digest },
      person: `${entity.toLowerCase()}-officer` as PersonId,
      acceptedAt: '2020-01-02T00:00:00.000Z',
      signature: UNREAD.signature,
    })),
  };
}

/** Proposed by one admin, published by another, and accepted for each entity that has not; again for entities that came later. */
export async function acceptPolicy(
  store: Store,
  entities: readonly { readonly id: EntityId }[],
  authority: DevelopmentAuthority | null = null,
): Promise<void> {
  const texts = (['ar', 'en'] as const).map((language) => ({
    ...{ language, mediaType: 'text/plain' as const },
    content: Buffer.from(`the communication policy ${POLICY_VERSION} (${language})\n`),
  }));
  const { digest } = await store.proposePolicy({ terms: TERMS, texts, by: 'admin-1' as PersonId });
  await store.publishPolicy({ version: POLICY_VERSION, digest, by: 'admin-2' as PersonId });
  const [policy, installation] = [await store.readPolicy(POLICY_VERSION), await store.readInstallation()];
  const before = await store.listAcceptances();
  for (const { id: entity } of entities) {
    if (before.some((each) => each.entity === entity)) continue;
    const by = `${entity.toLowerCase()}-officer` as PersonId;
    const of = acceptanceStatement(entity, policy);
    const signed = authority === null ? UNREAD : await signedText(authority, by, of, installation);
    await store.acceptPolicy({ version: POLICY_VERSION, digest, entity, by, signed });
  }
}
