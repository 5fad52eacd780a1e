/**
 * One interconnect from request to end. It remembers nothing: the record says where things stand, `nextMove` says what follows, and
 * `carryOut` does it. So a workflow that is lost is begun anew and goes on, and what people decided needs no workflow to be valid.
 */
import {
  condition,
  continueAsNew,
  log,
  proxyActivities,
  setHandler,
  setWorkflowOptions,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { RecordActivities } from '../src/activities/activities.ts';
import { type Move, nextMove } from '../src/domain/next-move.ts';
import { carryOut } from './carry-out.ts';
import { RECORD_OPTIONS } from './shared/activity-options.ts';
import { explain } from './shared/explain.ts';
import { look, type RunInterconnectInput } from './shared/messages.ts';

const record = proxyActivities<RecordActivities>(RECORD_OPTIONS);

/** Looks of one run: histories stay short however long an agreement lives. */
const LOOKS_PER_RUN_MAX = 200;
/** After a step that failed for a reason that the record does not know. */
const REST_MS = 5_000;

// It lives for years: every release goes on with what the one before began; a step that changes is guarded by `patched`.
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, runInterconnect);

export async function runInterconnect(input: RunInterconnectInput): Promise<void> {
  const { interconnectId } = input;
  let signals = 0;
  setHandler(look, () => {
    signals += 1;
  });

  for (let looks = 1; ; looks++) {
    const seen = signals;
    const facts = await record.readFacts({ interconnectId });
    if (facts === null) {
      log.error('the record knows no such interconnect: was the database restored?', { interconnectId });
      return;
    }
    const now = facts.at === undefined ? new Date() : new Date(facts.at);
    const move = nextMove(facts, now);
    if (move.move === 'finish') return;
    if (move.move === 'wait') await condition(() => signals !== seen, msBetween(now, move.until));
    else await carryOutOrRest(input, move, facts.change?.attempts ?? 0);

    const isShort = looks < LOOKS_PER_RUN_MAX && !workflowInfo().continueAsNewSuggested;
    if (!isShort || move.move === 'apply' || move.move === 'recover')
      await continueAsNew<typeof runInterconnect>(input);
  }
}

/** What cannot be done is told by the record at the next look; nothing that fails here ends the interconnect. */
async function carryOutOrRest(input: RunInterconnectInput, move: Move, attempts: number): Promise<void> {
  try {
    await carryOut(input, move, attempts);
  } catch (failure) {
    log.warn('a step failed', { move: move.move, failure: explain(failure) });
    await sleep(REST_MS);
  }
}

const msBetween = (now: Date, until: string): number => Math.max(0, Date.parse(until) - now.getTime());
