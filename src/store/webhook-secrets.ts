/** Secrets that webhooks are signed with, sealed under the ring that wraps the keys of persons. */
import { eq } from 'drizzle-orm';
import {
  type KeyEncryption,
  type KeyEncryptionKey,
  keyOfSecret,
  openSecret,
  sealSecret,
} from '../domain/sealed-text.ts';
import type { WebhookId, WebhookKey } from '../domain/webhook.ts';
import { WaslError } from '../errors.ts';
import type { StoreTransaction } from './database.ts';
import type { ShutKey } from './lost-keys.ts';
import { keyMissing, refuseClear } from './personal-rows.ts';
import { webhookEndpoints } from './webhook-schema.ts';

const placeOf = (id: WebhookId): string => `webhook_endpoints/${id}`;

/** As it stands in the row. PERSONAL_KEY_MISSING where others seal and no ring is here. */
export async function sealWebhookSecret(
  tx: StoreTransaction,
  keys: KeyEncryption | null,
  id: WebhookId,
  secret: string,
): Promise<string> {
  if (keys !== null) return sealSecret(secret, await keys.newest(), placeOf(id));
  await refuseClear(tx);
  return secret;
}

/** null: it does not open here. */
export async function openWebhookKeys(
  keys: KeyEncryption | null,
  id: WebhookId,
  kept: readonly WebhookKey[],
): Promise<WebhookKey[]> {
  return Promise.all(kept.map(async (key) => ({ ...key, secret: await openOne(keys, id, key.secret) })));
}

async function openOne(keys: KeyEncryption | null, id: WebhookId, kept: string | null): Promise<string | null> {
  const kek = kept === null ? null : keyOfSecret(kept);
  if (kept === null || kek === null) return kept;
  const under = (await keys?.find(kek)) ?? null;
  if (under === null) return null;
  try {
    return openSecret(kept, under, placeOf(id));
  } catch {
    return null;
  }
}

interface OpenedEndpoint {
  readonly id: WebhookId;
  /** As they stand in the row; what is opened is to be sealed. */
  readonly keys: readonly (WebhookKey & { readonly opened: string | null })[];
}

/** Endpoints with a secret that is to be sealed anew, and those that cannot be. */
export async function openSecrets(tx: StoreTransaction, ring: KeyEncryption, newest: string) {
  const rows = await tx.select({ id: webhookEndpoints.id, keys: webhookEndpoints.keys }).from(webhookEndpoints);
  const older = await ring.listOlder();
  const opened: OpenedEndpoint[] = [];
  const shut: ShutKey[] = [];
  for (const { id, keys } of rows) {
    const own: OpenedEndpoint['keys'][number][] = [];
    for (const key of keys) {
      const kek = keyOfSecret(key.secret ?? '');
      const isDue = kek === null || older.includes(kek);
      const secret = await openOne(ring, id, key.secret);
      if (secret === null && kek !== null)
        shut.push({ key: kek, record: id, error: whyShut(id, kek, await ring.find(kek)) });
      own.push({ ...key, opened: isDue && kek !== newest ? secret : null });
    }
    if (own.some((each) => each.opened !== null)) opened.push({ id, keys: own });
  }
  return { opened, shut };
}

const whyShut = (id: WebhookId, kek: string, under: KeyEncryptionKey | null): WaslError =>
  under === null
    ? keyMissing(kek)
    : new WaslError('RECORD_ALTERED', `a secret of ${id} is not what was sealed under ${kek}`);

export async function sealSecretsAnew(
  tx: StoreTransaction,
  endpoints: readonly OpenedEndpoint[],
  kek: KeyEncryptionKey,
): Promise<void> {
  for (const { id, keys } of endpoints) {
    const sealed = keys.map(({ opened, ...key }) =>
      opened === null ? key : { ...key, secret: sealSecret(opened, kek, placeOf(id)) },
    );
    await tx.update(webhookEndpoints).set({ keys: sealed }).where(eq(webhookEndpoints.id, id));
  }
}

/** The ids of keys under which secrets are sealed. */
export async function findSecretKeys(db: Pick<StoreTransaction, 'select'>): Promise<string[]> {
  const rows = await db.select({ keys: webhookEndpoints.keys }).from(webhookEndpoints);
  return rows.flatMap(({ keys }) => keys.flatMap(({ secret }) => keyOfSecret(secret ?? '') ?? []));
}
