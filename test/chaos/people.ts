/** People who ask, sign, approve and withdraw, whatever happens to the servers; they note what was acknowledged to them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../../src/api/client.ts';
import type { InterconnectAnswer } from '../../src/api/wire.ts';
import type { InterconnectRequest } from '../../src/domain/request.ts';
import { WaslError } from '../../src/errors.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** A person looks again after a moment; it costs the HTTP API more than all else. */
const LOOK_INTERVAL_MS = 1_500;

/** What somebody was told had happened. */
export interface Acknowledged {
  readonly what: 'signed' | 'approved' | 'withdrawn';
  readonly person: string;
  /** Of what was decided on; null where nothing was. */
  readonly digest: string | null;
}

export interface Story {
  readonly request: InterconnectRequest;
  /** What becomes of it when nothing goes wrong. */
  readonly wish: 'stays' | 'is withdrawn' | 'ends on its date';
  id: string | null;
  readonly acknowledged: Acknowledged[];
  /** Submissions that were answered 201. */
  created: number;
  /** Nobody could ask for it any more when the servers were there again: its end date was past. */
  isGivenUp: boolean;
}

/** Pairs of ministries with prefixes that their attachments announce: no two stories share a flow. */
const PAIRS: readonly (readonly [string, string, string, string])[] = [
  ['MOH', 'MOF', '10.100.10.0/24', '10.200.10.0/24'],
  ['MOE', 'MOF', '10.150.10.0/24', '10.200.20.0/24'],
  ['MOE', 'MOH', '10.150.20.0/24', '10.100.20.0/24'],
  ['MOL', 'MOJ', '10.120.10.0/24', '10.130.10.0/24'],
  ['ROP', 'NCSI', '10.140.10.0/24', '10.110.10.0/24'],
  ['MOJ', 'NCSI', '10.130.20.0/24', '10.110.20.0/24'],
  ['MOH', 'MTCIT', '10.100.30.0/24', '10.160.30.0/24'],
  ['MOE', 'ROP', '10.150.50.0/24', '10.140.40.0/24'],
];

const FAR_END = '2036-12-31T23:59:59Z';

/** `name`: no other run of this installation has it. */
export function chooseStories(random: Random, name: string, count: number, now: Date): Story[] {
  const pairs = [...PAIRS];
  return Array.from({ length: Math.min(count, pairs.length) }, (_, index) => {
    const [pair] = pairs.splice(random.below(pairs.length), 1);
    if (pair === undefined) throw new Error('a pair for each story');
    const [a, b, ofA, ofB] = pair;
    const wish = random.pick(['stays', 'stays', 'is withdrawn', 'ends on its date'] as const);
    const end = new Date(now.getTime() + 15_000 + random.below(15_000)).toISOString();
    const flows = [
      { from: a, to: b, prefixes: [ofA] },
      { from: b, to: a, prefixes: [ofB] },
    ] as unknown as InterconnectRequest['flows'];
    const validUntil = wish === 'ends on its date' ? end : FAR_END;
    const request = { purpose: `${name}, story ${index + 1}`, policyVersion: '2026-1', validUntil, flows };
    return { request, wish, id: null, acknowledged: [], created: 0, isGivenUp: false };
  });
}

/** Plays one story until nothing is left to do for people, or the time is over: `untilMs` may move while it plays. */
export async function play(world: World, story: Story, untilMs: () => number): Promise<void> {
  const parties = [story.request.flows[0]?.from ?? '', story.request.flows[0]?.to ?? ''];
  const portal = world.as(`${parties[0]?.toLowerCase()}-portal-1`, ['portal'], parties[0]);
  const engineer = world.as('engineer-2', ['engineer']);
  const key = story.request.purpose.replaceAll(/\W+/g, '-');
  let isOver = false;
  while (!isOver && Date.now() < untilMs()) {
    await patiently(async () => {
      if (story.id === null) {
        if (Date.parse(story.request.validUntil) < Date.now()) {
          story.isGivenUp = true;
          isOver = true;
          return;
        }
        const { created, interconnect } = await portal.submitRequest(story.request, key);
        story.id = interconnect.id;
        if (created) story.created += 1;
      }
      const seen = await engineer.readInterconnect(story.id);
      await signWhereAwaited(world, story, seen, parties);
      await approveWhereAwaited(engineer, story, seen);
      if (story.wish === 'is withdrawn' && seen.lifecycle === 'active' && seen.withdrawal === null) {
        const person = `${parties[0]?.toLowerCase()}-signatory-1`;
        await world.as(person, ['party-approver'], parties[0]).withdraw(seen.id, 'the storm is over');
        story.acknowledged.push({ what: 'withdrawn', person, digest: null });
      }
      isOver = hasEnded(seen) || (story.wish === 'stays' && seen.lifecycle === 'active' && seen.isSettled);
    });
    if (!isOver) await sleep(LOOK_INTERVAL_MS);
  }
}

const hasEnded = ({ lifecycle }: InterconnectAnswer) => ['withdrawn', 'rejected', 'expired'].includes(lifecycle);

async function signWhereAwaited(world: World, story: Story, seen: InterconnectAnswer, parties: readonly string[]) {
  for (const party of parties) {
    if (!seen.awaiting.includes(`signature of ${party}`)) continue;
    const person = `${party.toLowerCase()}-signatory-1`;
    const digest = seen.requestDigest;
    await world.as(person, ['party-approver'], party).decideRequest(seen.id, { decision: 'approve', digest });
    story.acknowledged.push({ what: 'signed', person, digest });
  }
}

async function approveWhereAwaited(engineer: ApiClient, story: Story, seen: InterconnectAnswer) {
  const planId = seen.changes.at(-1)?.planId;
  if (planId == null || !seen.awaiting.some((each) => each.startsWith('approval of the plan'))) return;
  const { digest } = await engineer.readPlan(planId);
  await engineer.decidePlan(planId, { decision: 'approve', digest });
  story.acknowledged.push({ what: 'approved', person: 'engineer-2', digest });
}

/** A person tries again later; only what wasl should never say goes further. */
async function patiently(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof WaslError)) throw error;
    // Decided meanwhile, by the clock or by a repeated call of this very person.
    const isOvertaken = ['LIFECYCLE_STEP', 'APPROVAL_TWICE', 'APPROVAL_DIGEST', 'REQUEST_PERIOD'].includes(error.code);
    if (error.code === 'INTERNAL' || (error.class === 'permanent' && !isOvertaken)) throw error;
  }
}
