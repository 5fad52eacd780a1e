/** The communication policy: its versions, their texts, and who accepted which. Each step is a fact of the ledger. */
import { and, asc, eq, getTableColumns, inArray, isNotNull, or, sql } from 'drizzle-orm';
import { type AlteredFact, alteredPolicy } from '../domain/altered-record.ts';
import { type Digest, digestOfBytes } from '../domain/canonical-json.ts';
import { type LawRefusal, refused } from '../domain/may-decide.ts';
import type { EntityId, PersonId } from '../domain/names.ts';
import {
  digestPolicy,
  POLICY_ACCEPTED,
  POLICY_PROPOSED,
  POLICY_PUBLISHED,
  type PolicyAcceptance,
  type PolicyLanguage,
  type PolicyMediaType,
  type PolicyTerms,
  type PublishedPolicy,
  policySubject,
  type Rendition,
} from '../domain/policy.ts';
import { refuseAcceptance, refuseFarAhead, refusePublication } from '../domain/policy-law.ts';
import { WaslError } from '../errors.ts';
import { lockUntilCommit } from './advisory-locks.ts';
import type { Database, StoreTransaction } from './database.ts';
import { keepEarlier } from './earlier-rows.ts';
import { appendFacts, findEntriesWhere } from './ledger-rows.ts';
import { sealerOf } from './personal-rows.ts';
import { policies, policyAcceptances, policyRenditions } from './policy-schema.ts';
import { ledger } from './schema.ts';
import { columnsOf, factOf, type SignedDecisionText, sealSigned } from './signed-rows.ts';

/** A version as the record has it. */
export interface PolicyRecord extends PolicyTerms {
  readonly digest: Digest;
  readonly proposedBy: PersonId;
  readonly proposedAt: string;
  /** null: nobody may accept it yet. */
  readonly publishedBy: PersonId | null;
  readonly publishedAt: string | null;
}

export interface RenditionText {
  readonly language: PolicyLanguage;
  readonly mediaType: PolicyMediaType;
  readonly sha256: Digest;
  readonly content: Buffer;
}

/** Each method is one store transaction. */
export interface PolicyStore {
  /** The same terms again are the same proposal, also from somebody else. POLICY_CONFLICT: the version is published, or begins too far ahead. */
  proposePolicy(input: {
    readonly terms: Omit<PolicyTerms, 'renditions'>;
    /** One of each language. */
    readonly texts: readonly Omit<RenditionText, 'sha256'>[];
    readonly by: PersonId;
  }): Promise<PolicyRecord>;
  /** APPROVAL_SELF for whoever proposed it, APPROVAL_DIGEST for other terms, POLICY_CONFLICT where it would not follow the versions before. */
  publishPolicy(input: {
    readonly version: string;
    readonly digest: string;
    readonly by: PersonId;
  }): Promise<PolicyRecord>;
  /** The same acceptance again is the first one. APPROVAL_TWICE: the entity has accepted, or the person has for another. */
  acceptPolicy(input: {
    readonly version: string;
    readonly digest: string;
    readonly entity: EntityId;
    readonly by: PersonId;
    /** The document that says it, signed. Absent or null: it has none. */
    readonly signed?: SignedDecisionText | null;
  }): Promise<PolicyAcceptance>;
  /** In the order in which they come into force. */
  listPolicies(): Promise<PolicyRecord[]>;
  /** POLICY_UNKNOWN. */
  readPolicy(version: string): Promise<PolicyRecord>;
  readRendition(version: string, language: PolicyLanguage): Promise<RenditionText>;
  listAcceptances(): Promise<PolicyAcceptance[]>;
}

type Reader = Pick<StoreTransaction, 'select'>;

export function policyQueries(database: Database): PolicyStore {
  return {
    async proposePolicy({ terms, texts, by }) {
      const at = database.clock();
      const { version } = terms;
      const renditions = texts.map(describeText);
      const digest = digestPolicy({ ...terms, renditions });
      const refusal = refuseFarAhead(terms, at);
      if (refusal !== null) throw refused(refusal);
      return database.transact(async (tx) => {
        await lockUntilCommit(tx, 'policy');
        const known = await findPolicy(tx, version);
        if (known !== null && known.digest === digest) return known;
        if (known !== null) await discardProposal(tx, known);
        await tx
          .insert(policies)
          .values({ ...terms, inForceFrom: new Date(terms.inForceFrom), digest, proposedBy: by, proposedAt: at });
        const rows = texts.map((text) => ({ ...describeText(text), content: text.content, policyVersion: version }));
        await tx.insert(policyRenditions).values(rows);
        const body = { ...terms, digest, renditions };
        await appendFacts(tx, at, [{ actor: by, action: POLICY_PROPOSED, subject: policySubject(version), body }]);
        return readPolicy(tx, version);
      });
    },

    async publishPolicy({ version, digest, by }) {
      const at = database.clock();
      return database.transact(async (tx) => {
        await lockUntilCommit(tx, 'policy');
        const policy = await readPolicy(tx, version);
        if (policy.publishedBy !== null && policy.digest === digest && policy.publishedBy === by) return policy;
        throwRefusal(refusePublication({ policy, digest, by }, await findPublishedPolicies(tx), at));
        await requireOwnTexts(tx, policy);
        await tx.update(policies).set({ publishedBy: by, publishedAt: at }).where(eq(policies.version, version));
        const { inForceFrom, graceDays } = policy;
        const body = { digest, inForceFrom, graceDays };
        await appendFacts(tx, at, [{ actor: by, action: POLICY_PUBLISHED, subject: policySubject(version), body }]);
        return readPolicy(tx, version);
      });
    },

    async acceptPolicy({ version, digest, entity, by, signed }) {
      const at = database.clock();
      return database.transact(async (tx) => {
        await lockUntilCommit(tx, 'policy');
        const policy = await readPublishedPolicy(tx, version);
        if (policy.digest !== digest) {
          const remedy = 'Read it again.';
          throw new WaslError('APPROVAL_DIGEST', `the policy ${version} has the digest ${policy.digest}`, { remedy });
        }
        const all = (await findAcceptances(tx)).filter((each) => each.version === version);
        const known = all.find((each) => each.entity === entity);
        // Signed anew it counts: the first signature may be of somebody who signs for nobody any more.
        const isNew = signed != null && known?.signature !== signed.signature;
        if (known?.person === by && !isNew) return known;
        if (known !== undefined && !isNew)
          throw new WaslError('APPROVAL_TWICE', `${entity} has already accepted the policy ${version}`);
        const facts = { published: await findPublishedPolicies(tx), acceptances: all };
        throwRefusal(refuseAcceptance({ version, entity, person: by }, facts, at));
        await requireOwnTexts(tx, policy);
        const record = { kind: 'policy-acceptance', id: `${version}/${entity}` } as const;
        const sealed = await sealSigned(sealerOf(tx, database, { subject: by, record }), signed);
        const given = { digest: policy.digest, person: by, acceptedAt: at, form: null, ...columnsOf(sealed) };
        await keepReplaced(tx, version, entity);
        await tx
          .insert(policyAcceptances)
          .values({ policyVersion: version, entity, ...given })
          .onConflictDoUpdate({ target: [policyAcceptances.policyVersion, policyAcceptances.entity], set: given });
        const acceptedAt = at.toISOString();
        const body = { entity, digest, acceptedAt, ...factOf(signed) };
        await appendFacts(tx, at, [{ actor: by, action: POLICY_ACCEPTED, subject: policySubject(version), body }]);
        return { entity, version, digest: policy.digest, person: by, acceptedAt, ...factOf(signed) };
      });
    },

    listPolicies: () => database.read((db) => findPolicies(db)),
    readPolicy: (version) => database.read((db) => readPolicy(db, version)),

    readRendition: (version, language) =>
      database.read(async (db) => {
        const [row] = await db
          .select()
          .from(policyRenditions)
          .where(and(eq(policyRenditions.policyVersion, version), eq(policyRenditions.language, language)));
        if (row === undefined) throw unknownPolicy(version);
        const { mediaType, sha256, content } = row;
        return { language, mediaType, sha256, content };
      }),

    listAcceptances: () => database.read((db) => findAcceptances(db)),
  };
}

async function keepReplaced(tx: StoreTransaction, version: string, entity: EntityId): Promise<void> {
  const isIt = and(eq(policyAcceptances.policyVersion, version), eq(policyAcceptances.entity, entity));
  const [row] = await tx.select().from(policyAcceptances).where(isIt);
  if (row === undefined) return;
  const { policyVersion, entity: party, acceptedAt: decidedAt, ...rest } = row;
  await keepEarlier(tx, { ...rest, subject: 'policy', policyVersion, party, decidedAt });
}

function throwRefusal(refusal: LawRefusal | null): void {
  if (refusal !== null) throw refused(refusal);
}

/** Where policies, their texts and acceptances are not what the ledger says of them. */
export async function findAlteredPolicies(db: Reader): Promise<AlteredFact[]> {
  const [published, acceptances] = [await findPublishedPolicies(db), await findAcceptances(db)];
  const altered = alteredPolicy({ published, acceptances }, await findPolicyEntries(db, null));
  for (const policy of await findPolicies(db)) altered.push(...(await alteredTexts(db, policy)));
  return altered;
}

/** People read the texts, and accept the digest: whoever swaps a text leaves that as it is. */
async function alteredTexts(db: Reader, policy: PolicyRecord): Promise<AlteredFact[]> {
  const { version, digest, renditions } = policy;
  const { policyVersion, language, content } = policyRenditions;
  const texts = await db
    .select({ language, sha256: sql<string>`'sha256:' || encode(sha256(${content}), 'hex')` })
    .from(policyRenditions)
    .where(eq(policyVersion, version));
  const isSaid = ({ language: of, sha256 }: (typeof texts)[number]) =>
    renditions.some((each) => each.language === of && each.sha256 === sha256);
  if (digestPolicy(policy) === digest && texts.every(isSaid)) return [];
  return [
    { path: 'policy', fact: `the communication policy ${version} has other texts or times than its digest says` },
  ];
}

async function requireOwnTexts(db: Reader, policy: PolicyRecord): Promise<void> {
  const [altered] = await alteredTexts(db, policy);
  if (altered !== undefined) throw new WaslError('RECORD_ALTERED', altered.fact, { path: altered.path });
}

/** What the law of decisions asks of the policy. */
export async function findPolicyFacts(
  db: Reader,
  parties: readonly EntityId[],
): Promise<{ readonly published: readonly PublishedPolicy[]; readonly acceptances: readonly PolicyAcceptance[] }> {
  return { published: await findPublishedPolicies(db), acceptances: await findAcceptances(db, parties) };
}

/** Entries that published a version, and those by which these entities (null: all) accepted one. */
export function findPolicyEntries(db: Reader, entities: readonly EntityId[] | null) {
  const accepted = eq(ledger.action, POLICY_ACCEPTED);
  const theirs = entities === null ? accepted : and(accepted, inArray(sql`${ledger.body} ->> 'entity'`, [...entities]));
  return findEntriesWhere(db, or(eq(ledger.action, POLICY_PUBLISHED), theirs));
}

const policyColumns = {
  version: policies.version,
  inForceFrom: policies.inForceFrom,
  graceDays: policies.graceDays,
  digest: policies.digest,
};

export async function findPublishedPolicies(db: Reader): Promise<PublishedPolicy[]> {
  const rows = await db
    .select(policyColumns)
    .from(policies)
    .where(isNotNull(policies.publishedBy))
    .orderBy(asc(policies.inForceFrom));
  return rows.map((row) => ({ ...row, inForceFrom: row.inForceFrom.toISOString() }));
}

async function findAcceptances(db: Reader, entities?: readonly EntityId[]): Promise<PolicyAcceptance[]> {
  const { signed: _, ...columns } = getTableColumns(policyAcceptances);
  const rows = await db
    .select(columns)
    .from(policyAcceptances)
    .where(entities === undefined ? undefined : inArray(policyAcceptances.entity, [...entities]))
    .orderBy(asc(policyAcceptances.acceptedAt));
  return rows.map(({ policyVersion: version, acceptedAt, signature, form, ...row }) => ({
    ...row,
    version,
    acceptedAt: acceptedAt.toISOString(),
    ...(signature === null ? {} : { signature }),
    ...(form === null ? {} : { form }),
  }));
}

async function findPolicies(db: Reader, version?: string): Promise<PolicyRecord[]> {
  const rows = await db
    .select()
    .from(policies)
    .where(version === undefined ? undefined : eq(policies.version, version))
    .orderBy(asc(policies.inForceFrom), asc(policies.version));
  const { policyVersion, language, mediaType, sha256, bytes } = policyRenditions;
  const texts = await db
    .select({ policyVersion, language, mediaType, sha256, bytes })
    .from(policyRenditions)
    .where(version === undefined ? undefined : eq(policyVersion, version))
    .orderBy(asc(language));
  return rows.map((row) => ({
    ...row,
    inForceFrom: row.inForceFrom.toISOString(),
    proposedAt: row.proposedAt.toISOString(),
    publishedAt: row.publishedAt?.toISOString() ?? null,
    renditions: texts.filter((text) => text.policyVersion === row.version).map(({ policyVersion: _, ...text }) => text),
  }));
}

/** What nobody published yet may be proposed anew: a slip is mended by whoever sees it. */
async function discardProposal(tx: StoreTransaction, { version, publishedBy }: PolicyRecord): Promise<void> {
  if (publishedBy !== null) {
    const remedy = 'Other terms are another version.';
    throw new WaslError('POLICY_CONFLICT', `the policy ${version} is published`, { path: 'version', remedy });
  }
  await tx.delete(policyRenditions).where(eq(policyRenditions.policyVersion, version));
  await tx.delete(policies).where(eq(policies.version, version));
}

const findPolicy = async (db: Reader, version: string): Promise<PolicyRecord | null> =>
  (await findPolicies(db, version))[0] ?? null;

/** POLICY_UNKNOWN also for one that nobody published. */
export async function readPublishedPolicy(db: Reader, version: string): Promise<PolicyRecord> {
  const policy = await readPolicy(db, version);
  if (policy.publishedBy !== null) return policy;
  throw new WaslError('POLICY_UNKNOWN', `there is no published policy ${version}`);
}

async function readPolicy(db: Reader, version: string): Promise<PolicyRecord> {
  const policy = await findPolicy(db, version);
  if (policy === null) throw unknownPolicy(version);
  return policy;
}

const describeText = ({ language, mediaType, content }: Omit<RenditionText, 'sha256'>): Rendition => ({
  ...{ language, mediaType },
  sha256: digestOfBytes(content),
  bytes: content.length,
});

const unknownPolicy = (version: string) =>
  new WaslError('POLICY_UNKNOWN', `there is no communication policy ${version}`, { path: 'version' });
