/** What may go wrong while a change is under way, with real means, and how the change may then end. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../../../src/api/wire.ts';
import type { ChangeOutcome } from '../../../src/domain/change.ts';
import { crash, DAEMONS, type Daemon } from './daemons.ts';
import { cutManagement, dropAnswers, powerCycle, waitUntilReady } from './lab.ts';
import { holdLock } from './other-client.ts';
import { eventOf, stageOnAll } from './people.ts';
import type { LabStage } from './stage.ts';

/** Longer than planning takes, so that the push meets it; shorter than wasl's patience. */
const LOCK_HELD_MS = 14_000;
/** Longer than sshd keeps a silent session (15 s), which wasl would outlive; shorter than the confirm window: the PE is back before its timer ends. */
const PATH_CUT_MS = 20_000;

export interface Fault {
  readonly name: string;
  readonly outcomes: readonly ChangeOutcome[];
  /** An event of the change that shows that the fault was met; without it the fault itself makes sure. */
  felt?(event: Progress): boolean;
  /** Before the request; returns what ends it, called when the change has ended. */
  before?(stage: LabStage): Promise<() => Promise<void>>;
  /** After the approval; resolves with the time of the stroke, and what ends it, called when the change has ended. */
  during?(stage: LabStage, id: string): Promise<Stroke>;
}

interface Stroke {
  readonly atMs: number;
  after?(): Promise<void>;
}

export const SITE_SILENT: Fault = {
  name: 'site silent',
  outcomes: ['rolled-back'],
  felt: ({ stage, status, message }) => stage === 'verify' && status === 'failed' && /does not answer/.test(message),
  before: () => dropAnswers('ce-mof1', '10.100.0.0/16'),
  async during({ wasl }, id) {
    const failed = await eventOf(wasl, id, ({ stage, status }) => stage === 'verify' && status === 'failed');
    return { atMs: Date.parse(failed.at) };
  },
};

const killedIn = (stage: string, outcomes: readonly ChangeOutcome[]): Fault => ({
  name: `worker killed in ${stage}`,
  outcomes,
  felt: (event) => event.stage === 'recover',
  async during({ wasl }, id) {
    await eventOf(wasl, id, (event) => event.stage === stage && event.status === 'started');
    const atMs = Date.now();
    await wasl.killWorker();
    await wasl.startWorker();
    return { atMs };
  },
});

/** A stage failed on the PE, or beyond it for want of it, or the transaction could not be ended in its session. */
const showsLossOf =
  (lost: string) =>
  ({ stage, status, pe, message }: Progress): boolean =>
    status === 'failed'
      ? pe === lost || pe === null
      : stage === 'recover' && status === 'info' && message.includes(lost);

const crashOf = (daemon: Daemon, outcomes: readonly ChangeOutcome[]): Fault => ({
  name: `${daemon} of a PE killed`,
  outcomes,
  async during({ wasl, pes }, id) {
    await stageOnAll(wasl, id, 'commit', 'done', pes);
    const atMs = Date.now();
    const isBack = await crash('pe2', daemon);
    return {
      atMs,
      async after() {
        await isBack();
        await Promise.all(pes.map((pe) => waitUntilReady(pe)));
      },
    };
  },
});

/** Sessions end with sshd's own processes, not with its listener; the agent is not in the way of packets. */
const UNNOTICED: readonly Daemon[] = ['agent', 'sshd'];

function outcomesOfCrash(daemon: Daemon): readonly ChangeOutcome[] {
  // It comes back with its startup file, which has never seen the confirmed commit.
  if (daemon === 'netconfd') return ['rolled-back'];
  if (UNNOTICED.includes(daemon)) return ['applied'];
  // Routes and labels are back before verification gives up, or they are not.
  return ['applied', 'rolled-back'];
}

export const FAULTS: readonly Fault[] = [
  SITE_SILENT,
  // Nothing was written: the next worker begins again.
  killedIn('prepare', ['applied']),
  killedIn('commit', ['rolled-back']),
  // Verification begins with the read-back.
  killedIn('read-back', ['rolled-back']),
  killedIn('confirm', ['applied']),
  {
    name: 'management path cut',
    outcomes: ['rolled-back'],
    felt: showsLossOf('pe2'),
    async during({ wasl, pes }, id) {
      await stageOnAll(wasl, id, 'commit', 'done', pes);
      const atMs = Date.now();
      const restore = await cutManagement('pe2');
      await sleep(PATH_CUT_MS);
      await restore();
      return { atMs };
    },
  },
  {
    name: 'power lost',
    outcomes: ['rolled-back'],
    felt: showsLossOf('pe2'),
    async during({ wasl, pes }, id) {
      await stageOnAll(wasl, id, 'commit', 'done', pes);
      const atMs = Date.now();
      await powerCycle('pe2');
      return {
        atMs,
        async after() {
          await Promise.all(pes.map((pe) => waitUntilReady(pe)));
        },
      };
    },
  },
  {
    name: 'lock held by another client',
    outcomes: ['applied'],
    felt: ({ stage, status, message }) => stage === 'prepare' && status === 'failed' && /lock/.test(message),
    async before() {
      const release = await holdLock('pe2');
      const timer = setTimeout(() => void release(), LOCK_HELD_MS);
      return async () => {
        clearTimeout(timer);
        await release();
      };
    },
  },
  ...DAEMONS.map((daemon) => crashOf(daemon, outcomesOfCrash(daemon))),
];
