import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { createPlanner, type Planner } from '../../src/activities/planner.ts';
import type { PlanJob } from '../../src/activities/planning-jobs.ts';
import type { PlanningThreadOptions } from '../../src/activities/planning-thread.ts';
import type { PeName } from '../../src/domain/names.ts';
import type { RunningVrf } from '../../src/domain/network-view.ts';
import { WaslError } from '../../src/errors.ts';
import { planChange } from '../../src/plan/plan-change.ts';
import { reprove } from '../../src/plan/reprove.ts';
import { computeMatrix } from '../../src/proof/matrix.ts';
import { inventoryOf, planInput, runningAt } from '../plan/samples.ts';
import { sampleInterconnect, sampleNetwork } from '../proof/networks.ts';

const opened: Planner[] = [];
afterEach(() => Promise.all(opened.splice(0).map((planner) => planner.close())));

function open(options: PlanningThreadOptions = {}): Planner {
  const planner = createPlanner(options);
  opened.push(planner);
  return planner;
}

/** A thread that does as it is told: see its program. */
const unruly = (options: PlanningThreadOptions = {}): Planner =>
  open({ program: new URL('../support/unruly-planning-thread.js', import.meta.url), ...options });
const told = (orders: {
  readonly busyMs?: number;
  /** Busy until its first number is not 0. */
  readonly until?: Int32Array;
  readonly die?: boolean;
  readonly devour?: boolean;
  readonly answer?: string;
}): PlanJob => orders as unknown as PlanJob;
const newEnd = () => new Int32Array(new SharedArrayBuffer(4));
function end(until: Int32Array): void {
  Atomics.store(until, 0, 1);
  Atomics.notify(until, 0);
}
const coded = (code: string) => expect.objectContaining({ name: 'WaslError', code });

const view = sampleNetwork();
const network = {
  inventory: inventoryOf(view),
  running: new Map<PeName, readonly RunningVrf[]>(view.pes.map(({ name }) => [name, runningAt(view, name)])),
  required: new Set([...sampleInterconnect().flows.map(({ from }) => from)]),
};
const matrixJob = { inventory: network.inventory, running: network.running, agreements: [] };
const { view: _, ...rest } = planInput({ view });

test('a thread plans, proves and looks as the functions do', async () => {
  const planner = open();
  const plan = planChange(planInput({ view }));
  const subject = sampleInterconnect();
  expect(await planner.plan({ ...rest, network })).toEqual(plan);
  expect(await planner.reprove({ network, plan, subject, active: [] })).toEqual(
    reprove({ view, plan, subject, active: [] }),
  );
  expect(await planner.matrix(matrixJob)).toEqual(computeMatrix(view, network.inventory, []));
});

test('an error comes out as it was thrown: code, fact, path, remedy, details', async () => {
  const job = { ...rest, network: { ...network, running: new Map() } };
  const refusal = await open()
    .plan(job)
    .catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(WaslError);
  const [first] = view.pes;
  expect(refusal).toMatchObject({
    code: 'ROUTER_UNREACHABLE',
    message: `${first?.name} was not read`,
    path: first?.name,
    class: 'transient',
  });
});

test('a defect is told with its place and takes nothing with it', async () => {
  const planner = open();
  await expect(planner.plan(told({}))).rejects.toThrow(/^in the planning thread: TypeError[\s\S]*planning-jobs/);
  expect(await planner.matrix(matrixJob)).toEqual(computeMatrix(view, network.inventory, []));
});

test('the process goes on while a thread computes', async () => {
  const planner = unruly();
  const [until, order]: [Int32Array, string[]] = [newEnd(), []];
  const planned = planner.plan(told({ until })).then(() => order.push('plan'));
  // Of a thread that is there and takes the next job at once.
  await planner.reprove(told({}) as never);
  for (let tick = 0; tick < 10; tick++) await sleep(5);
  order.push('the process');
  end(until);
  await planned;
  expect(order).toEqual(['the process', 'plan']);
});

test('what waits under locks does not stand behind a plan', async () => {
  const planner = unruly();
  const order: string[] = [];
  const until = newEnd();
  const plan = planner.plan(told({ until })).then(() => order.push('plan'));
  await planner.reprove(told({}) as never).then(() => order.push('reprove'));
  end(until);
  await plan;
  expect(order).toEqual(['reprove', 'plan']);
});

test('jobs of one thread run in order', async () => {
  const planner = unruly();
  const answers = ['one', 'two', 'three'].map((answer) => planner.plan(told({ busyMs: 30, answer })));
  expect(await Promise.all(answers)).toEqual(['one', 'two', 'three']);
});

test('a thread that dies fails its job, transiently, and no other', async () => {
  const planner = unruly();
  const [dead, next] = [planner.plan(told({ die: true })), planner.plan(told({ answer: 'lives' }))];
  await expect(dead).rejects.toMatchObject({ code: 'PLANNING_INTERRUPTED', class: 'transient' });
  expect(await next).toBe('lives');
});

test('a job that needs too much memory says so, and the process has its own', async () => {
  const planner = unruly({ memoryMb: 32 });
  await expect(planner.plan(told({ devour: true }))).rejects.toEqual(coded('PLANNING_MEMORY'));
  expect(await planner.plan(told({ answer: 'lives' }))).toBe('lives');
});

test('the caller gives up: what runs is stopped, what waits is not begun, and the next job runs', async () => {
  const planner = unruly();
  const [running, waiting] = [new AbortController(), new AbortController()];
  const jobs = [
    planner.plan(told({ busyMs: 60_000 }), running.signal),
    planner.plan(told({ busyMs: 60_000 }), waiting.signal),
    planner.plan(told({ answer: 'after' })),
  ];
  const settled = Promise.allSettled(jobs);
  await sleep(100);
  waiting.abort();
  running.abort();
  expect(await settled).toEqual([
    { status: 'rejected', reason: coded('PLANNING_INTERRUPTED') },
    { status: 'rejected', reason: coded('PLANNING_INTERRUPTED') },
    { status: 'fulfilled', value: 'after' },
  ]);
});

test('a job that does not end is ended', async () => {
  const planner = unruly({ jobTimeoutMs: 300 });
  await expect(planner.plan(told({ busyMs: 60_000 }))).rejects.toThrow('plan was not done in 0.3 s');
});

test('what cannot be sent to a thread is refused, and the next job runs', async () => {
  const planner = unruly();
  const job = { answer: () => 'a function' } as unknown as PlanJob;
  await expect(planner.plan(job)).rejects.toThrow(/could not be cloned/);
  expect(await planner.plan(told({ answer: 'lives' }))).toBe('lives');
});

test('closing ends what runs and what waits', async () => {
  const planner = unruly();
  const jobs = Promise.allSettled([planner.plan(told({ busyMs: 60_000 })), planner.plan(told({}))]);
  await planner.close();
  expect(await jobs).toEqual(Array(2).fill({ status: 'rejected', reason: coded('PLANNING_INTERRUPTED') }));
  await expect(planner.plan(told({}))).rejects.toEqual(coded('PLANNING_INTERRUPTED'));
});
