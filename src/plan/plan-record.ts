/** A plan that can be made again from its record alone, by whoever doubts it. */
import { canonicalJson, type Digest, digestOf, digestOfText } from '../domain/canonical-json.ts';
import type { Inventory } from '../domain/inventory.ts';
import type { InterconnectId, PeName, VpnId, VrfName } from '../domain/names.ts';
import type { RunningVrf } from '../domain/network-view.ts';
import type { ObservedRoute } from '../domain/observed-routes.ts';
import type { Plan, Procedure } from '../domain/plan.ts';
import { digestPlan } from './digest.ts';
import { buildNetworkView } from './network-view.ts';
import { type PlanInput, planChange } from './plan-change.ts';
import { whyNotAgain } from './why-not-again.ts';

type Passed = Omit<PlanInput, 'view' | 'procedures' | 'covered' | 'held'>;

/** What a plan stood on: inventory, register, and the network as it was read. Plain JSON. */
export interface PlanInputs extends Passed {
  readonly inventory: Inventory;
  readonly running: Readonly<Record<PeName, readonly RunningVrf[]>>;
  /** VPNs whose VRFs must be on the routers. */
  readonly required: readonly VpnId[];
  /** Of the text that each router gave, as in the record's readings. */
  readonly readings: Readonly<Record<PeName, { readonly readAt: string; readonly digest: Digest }>>;
  readonly procedures: Readonly<Record<PeName, Procedure>>;
  readonly covered?: Readonly<Record<InterconnectId, Readonly<Record<PeName, readonly VrfName[]>>>>;
  readonly held?: Readonly<Record<string, readonly ObservedRoute[]>>;
}

/** What was given to the planner, as it is there. */
export type PlanGiven = Omit<PlanInput, 'view'> &
  Pick<PlanInputs, 'readings'> & {
    readonly network: {
      readonly inventory: Inventory;
      readonly running: ReadonlyMap<PeName, readonly RunningVrf[]>;
      readonly required: ReadonlySet<VpnId>;
    };
  };

interface PlanRecord {
  readonly proof: 'wasl plan';
  readonly version: 1;
  readonly inputs: PlanInputs;
  readonly inputsDigest: Digest;
  /** As it was put before its approver: with the digests of what is sent to each router. */
  readonly result: Plan;
}

export interface RecordedPlan {
  /** Canonical JSON and a line feed: one record has one text. */
  readonly text: string;
  /** Of the text, byte for byte: `sha256sum` says the same. */
  readonly digest: Digest;
}

export function recordPlan(given: PlanGiven, result: Plan): RecordedPlan {
  const inputs = inputsOf(given);
  const record: PlanRecord = { proof: 'wasl plan', version: 1, inputs, inputsDigest: digestOf(inputs), result };
  const text = `${canonicalJson(record)}\n`;
  return { text, digest: digestOfText(text) };
}

function inputsOf({ network, procedures, covered, held, ...rest }: PlanGiven): PlanInputs {
  const { inventory, running, required } = network;
  const places =
    covered && [...covered].map(([id, pes]) => [id, mapToRecord(pes, (vrfs) => [...vrfs].sort())] as const);
  return {
    ...rest,
    inventory,
    running: Object.fromEntries(running) as PlanInputs['running'],
    required: [...required].sort(),
    procedures: Object.fromEntries(procedures) as PlanInputs['procedures'],
    ...(places === undefined ? {} : { covered: Object.fromEntries(places) as PlanInputs['covered'] & object }),
    ...(held === undefined ? {} : { held: Object.fromEntries(held) }),
  };
}

const mapToRecord = <K extends string, V, R>(map: ReadonlyMap<K, V>, of: (value: V) => R): Readonly<Record<K, R>> =>
  Object.fromEntries([...map].map(([key, value]) => [key, of(value)])) as Record<K, R>;

const recordToMap = <K extends string, V, R>(record: Readonly<Record<K, V>>, of: (value: V) => R): Map<K, R> =>
  new Map((Object.entries(record) as [K, V][]).map(([key, value]) => [key, of(value)]));

/** The plan that follows from the inputs, without what was rendered from it. */
function makeAgain({
  inventory,
  running,
  required,
  procedures,
  covered,
  held,
  readings: _,
  ...rest
}: PlanInputs): Plan {
  const same = <V>(value: V): V => value;
  const view = buildNetworkView(inventory, recordToMap(running, same), { required: new Set(required) });
  return planChange({
    ...rest,
    view,
    procedures: recordToMap(procedures, same),
    ...(covered === undefined
      ? {}
      : { covered: recordToMap(covered, (pes) => recordToMap(pes, (vrfs) => new Set(vrfs))) }),
    ...(held === undefined ? {} : { held: recordToMap(held, same) }),
  });
}

export interface CheckedPlan {
  readonly digest: Digest;
  /** What is wrong with the record itself, a sentence each; none: the plan follows from what it stood on. */
  readonly faults: readonly string[];
  readonly plan: Plan | null;
}

/** One that was written anew as a whole, consistently, is another plan: it has another digest than the ledger tells and the approver signed. */
export function checkPlanRecord(record: unknown, text: string): CheckedPlan {
  const digest = digestOfText(text);
  try {
    const { inputs, inputsDigest, result, version } = record as PlanRecord;
    if (version !== 1) return { digest, faults: ['it is no proof that this release knows'], plan: null };
    // What somebody put anything into is not planned by.
    if (digestOf(inputs) !== inputsDigest) {
      return { digest, faults: ['its inputs do not have the digest that it states: they were altered'], plan: null };
    }
    const again = makeAgain(inputs);
    const faults = faultsOfInputs(inputs);
    if (digestPlan(result) !== result.digest) faults.push('its plan does not have the digest that it states');
    if (canonicalJson(withoutPayloads(again)) !== canonicalJson(withoutPayloads(result))) {
      const release = 'somebody altered it, or another release made it that plans otherwise';
      faults.push(`made again from its inputs the plan is another one than the record says: ${release}`);
    }
    const whole = `${canonicalJson({ proof: 'wasl plan', version, inputs, inputsDigest, result })}\n`;
    if (faults.length === 0 && whole !== text) faults.push('it is not written as wasl writes it: it was altered');
    return { digest, faults, plan: result };
  } catch (error) {
    return { digest, faults: [whyNotAgain(error)], plan: null };
  }
}

/** What is sent is rendered from the delta: its digests are the approver's, and the delta is what is proved. */
function withoutPayloads({ digest: _, routers, ...plan }: Plan) {
  return { ...plan, routers: routers.map(({ payloadDigest: _digest, ...router }) => router) };
}

/** A router that was left out of the record would carry nothing in it. */
function faultsOfInputs({ inventory, running, readings, left = [] }: PlanInputs): string[] {
  return inventory.routers.flatMap(({ name }) => {
    if (Object.hasOwn(running, name) && Object.hasOwn(readings, name)) return [];
    return left.some(({ pe }) => pe === name) ? [] : [`${name} has no reading, and is not told to be unread`];
  });
}
