/** The verbs of `actions.ts`: the record decides under its law, then Temporal is told to look. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type InterconnectId, interconnectIdSchema, planIdSchema } from '../../domain/names.ts';
import type { SignedDocument } from '../../domain/signed-document.ts';
import { WaslError } from '../../errors.ts';
import type { PersonsDecision } from '../../store/decision-rows.ts';
import { ACTIONS, type ActionBody, actionHeaders, type Verb } from '../actions.ts';
import type { Principal } from '../authentication.ts';
import { lookSoon } from '../look-soon.ts';
import { type ApiDependencies, type ApiServer, answers, callerOf } from '../server-types.ts';
import { showInterconnect, showPlan } from '../show.ts';
import { signDecision } from '../sign-decision.ts';
import { readVisible } from '../visible-interconnect.ts';
import { interconnectSchema, planSchema } from '../wire.ts';

const OF_INTERCONNECTS = ['sign', 'withdraw', 'replan', 'recover'] as const satisfies readonly Verb[];

export function registerActionRoutes(app: ApiServer, deps: ApiDependencies): void {
  const { store } = deps;

  for (const verb of OF_INTERCONNECTS) {
    const { path, summary, body } = ACTIONS[verb];
    const params = z.object({ id: interconnectIdSchema });
    const schema = {
      summary,
      tags: ['interconnects'],
      params,
      headers: actionHeaders,
      body,
      response: answers(interconnectSchema),
    };
    app.post(path, { schema }, async (request) => {
      const caller = callerOf(request);
      const record = await readVisible(store, request.params.id, caller);
      await decide(record.id, decisionOf(verb, caller, request.body), signedIn(request.body), request);
      return showInterconnect(deps, record.id, caller);
    });
  }

  const { path, summary, body } = ACTIONS['approve-plan'];
  const params = z.object({ id: planIdSchema });
  const schema = { summary, tags: ['plans'], params, headers: actionHeaders, body, response: answers(planSchema) };
  app.post(path, { schema }, async (request) => {
    const caller = callerOf(request);
    const plan = await store.readPlan(request.params.id);
    const { person } = caller;
    const { signed, ...decision } = request.body;
    const decided = { verb: 'approve-plan', person, planId: plan.id, ...decision } as const;
    await decide(plan.interconnectId, decided, signed, request);
    return showPlan(deps, plan.id);
  });

  async function decide(
    id: InterconnectId,
    decision: PersonsDecision,
    signed: SignedDocument | null,
    request: FastifyRequest,
  ): Promise<void> {
    const key = request.headers['idempotency-key'];
    const { entity } = callerOf(request);
    const decided = await signDecision(deps, { id, entity }, decision, signed);
    await store.decide(id, decided, typeof key === 'string' ? key : null);
    await lookSoon(deps.driver, id, request.log);
  }
}

type InterconnectVerb = (typeof OF_INTERCONNECTS)[number];

function decisionOf(verb: InterconnectVerb, caller: Principal, body: ActionBody<InterconnectVerb>): PersonsDecision {
  const { person } = caller;
  if (verb === 'replan' || verb === 'recover') return { verb, person, reason: null };
  if (verb === 'withdraw') return { verb, person, reason: (body as ActionBody<'withdraw'>).reason };
  const { digest, decision, reason } = body as ActionBody<'sign'>;
  return { verb, person, party: entityOf(caller), digest, decision, reason };
}

const signedIn = (body: ActionBody<InterconnectVerb>): SignedDocument | null =>
  body != null && 'signed' in body ? body.signed : null;

export function entityOf(caller: Principal) {
  if (caller.entity === null) throw new WaslError('FORBIDDEN', `${caller.person} acts for no entity`);
  return caller.entity;
}
