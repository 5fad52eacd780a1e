/** Prepare, sign elsewhere, attach: what a portal needs whose signatories sign with a card. Keeps nothing; the decision takes the result. */
import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import { type Decision, refuseDecision, refused } from '../../domain/may-decide.ts';
import type { InterconnectId, PlanId } from '../../domain/names.ts';
import type { Language } from '../../domain/plan-phrases.ts';
import { refuseAcceptance } from '../../domain/policy-law.ts';
import type { SigningDocument } from '../../domain/signing-document.ts';
import { signingText } from '../../domain/signing-text.ts';
import { composeStatement, type Statement } from '../../domain/statement.ts';
import { WaslError } from '../../errors.ts';
import { attachSignature, prepareSignature, readPrepared } from '../../signatures/index.ts';
import { ACTIONS } from '../actions.ts';
import type { Principal, Role } from '../authentication.ts';
import { requireMeans } from '../receive-signature.ts';
import { type ApiDependencies, type ApiServer, answers, callerOf } from '../server-types.ts';
import {
  attachmentAnswer,
  attachmentBody,
  preparationAnswer,
  preparationBody,
  signingDocumentAnswer,
  signingWishBody,
} from '../signing-wire.ts';
import { statementOfAcceptance, statementOfPlan, statementOfRequest, statementOfWithdrawal } from '../statements.ts';
import { readVisible } from '../visible-interconnect.ts';
import { entityOf } from './action-routes.ts';

const NONCE_BYTES = 24;
const tags = ['signatures'];

export function registerSigningRoutes(app: ApiServer, deps: ApiDependencies): void {
  const { store } = deps;
  app.post(
    '/v1/signing-documents',
    {
      schema: {
        summary: 'The document that says a decision of yours, to be signed',
        tags,
        body: signingWishBody,
        response: answers(signingDocumentAnswer),
      },
    },
    async (request) => {
      const { trust, clock } = requireMeans(deps);
      const caller = callerOf(request);
      const statement = await statementOf(deps, caller, request.body);
      await refuseInVain(deps, caller, statement);
      const document = composeStatement(statement, {
        installation: trust().installation ?? (await store.readInstallation()),
        seals: trust().seals,
        preparedAt: clock(),
        nonce: randomBytes(NONCE_BYTES).toString('base64url'),
      });
      return { document, words: { en: wordsOf(document, 'en'), ar: wordsOf(document, 'ar') } };
    },
  );

  app.post(
    '/v1/signing-documents/preparations',
    {
      schema: {
        summary: 'The bytes that one signer signs, with their own device',
        tags,
        body: preparationBody,
        response: answers(preparationAnswer),
      },
    },
    async (request) => {
      const prepared = prepareSignature({ ...request.body, signedAt: requireMeans(deps).clock() });
      const { signingInput, digest, algorithm } = readPrepared(prepared);
      return { prepared, signingInput: Buffer.from(signingInput).toString('ascii'), digest, algorithm };
    },
  );

  app.post(
    '/v1/signing-documents/attachments',
    {
      schema: {
        summary: 'The signed document, with a signature over what was prepared',
        tags,
        body: attachmentBody,
        response: answers(attachmentAnswer),
      },
    },
    async (request) => {
      const { prepared, signature, to } = request.body;
      return attachSignature(prepared, Buffer.from(signature, 'base64'), to);
    },
  );
}

function wordsOf(document: SigningDocument, language: Language) {
  const { title, statement, facts } = signingText(document, language);
  return { title, statement, facts: [...facts] };
}

/** Nobody signs what the record would refuse: it says why at once. */
async function refuseInVain({ store, clock }: ApiDependencies, caller: Principal, statement: Statement): Promise<void> {
  const { kind, party, subject } = statement;
  if (kind === 'policy-acceptance') return refuseVainAcceptance(store, caller, statement, clock());
  if (kind !== 'request' && kind !== 'plan-approval') return;
  const { person } = caller;
  const decided = { person, digest: subject.digest, decision: 'approve' } as const;
  const decision: Decision =
    kind === 'request'
      ? { verb: 'sign', party, ...decided }
      : { verb: 'approve-plan', planId: subject.id, accepts: await namesToAccept(store, subject.id), ...decided };
  const facts = await store.readDecisionFacts(interconnectOf(subject.id));
  const refusal = refuseDecision(decision, facts, clock(), true);
  if (refusal !== null) throw refused(refusal);
}

async function refuseVainAcceptance(
  store: ApiDependencies['store'],
  { person }: Principal,
  { party, subject: { id: version } }: Statement,
  now: Date,
): Promise<void> {
  const [policies, acceptances] = await Promise.all([store.listPolicies(), store.listAcceptances()]);
  const of = { version, entity: party, person };
  const published = policies.filter(({ publishedBy }) => publishedBy !== null);
  const refusal = refuseAcceptance(of, { published, acceptances }, now);
  if (refusal !== null) throw refused(refusal);
}

/** Which are named is looked at with the decision. */
const namesToAccept = async (store: ApiDependencies['store'], id: string): Promise<string[]> =>
  (await store.readPlan(id as PlanId)).toAccept?.map(({ name }) => name) ?? [];

const interconnectOf = (id: string) => id.replace(/-C\d+-P\d+$/, '') as InterconnectId;

const SIGNED_BY = {
  'policy-acceptance': ['party-approver'],
  request: ACTIONS.sign.roles,
  'plan-approval': ACTIONS['approve-plan'].roles,
  withdrawal: ACTIONS.withdraw.roles,
} as const satisfies Record<z.output<typeof signingWishBody>['kind'], readonly Role[]>;

/** Parties say what parties say, the network side what it says. */
async function statementOf(
  { store }: ApiDependencies,
  caller: Principal,
  wish: z.output<typeof signingWishBody>,
): Promise<Statement> {
  const sides = SIGNED_BY[wish.kind];
  if (!sides.some((side) => caller.roles.includes(side))) {
    const fact = `${caller.person} signs no ${wish.kind}: that is for the role ${sides.join(', ')}`;
    throw new WaslError('FORBIDDEN', fact);
  }
  switch (wish.kind) {
    case 'policy-acceptance':
      return statementOfAcceptance(store, entityOf(caller), wish.id);
    case 'request': {
      const { id } = await readVisible(store, wish.id, caller);
      return statementOfRequest(store, entityOf(caller), id);
    }
    case 'plan-approval':
      return statementOfPlan(store, wish.id);
    case 'withdrawal': {
      const { id } = await readVisible(store, wish.id, caller);
      return statementOfWithdrawal(store, caller.entity, id);
    }
  }
}
