/** Scanned forms of the policy. Confirmed by a second officer one is the entity's acceptance, of the weaker kind. */
import { and, asc, eq, getTableColumns } from 'drizzle-orm';
import { digestOfBytes } from '../domain/canonical-json.ts';
import { FORM_ATTACHED, type FormMediaType, type HandSignedForm, refuseConfirmation } from '../domain/hand-signed.ts';
import { refused } from '../domain/may-decide.ts';
import type { EntityId, PersonId } from '../domain/names.ts';
import { POLICY_ACCEPTED, policySubject } from '../domain/policy.ts';
import { refuseAcceptance } from '../domain/policy-law.ts';
import { referredId } from '../domain/sealed-text.ts';
import { WaslError } from '../errors.ts';
import { lockUntilCommit } from './advisory-locks.ts';
import type { Database, StoreTransaction } from './database.ts';
import { appendFacts } from './ledger-rows.ts';
import { openTexts, sealerOf } from './personal-rows.ts';
import { personalTexts } from './personal-schema.ts';
import { findPublishedPolicies, readPublishedPolicy } from './policy-rows.ts';
import { handSignedForms, policyAcceptances } from './policy-schema.ts';

/** Each method is one store transaction. */
export interface HandSignedStore {
  /** In place of one that nobody confirmed; the same bytes again are the same form. POLICY_CONFLICT: one is confirmed. APPROVAL_DIGEST, APPROVAL_TWICE. */
  attachForm(input: {
    readonly version: string;
    readonly digest: string;
    readonly entity: EntityId;
    readonly mediaType: FormMediaType;
    readonly content: Buffer;
    readonly by: PersonId;
  }): Promise<HandSignedForm>;
  /** Makes it the entity's acceptance. APPROVAL_SELF, APPROVAL_DIGEST, POLICY_CONFLICT; APPROVAL_TWICE where the entity has accepted otherwise. */
  confirmForm(input: {
    readonly version: string;
    readonly entity: EntityId;
    /** SHA-256 of the bytes. */
    readonly form: string;
    readonly by: PersonId;
  }): Promise<HandSignedForm>;
  listForms(version: string): Promise<HandSignedForm[]>;
  /** POLICY_FORM_UNKNOWN, POLICY_FORM_ERASED; PERSONAL_KEY_MISSING and RECORD_ALTERED where it does not open. */
  readForm(version: string, entity: EntityId): Promise<HandSignedForm & { readonly content: Buffer }>;
}

type Reader = Pick<StoreTransaction, 'select'>;

export function handSignedQueries(database: Database): HandSignedStore {
  return {
    attachForm: ({ version, digest, entity, mediaType, content, by }) =>
      database.transact(async (tx) => {
        await lockUntilCommit(tx, 'policy');
        const policy = await readPublishedPolicy(tx, version);
        if (policy.digest !== digest)
          throw new WaslError('APPROVAL_DIGEST', `the policy ${version} has the digest ${policy.digest}`);
        await requireNoAcceptance(tx, version, entity);
        const sha256 = digestOfBytes(content);
        const before = await findForm(tx, version, entity);
        if (before?.sha256 === sha256) return before;
        const at = database.clock();
        const kept = await sealForm(tx, database, { version, entity, by, content });
        const row = { digest: policy.digest, mediaType, sha256, bytes: content.length, content: kept };
        const given = { ...row, attachedBy: by, attachedAt: at, confirmedBy: null, confirmedAt: null };
        // What it takes the place of is nobody's any more.
        if (before !== null) await forgetForm(tx, version, entity);
        await tx
          .insert(handSignedForms)
          .values({ policyVersion: version, entity, ...given })
          .onConflictDoUpdate({ target: [handSignedForms.policyVersion, handSignedForms.entity], set: given });
        const body = { entity, digest, form: sha256, mediaType, bytes: content.length };
        await appendFacts(tx, at, [{ actor: by, action: FORM_ATTACHED, subject: policySubject(version), body }]);
        return requireForm(tx, version, entity);
      }),

    confirmForm: ({ version, entity, form, by }) =>
      database.transact(async (tx) => {
        await lockUntilCommit(tx, 'policy');
        const at = database.clock();
        const known = await requireForm(tx, version, entity);
        if (known.confirmedBy === by && known.sha256 === form) return known;
        const published = await findPublishedPolicies(tx);
        // An officer confirms the forms of several entities.
        const refusal =
          refuseConfirmation(known, { form, by }) ??
          refuseAcceptance({ version, entity, person: by }, { published, acceptances: [] }, at);
        if (refusal !== null) throw refused(refusal);
        await requireNoAcceptance(tx, version, entity);
        await tx.update(handSignedForms).set({ confirmedBy: by, confirmedAt: at }).where(isOf(version, entity));
        const { digest, sha256 } = known;
        const given = { digest, person: by, acceptedAt: at, form: sha256 };
        await tx.insert(policyAcceptances).values({ policyVersion: version, entity, ...given });
        const body = { entity, digest, acceptedAt: at.toISOString(), form: sha256 };
        await appendFacts(tx, at, [{ actor: by, action: POLICY_ACCEPTED, subject: policySubject(version), body }]);
        return requireForm(tx, version, entity);
      }),

    listForms: (version) => database.read((db) => findForms(db, version)),

    readForm: (version, entity) =>
      database.read(async (db) => {
        const form = await requireForm(db, version, entity);
        return { ...form, content: await openForm(db, database, form) };
      }),
  };
}

interface NewForm {
  readonly version: string;
  readonly entity: EntityId;
  readonly by: PersonId;
  readonly content: Buffer;
}

/** As it stands in its row: a reference; the scan itself where this process has no keys. Its key is of whoever attached it: who signed, nothing shows. */
export async function sealForm(
  tx: StoreTransaction,
  database: Pick<Database, 'keys' | 'clock'>,
  { version, entity, by, content }: NewForm,
): Promise<Buffer> {
  const record = { kind: 'policy-acceptance', id: `${version}/${entity}` } as const;
  const scan = content.toString('base64');
  const kept = await sealerOf(tx, database, { subject: by, record }).seal('hand-signed-form', scan);
  return kept === scan ? content : Buffer.from(kept);
}

const isOf = (version: string, entity: EntityId) =>
  and(eq(handSignedForms.policyVersion, version), eq(handSignedForms.entity, entity));

async function findContent(db: Reader, version: string, entity: EntityId): Promise<Buffer> {
  const { content } = handSignedForms;
  const [row] = await db.select({ content }).from(handSignedForms).where(isOf(version, entity));
  if (row === undefined) throw unknownForm(version, entity);
  return row.content;
}

/** A scan begins with none of the bytes of a reference. */
const sealedId = (content: Buffer): string | null =>
  content.length > REFERENCE_BYTES_MAX ? null : referredId(content.toString('latin1'));
const REFERENCE_BYTES_MAX = 64;

/** POLICY_FORM_ERASED, PERSONAL_KEY_MISSING, RECORD_ALTERED. */
async function openForm(
  db: Reader,
  { keys }: Pick<Database, 'keys'>,
  { version, entity, sha256 }: HandSignedForm,
): Promise<Buffer> {
  const kept = await findContent(db, version, entity);
  const id = sealedId(kept);
  if (id === null) return kept;
  const found = (await openTexts(db, keys, [id], 'hand-signed-form')).get(id);
  const what = `the scan of ${entity} for the policy ${version}`;
  if (found?.state === 'erased') throw new WaslError('POLICY_FORM_ERASED', `${what} was erased`);
  if (found?.state === 'locked')
    throw new WaslError('PERSONAL_KEY_MISSING', `the key of ${what} is not in the ring of this process`);
  const content = found?.state === 'open' ? Buffer.from(found.text, 'base64') : null;
  if (content !== null && digestOfBytes(content) === sha256) return content;
  throw new WaslError('RECORD_ALTERED', `${what} is not what was attached`);
}

async function forgetForm(tx: StoreTransaction, version: string, entity: EntityId): Promise<void> {
  const id = sealedId(await findContent(tx, version, entity));
  if (id !== null) await tx.delete(personalTexts).where(eq(personalTexts.id, id));
}

/** A signature is worth more: no scan takes its place, nor that of a scan that was confirmed. */
async function requireNoAcceptance(db: Reader, version: string, entity: EntityId): Promise<void> {
  const [known] = await db
    .select({ digest: policyAcceptances.digest })
    .from(policyAcceptances)
    .where(and(eq(policyAcceptances.policyVersion, version), eq(policyAcceptances.entity, entity)));
  if (known === undefined) return;
  throw new WaslError('APPROVAL_TWICE', `${entity} has already accepted the policy ${version}`);
}

async function findForms(db: Reader, version: string): Promise<HandSignedForm[]> {
  const { content: _, ...columns } = getTableColumns(handSignedForms);
  const rows = await db
    .select(columns)
    .from(handSignedForms)
    .where(eq(handSignedForms.policyVersion, version))
    .orderBy(asc(handSignedForms.entity));
  return rows.map(({ policyVersion, attachedAt, confirmedAt, ...row }) => ({
    ...row,
    version: policyVersion,
    attachedAt: attachedAt.toISOString(),
    confirmedAt: confirmedAt?.toISOString() ?? null,
  }));
}

const findForm = async (db: Reader, version: string, entity: EntityId): Promise<HandSignedForm | null> =>
  (await findForms(db, version)).find((form) => form.entity === entity) ?? null;

async function requireForm(db: Reader, version: string, entity: EntityId): Promise<HandSignedForm> {
  const form = await findForm(db, version, entity);
  if (form === null) throw unknownForm(version, entity);
  return form;
}

const unknownForm = (version: string, entity: string) =>
  new WaslError('POLICY_FORM_UNKNOWN', `there is no form of ${entity} for the policy ${version}`, { path: 'entity' });
