/** The people of an interconnect, through the HTTP API: what the portal, the signatories and the engineers do. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { InterconnectAnswer, Progress } from '../../../src/api/wire.ts';
import type { LocalInstallation, Person } from '../../../src/bin/demo/local-installation.ts';
import { signingClient } from '../../support/signing.ts';

/** The slowest story waits for a confirm window; beyond this something hangs. */
const SETTLED_SECONDS_MAX = 120;
/** Of the events that came instead of the one that was waited for. */
const SHOWN_MAX = 40;
const POLICY_VERSION = '2026-1';

export const ADMIN: Person = { id: 'engineer-1', roles: ['engineer', 'admin', 'auditor'] };
export const SECOND_ADMIN: Person = { id: 'admin-2', roles: ['admin'] };
const APPROVER: Person = { id: 'engineer-2', roles: ['engineer'] };
const portal = (entity: string): Person => ({ id: `${entity.toLowerCase()}-portal-1`, roles: ['portal'], entity });
const signatory = (entity: string): Person => ({
  id: `${entity.toLowerCase()}-signatory-1`,
  roles: ['party-approver'],
  entity,
});

const signerOf = async (wasl: LocalInstallation, person: Person) =>
  signingClient(await wasl.clientOf(person), wasl.authority, person.id);

/** Published by two, and accepted by a signatory of each entity. */
export async function acceptPolicy(wasl: LocalInstallation, entities: readonly string[]): Promise<void> {
  const content = Buffer.from('the communication policy of the lab').toString('base64');
  const { version, digest } = await (await wasl.clientOf(ADMIN)).proposePolicy({
    ...{ version: POLICY_VERSION, inForceFrom: '2026-01-01T00:00:00Z', graceDays: 30 },
    renditions: (['ar', 'en'] as const).map((language) => ({ language, mediaType: 'text/plain', content })),
  });
  await (await wasl.clientOf(SECOND_ADMIN)).publishPolicy(version, digest);
  for (const entity of entities) await (await signerOf(wasl, signatory(entity))).acceptPolicy(version, digest, null);
}

export interface FlowInput {
  readonly from: string;
  readonly to: string;
  readonly prefixes: readonly string[] | 'whole-vpn';
}

/** Asks, signs for both parties, approves the plan; resolves when the change has ended, however it ended. */
export async function provision(wasl: LocalInstallation, flows: readonly FlowInput[]): Promise<InterconnectAnswer> {
  const id = await start(wasl, flows);
  return settled(wasl, id);
}

/** As `provision`, but resolves as soon as the plan is approved: what a story does meanwhile comes next. */
export async function start(wasl: LocalInstallation, flows: readonly FlowInput[]): Promise<string> {
  const { id } = await request(wasl, flows);
  await approvePlan(wasl, id);
  return id;
}

/** Signed by both parties, and planned. */
export async function planned(wasl: LocalInstallation, flows: readonly FlowInput[]): Promise<string> {
  const { id } = await request(wasl, flows);
  await waitFor(wasl, id, ({ awaiting }) => awaiting.some((each) => each.includes('approval of the plan')));
  return id;
}

export async function request(wasl: LocalInstallation, flows: readonly FlowInput[]): Promise<InterconnectAnswer> {
  const asking = flows[0]?.from ?? '';
  const body = {
    purpose: 'A story of the lab',
    policyVersion: POLICY_VERSION,
    validUntil: '2031-12-31T23:59:59Z',
    flows,
  };
  const requester = await wasl.clientOf(portal(asking));
  const { interconnect } = await requester.submitRequest(body, `lab-${Date.now()}-${Math.random()}`);
  for (const party of interconnect.parties) {
    const client = await signerOf(wasl, signatory(party));
    await client.decideRequest(interconnect.id, { decision: 'approve', digest: interconnect.requestDigest });
  }
  return interconnect;
}

export async function approvePlan(wasl: LocalInstallation, id: string): Promise<void> {
  await decidePlan(wasl, id, 'approve');
}

/** Waits for the plan that awaits approval. */
export async function decidePlan(wasl: LocalInstallation, id: string, decision: 'approve' | 'reject'): Promise<void> {
  const client = await signerOf(wasl, APPROVER);
  const planned = await waitFor(wasl, id, ({ awaiting, reason }) => {
    if (awaiting.some((each) => each.includes('replan'))) throw new Error(`${id} cannot be planned: ${reason}`);
    return awaiting.some((each) => each.includes('approval of the plan'));
  });
  const planId = planned.changes.at(-1)?.planId;
  if (!planId) throw new Error(`${id} has no plan`);
  const { digest } = await client.readPlan(planId);
  await client.decidePlan(planId, { decision, digest, ...(decision === 'reject' ? { reason: 'not like this' } : {}) });
}

export async function withdraw(wasl: LocalInstallation, id: string): Promise<InterconnectAnswer> {
  const { parties } = await (await wasl.clientOf(ADMIN)).readInterconnect(id);
  const client = await wasl.clientOf(signatory(parties[0] ?? ''));
  await client.withdraw(id, 'the story is over');
  await approvePlan(wasl, id);
  return settled(wasl, id);
}

/** Resolves when the interconnect rests, or a change of it ended without being applied: then it is planned again, and is not waited for. */
export function settled(wasl: LocalInstallation, id: string): Promise<InterconnectAnswer> {
  return waitFor(wasl, id, ({ isSettled, awaiting, changes }) => {
    const isOver = changes.some(({ outcome }) => outcome === 'rolled-back' || outcome === 'refused');
    return isOver || (isSettled && awaiting.length === 0);
  });
}

/** Resolves when the change was applied; one that ended otherwise fails with the reason that wasl gives. */
export async function applied(wasl: LocalInstallation, id: string): Promise<InterconnectAnswer> {
  const interconnect = await settled(wasl, id);
  const [first] = interconnect.changes;
  if (interconnect.lifecycle === 'active' && first?.outcome === 'applied') return interconnect;
  throw new Error(`${id} is ${interconnect.lifecycle}, its change ${first?.outcome}: ${first?.reason}`);
}

/** What was planned again after a failure is not tried again: its party gives the request up. */
export async function giveUp(wasl: LocalInstallation, id: string): Promise<InterconnectAnswer> {
  const { parties } = await (await wasl.clientOf(ADMIN)).readInterconnect(id);
  return (await wasl.clientOf(signatory(parties[0] ?? ''))).withdraw(id, 'the story is over');
}

/** Resolves with the first event of the interconnect that is wanted, also one that has been; a story that waits in vain fails. */
export async function eventOf(
  wasl: LocalInstallation,
  id: string,
  wanted: (event: Progress) => boolean,
  secondsMax = SETTLED_SECONDS_MAX,
): Promise<Progress> {
  const client = await wasl.clientOf(ADMIN);
  const signal = AbortSignal.timeout(secondsMax * 1_000);
  let after = 0;
  const seen: string[] = [];
  try {
    for (;;) {
      for await (const event of client.readEvents({ after, interconnect: id, signal })) {
        if (wanted(event)) return event;
        after = event.sequence;
        seen.push(`${event.at} ${event.pe ?? ''} ${event.stage} ${event.status}: ${event.message}`);
      }
    }
  } catch (cause) {
    throw new Error(`${id}: what is waited for did not come, but\n${seen.slice(-SHOWN_MAX).join('\n')}`, { cause });
  }
}

/** Resolves when the stage has reached `status` on every one of these PEs. */
export async function stageOnAll(
  wasl: LocalInstallation,
  id: string,
  stage: string,
  status: Progress['status'],
  pes: readonly string[],
): Promise<void> {
  const there = new Set<string>();
  await eventOf(wasl, id, (event) => {
    if (event.stage === stage && event.status === status && event.pe !== null) there.add(event.pe);
    return pes.every((pe) => there.has(pe));
  });
}

export async function waitFor(
  wasl: LocalInstallation,
  id: string,
  reached: (answer: InterconnectAnswer) => boolean,
): Promise<InterconnectAnswer> {
  const client = await wasl.clientOf(ADMIN);
  const deadline = Date.now() + SETTLED_SECONDS_MAX * 1_000;
  for (;;) {
    const answer = await client.readInterconnect(id);
    if (reached(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`${id} is still ${answer.lifecycle}: ${answer.reason}`);
    await sleep(200);
  }
}
