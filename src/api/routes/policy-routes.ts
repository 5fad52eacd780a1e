/** The communication policy: proposed, published, read, accepted; and who lives by which version. */
import { z } from 'zod';
import { countOf } from '../../domain/count-of.ts';
import type { EntityId } from '../../domain/names.ts';
import {
  POLICY_LANGUAGES,
  type PolicyAcceptance,
  policyInForce,
  policyStanding,
  RENDITION_BYTES_MAX,
} from '../../domain/policy.ts';
import { WaslError } from '../../errors.ts';
import type { PolicyRecord } from '../../store/policy-rows.ts';
import type { Principal } from '../authentication.ts';
import { confinedTo, isPartyOnly } from '../authorisation.ts';
import {
  acceptanceBody,
  acceptanceSchema,
  newPolicySchema,
  type PolicyAnswer,
  type PolicyStandingAnswer,
  policyDigestBody,
  policyParams,
  policySchema,
  policyStandingSchema,
  renditionParams,
} from '../policy-wire.ts';
import { receiveSignature } from '../receive-signature.ts';
import { type ApiDependencies, type ApiServer, answers, callerOf } from '../server-types.ts';
import { statementOfAcceptance } from '../statements.ts';
import { requireInventory } from './inventory-routes.ts';

/** Both texts in base64, and the members around them. */
const BODY_BYTES_MAX = POLICY_LANGUAGES.length * Math.ceil((RENDITION_BYTES_MAX * 4) / 3) + 4_096;
const tags = ['policy'];

export function registerPolicyRoutes(app: ApiServer, deps: ApiDependencies): void {
  registerReads(app, deps);
  registerSteps(app, deps);
}

function registerReads(app: ApiServer, { store, clock }: ApiDependencies): void {
  app.get(
    '/v1/policies',
    {
      schema: {
        summary: 'Versions of the communication policy, in the order in which they come into force',
        tags,
        response: answers(z.array(policySchema)),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const policies = await store.listPolicies();
      return policies
        .filter((policy) => maySeePolicy(policy, caller))
        .map((each) => present(each, policies, caller, clock()));
    },
  );

  app.get(
    '/v1/policies/:version',
    {
      schema: {
        summary: 'A version of the communication policy',
        tags,
        params: policyParams,
        response: answers(policySchema),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const [policy, policies] = await Promise.all([
        visible(store, request.params.version, caller),
        store.listPolicies(),
      ]);
      return present(policy, policies, caller, clock());
    },
  );

  app.get(
    '/v1/policies/:version/renditions/:language',
    {
      schema: {
        summary: 'The very bytes of one language, to be read and hashed',
        tags,
        params: renditionParams,
        response: answers(z.any().describe('The text, with its own media type')),
      },
    },
    async (request, reply) => {
      const { version, language } = request.params;
      await visible(store, version, callerOf(request));
      const { mediaType, sha256, content } = await store.readRendition(version, language);
      return reply
        .header('content-type', mediaType === 'application/pdf' ? mediaType : `${mediaType}; charset=utf-8`)
        .header('content-disposition', `attachment; filename="policy-${version}.${language}"`)
        .header('content-security-policy', 'sandbox')
        .header('x-content-type-options', 'nosniff')
        .header('etag', `"${sha256}"`)
        .send(content);
    },
  );

  app.get(
    '/v1/policy-standings',
    {
      schema: {
        summary: 'Who lives by which version of the policy, and until when; a party reads its own',
        tags,
        response: answers(z.array(policyStandingSchema)),
      },
    },
    async (request) => {
      const own = confinedTo(callerOf(request));
      const [{ inventory }, policies, acceptances] = await Promise.all([
        requireInventory(store),
        store.listPolicies(),
        store.listAcceptances(),
      ]);
      const published = policies.filter(({ publishedBy }) => publishedBy !== null);
      const inForce = policyInForce(published, clock());
      const asked = isPartyOnly(callerOf(request)) ? [own] : inventory.entities.map(({ id }) => id);
      return asked
        .filter((entity) => entity !== null)
        .map((entity): PolicyStandingAnswer => {
          const { word, until } = policyStanding(entity, { published, acceptances }, clock());
          const theirs = acceptances.filter((each) => each.entity === entity);
          const accepted = published.findLast(({ version }) => theirs.some((each) => each.version === version));
          const by = kindOf(theirs.find(({ version }) => version === accepted?.version));
          const awaits = word === 'accepted' && by !== 'token' ? null : (inForce?.version ?? null);
          return { entity, standing: word, until, version: accepted?.version ?? null, by, awaits };
        });
    },
  );
}

function registerSteps(app: ApiServer, deps: ApiDependencies): void {
  const { store, clock } = deps;
  app.post(
    '/v1/policies',
    {
      bodyLimit: BODY_BYTES_MAX,
      schema: {
        summary:
          'Propose a version of the communication policy: its texts in Arabic and English, and from when it holds',
        tags,
        body: newPolicySchema,
        response: answers(policySchema),
      },
    },
    async (request) => {
      const { version, inForceFrom, graceDays, renditions } = request.body;
      const caller = callerOf(request);
      const terms = { version, graceDays, inForceFrom: new Date(inForceFrom).toISOString() };
      const texts = POLICY_LANGUAGES.flatMap((language) => renditions.filter((each) => each.language === language)).map(
        ({ content, ...text }) => ({ ...text, content: Buffer.from(content, 'base64') }),
      );
      for (const { language, content } of texts) {
        if (content.length <= RENDITION_BYTES_MAX) continue;
        throw new WaslError('REQUEST_TOO_LARGE', `the text in ${language} has ${countOf(content.length, 'byte')}`, {
          path: 'renditions',
        });
      }
      const policy = await store.proposePolicy({ terms, texts, by: caller.person });
      return present(policy, await store.listPolicies(), caller, clock());
    },
  );

  app.post(
    '/v1/policies/:version/publication',
    {
      schema: {
        summary:
          'Publish a version that somebody else proposed: from its date on nothing opens without it, but for its grace',
        tags,
        params: policyParams,
        body: policyDigestBody,
        response: answers(policySchema),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { version } = request.params;
      const policy = await store.publishPolicy({ version, digest: request.body.digest, by: caller.person });
      return present(policy, await store.listPolicies(), caller, clock());
    },
  );

  app.post(
    '/v1/policies/:version/acceptances',
    {
      schema: {
        summary: "A party's signatory has read and understood the policy, and the party keeps it",
        tags,
        params: policyParams,
        body: acceptanceBody,
        response: answers(acceptanceSchema),
      },
    },
    async (request) => {
      const { person, entity } = callerOf(request);
      if (entity === null) throw new WaslError('FORBIDDEN', `the token of ${person} names no entity`);
      await requireEntity(store, entity);
      const { version } = request.params;
      const { digest, signed: given } = request.body;
      const statement = await statementOfAcceptance(store, entity, version);
      if (statement.subject.digest !== digest) {
        const remedy = 'Read it again.';
        const fact = `the policy ${version} has the digest ${statement.subject.digest}`;
        throw new WaslError('APPROVAL_DIGEST', fact, { remedy });
      }
      const { signed } = await receiveSignature(deps, statement, given);
      return { ...(await store.acceptPolicy({ version, digest, entity, by: person, signed })) };
    },
  );
}

/** In what an acceptance stands: the weaker kinds are told as such. */
const kindOf = (acceptance: PolicyAcceptance | undefined): PolicyStandingAnswer['by'] => {
  if (acceptance === undefined) return null;
  return acceptance.form !== undefined ? 'hand' : acceptance.signature !== undefined ? 'signature' : 'token';
};

async function requireEntity(store: ApiDependencies['store'], entity: EntityId): Promise<void> {
  const { inventory } = await requireInventory(store);
  if (inventory.entities.some(({ id }) => id === entity)) return;
  throw new WaslError('FORBIDDEN', `${entity} is no entity of the inventory`);
}

/** What nobody published is not there for parties. */
const maySeePolicy = ({ publishedBy }: PolicyRecord, caller: Principal) => publishedBy !== null || !isPartyOnly(caller);

async function visible(store: ApiDependencies['store'], version: string, caller: Principal): Promise<PolicyRecord> {
  const policy = await store.readPolicy(version);
  if (maySeePolicy(policy, caller)) return policy;
  throw new WaslError('POLICY_UNKNOWN', `there is no communication policy ${version}`, { path: 'version' });
}

function present(policy: PolicyRecord, all: readonly PolicyRecord[], caller: Principal, now: Date): PolicyAnswer {
  const published = all.filter(({ publishedBy }) => publishedBy !== null);
  const inForce = policyInForce(published, now);
  const { version, inForceFrom, graceDays, digest, renditions, publishedAt } = policy;
  const isParty = isPartyOnly(caller);
  return {
    ...{ version, inForceFrom, graceDays, digest, publishedAt, renditions: [...renditions] },
    state: stateOf(policy, inForce, now),
    proposedBy: isParty ? null : policy.proposedBy,
    publishedBy: isParty ? null : policy.publishedBy,
  };
}

function stateOf(policy: PolicyRecord, inForce: PolicyRecord | null, now: Date): PolicyAnswer['state'] {
  if (policy.publishedBy === null) return 'proposed';
  if (Date.parse(policy.inForceFrom) > now.getTime()) return 'published';
  return policy.version === inForce?.version ? 'in-force' : 'superseded';
}
