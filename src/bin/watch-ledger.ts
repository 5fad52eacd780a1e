/** Signs the ledger while it grows, and reads it whole now and then. Every worker does both: what one has done, another finds done. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WaslError } from '../errors.ts';
import { reviewRecord } from '../ledger/review-ledger.ts';
import { signNextCheckpoint } from '../ledger/sign-next-checkpoint.ts';
import type { Signer } from '../ledger/signed-note.ts';
import type { SignatureMeans } from '../signatures/index.ts';
import type { Store } from '../store/store.ts';
import { stampCheckpoint } from './stamp-checkpoint.ts';
import type { WorkerLog } from './worker.ts';

const MINUTE_MS = 60_000;

export interface WatchedLedger {
  readonly store: Store;
  /** Reads what was added, and remembers it (`record-memory.ts`). Throws RECORD_ALTERED. */
  readonly follow: () => Promise<void>;
  /** null: nothing is signed. */
  readonly signer: Signer | null;
  /** null: no checkpoint is stamped. */
  readonly signatures: SignatureMeans | null;
  readonly checkpointSeconds: number;
  readonly reviewMinutes: number;
  readonly log: WorkerLog;
}

export function startLedgerWatch(watched: WatchedLedger): { stop(): Promise<void> } {
  const { signer, log } = watched;
  if (signer === null) log('warn', 'checkpoints of the ledger are not signed: WASL_LEDGER_KEY is not set');
  else log('info', 'checkpoints of the ledger are signed', { verifierKey: signer.verifier.text });
  const stopping = new AbortController();
  const watching = watch(watched, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await watching;
    },
  };
}

async function watch(watched: WatchedLedger, signal: AbortSignal): Promise<void> {
  const { log, checkpointSeconds } = watched;
  const refusals = new Set<string>();
  let stampAfter = 0;
  const departures = new Set<string>();
  while (!signal.aborted) {
    try {
      await followOrTell(watched, departures);
      const refused = await signOrTell(watched, refusals);
      if (refused || (await isReviewDue(watched))) await review(watched);
      if (!refused && Date.now() >= stampAfter && !(await isStamped(watched, refusals)))
        stampAfter = Date.now() + MINUTE_MS;
    } catch (error) {
      // Database away: the next look finds what this one would have.
      log('warn', 'the ledger could not be looked at', {
        error: error instanceof Error ? error.message : String(error),
      });
    }
    await sleep(checkpointSeconds * 1_000, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** What this worker has seen and is not there any more is told once, however many rows there are by now; until it is mended nothing opens. */
async function followOrTell({ follow, log }: WatchedLedger, told: Set<string>): Promise<void> {
  try {
    await follow();
    told.clear();
  } catch (error) {
    if (!(error instanceof WaslError) || error.class === 'transient') throw error;
    const { code, path, remedy } = error;
    if (told.has(code)) return;
    told.add(code);
    log('error', 'this worker opens nothing: the record is not the one that it has seen', {
      why: error.message,
      path,
      remedy,
    });
  }
}

/** True where it refused to sign, and has not told so before: the review then says all that is wrong. */
async function signOrTell({ store, signer, log }: WatchedLedger, told: Set<string>): Promise<boolean> {
  if (signer === null) return false;
  try {
    await signNextCheckpoint(store, signer);
    return false;
  } catch (error) {
    if (!(error instanceof WaslError) || error.code !== 'LEDGER_BROKEN') throw error;
    if (told.has(error.message)) return false;
    told.add(error.message);
    log('error', 'no checkpoint is signed: the ledger is not what was recorded', { why: error.message });
    return true;
  }
}

/** An authority that is away is told once, and asked again in a minute: the ledger goes on without it. */
async function isStamped({ store, signer, signatures, log }: WatchedLedger, told: Set<string>): Promise<boolean> {
  if (signer === null || signatures === null) return true;
  try {
    await stampCheckpoint(store, signatures);
    return true;
  } catch (error) {
    if (!(error instanceof WaslError)) throw error;
    if (!told.has(error.message)) log('warn', 'no timestamp over the last checkpoint', { why: error.message });
    told.add(error.message);
    return false;
  }
}

async function isReviewDue({ store, reviewMinutes }: WatchedLedger): Promise<boolean> {
  const last = await store.readLedgerReview();
  return last === null || Date.parse(last.at) + reviewMinutes * MINUTE_MS <= store.now().getTime();
}

async function review({ store, signer, log }: WatchedLedger): Promise<void> {
  const found = await reviewRecord(store, signer?.verifier ?? null);
  await store.saveLedgerReview(found);
  for (const { path, fact } of found.findings) log('error', 'the record is not what was recorded', { path, fact });
}
