/** What may go wrong while a change is under way, with real means, and how the change may then end. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChangeOutcome } from '../../../src/domain/change.ts';
import { cutManagement, dropAnswers, powerCycle, waitUntilReady } from './lab.ts';
import { holdLock } from './other-client.ts';
import { eventOf, stageOnAll } from './people.ts';
import type { LabStage } from './stage.ts';

/** Longer than planning takes, so that the push meets it; shorter than wasl's patience. */
const LOCK_HELD_MS = 14_000;
/** Shorter than the confirm window: the PE is back before its timer ends. */
const PATH_CUT_MS = 10_000;

export interface Fault {
  readonly name: string;
  readonly outcomes: readonly ChangeOutcome[];
  /** Before the request; returns what ends it, called when the change has ended. */
  before?(stage: LabStage): Promise<() => Promise<void>>;
  /** After the approval; resolves with the time of the stroke. */
  during?(stage: LabStage, id: string): Promise<number>;
  after?(stage: LabStage): Promise<void>;
}

const killedIn = (stage: string, outcomes: readonly ChangeOutcome[]): Fault => ({
  name: `worker killed in ${stage}`,
  outcomes,
  async during({ wasl }, id) {
    await eventOf(wasl, id, (event) => event.stage === stage && event.status === 'started');
    const strokeMs = Date.now();
    await wasl.killWorker();
    await wasl.startWorker();
    return strokeMs;
  },
});

export const FAULTS: readonly Fault[] = [
  {
    name: 'site silent',
    outcomes: ['rolled-back'],
    before: () => dropAnswers('ce-mof1', '10.100.0.0/16'),
    async during({ wasl }, id) {
      const failed = await eventOf(wasl, id, ({ stage, status }) => stage === 'verify' && status === 'failed');
      return Date.parse(failed.at);
    },
  },
  // Nothing was written: the next worker begins again.
  killedIn('prepare', ['applied']),
  killedIn('commit', ['rolled-back']),
  // Verification begins with the read-back.
  killedIn('read-back', ['rolled-back']),
  killedIn('confirm', ['applied']),
  {
    name: 'management path cut',
    outcomes: ['rolled-back'],
    async during({ wasl, pes }, id) {
      await stageOnAll(wasl, id, 'commit', 'done', pes);
      const strokeMs = Date.now();
      const restore = await cutManagement('pe2');
      await sleep(PATH_CUT_MS);
      await restore();
      return strokeMs;
    },
  },
  {
    name: 'power lost',
    outcomes: ['rolled-back'],
    async during({ wasl, pes }, id) {
      await stageOnAll(wasl, id, 'commit', 'done', pes);
      const strokeMs = Date.now();
      await powerCycle('pe2');
      return strokeMs;
    },
    async after({ pes }) {
      await Promise.all(pes.map((pe) => waitUntilReady(pe)));
    },
  },
  {
    name: 'lock held by another client',
    outcomes: ['applied'],
    async before() {
      const release = await holdLock('pe2');
      const timer = setTimeout(() => void release(), LOCK_HELD_MS);
      return async () => clearTimeout(timer);
    },
  },
];
