import { countOf } from './count-of.ts';

/** One worker process. */
export interface WorkerIdentity {
  readonly id: string;
  /** The task queue that it alone polls. */
  readonly taskQueue: string;
  readonly host: string;
  readonly pid: number;
  /** The release that it runs. */
  readonly version: string;
}

/** A worker as the record knows it; times are the database's. */
export interface WorkerRecord extends WorkerIdentity {
  readonly draining: boolean;
  readonly startedAt: string;
  readonly lastSeenAt: string;
  readonly ageMs: number;
  /** Its clock before the database's; null: its release does not say. */
  readonly clockAheadMs: number | null;
}

/** A worker says once a second that it lives; one that missed several is taken for lost. */
export const WORKER_BEAT_INTERVAL_MS = 1_000;
export const WORKER_LOST_AFTER_MS = 4_000;

/** Whether new work finds a worker. A draining one ends what it has and takes up nothing. */
export function takesWork({ draining, ageMs }: Pick<WorkerRecord, 'draining' | 'ageMs'>): boolean {
  return !draining && ageMs < WORKER_LOST_AFTER_MS;
}

/** One sentence for people, whoever asks. */
export function describeWorkers(workers: readonly WorkerRecord[]): string {
  const able = workers.filter(takesWork);
  if (able.length > 0) return `${countOf(able.length, 'worker')} ${able.length === 1 ? 'lives' : 'live'}`;
  const draining = workers.filter((worker) => worker.draining && worker.ageMs < WORKER_LOST_AFTER_MS);
  if (draining.length > 0) return `no worker takes up work: ${draining.map(nameWorker).join(', ')} is stopping`;
  const last = [...workers].sort((a, b) => a.ageMs - b.ageMs)[0];
  return last === undefined
    ? 'no worker lives'
    : `no worker lives: the last one, ${nameWorker(last)}, was seen at ${last.lastSeenAt}`;
}

/** Within it, a step that a workflow asks for is taken although by the record's clock it is not quite time, or just over. */
export const CLOCK_TOLERANCE_MS = 30_000;

/** Which hosts' clocks are wrong, held against the database's: no date here hangs on them, but their logs and certificates do. */
export function describeClocks(workers: readonly WorkerRecord[]): string[] {
  return workers.flatMap((worker) => {
    const aheadMs = worker.clockAheadMs ?? 0;
    if (worker.ageMs >= WORKER_LOST_AFTER_MS || Math.abs(aheadMs) <= CLOCK_TOLERANCE_MS) return [];
    const how = `${Math.round(Math.abs(aheadMs) / 1_000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the database's`;
    return [
      `the clock of worker ${nameWorker(worker)} is ${how}, which counts for every date; its logs are off: set it`,
    ];
  });
}

const nameWorker = ({ host, pid }: WorkerIdentity): string => `process ${pid} at ${host}`;

/** Null where there is none. */
export function newestRelease(releases: readonly string[]): string | null {
  return [...releases].sort(compareReleases).at(-1) ?? null;
}

/** By semver.org, 11: numbers by size; a pre-release comes before its release; build metadata counts nothing. */
export function compareReleases(a: string, b: string): number {
  const [numbersA, labelsA] = partsOf(a);
  const [numbersB, labelsB] = partsOf(b);
  const byNumbers = compareParts(numbersA, numbersB);
  if (byNumbers !== 0 || labelsA.length === 0 || labelsB.length === 0)
    return byNumbers || labelsB.length - labelsA.length;
  return compareParts(labelsA, labelsB);
}

function partsOf(release: string): [string[], string[]] {
  const [, numbers = '', labels = ''] = /^([^-+]*)(?:-([^+]*))?/.exec(release) ?? [];
  return [numbers.split('.'), labels === '' ? [] : labels.split('.')];
}

function compareParts(a: readonly string[], b: readonly string[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return 1;
    if (left === right) continue;
    const isNumber = [left, right].map((part) => /^\d+$/.test(part));
    if (isNumber[0] && isNumber[1]) return Number(left) - Number(right);
    if (isNumber[0] !== isNumber[1]) return isNumber[0] ? -1 : 1;
    return left < right ? -1 : 1;
  }
  return a.length - b.length;
}
