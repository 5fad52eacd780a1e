import { Context, heartbeat } from '@temporalio/activity';
import { digestOf, digestOfText } from '../domain/canonical-json.ts';
import type { LeftRouter } from '../domain/change.ts';
import { onlyTakesAway } from '../domain/change-kinds.ts';
import { roundedTimers } from '../domain/confirm-timers.ts';
import { countOf } from '../domain/count-of.ts';
import type { Inventory } from '../domain/inventory.ts';
import type { PeName, PersonId, VpnId } from '../domain/names.ts';
import type { RunningVrf } from '../domain/network-view.ts';
import { type ChangeKind, describeVerdict, type Plan } from '../domain/plan.ts';
import type { RealisedInterconnect } from '../domain/request.ts';
import { isVerdict, WaslError } from '../errors.ts';
import { describeRemaining } from '../plan/remaining-reach.ts';
import { sealPayloads } from '../plan/seal-payloads.ts';
import { renderEdits } from '../render/render-edits.ts';
import type { InterconnectRecord, Payload } from '../store/store.ts';
import type { PlanActivities, PlanSummary } from './activities.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { readHeldTables } from './held-tables.ts';
import { readTrustedInventory, requireImportedInventory } from './imported-inventory.ts';
import { keepReadings, type NetworkReading, readCurrentInventory } from './network.ts';
import { ownersOf } from './owners.ts';
import type { PlanJob } from './planning-jobs.ts';
import { readForOpening, readForRemoval } from './reading-for-plan.ts';
import { rangesInWords, realiseInterconnect, takenAway } from './realise-interconnect.ts';

type PlanRequest = Parameters<PlanActivities['planChange']>[0];

export async function planInterconnectChange(deps: ActivityDependencies, request: PlanRequest): Promise<PlanSummary> {
  try {
    return await makePlan(deps, request);
  } catch (error) {
    await noteVerdict(deps, request, error);
    throw error;
  }
}

/** What a rule refuses is written down here: the one who carries it on is not believed. */
async function noteVerdict({ store }: ActivityDependencies, { changeId }: PlanRequest, error: unknown): Promise<void> {
  if (!(error instanceof WaslError) || !isVerdict(error.code)) return;
  const { code, path = null, message, remedy } = error;
  const fact = message.startsWith(`${path}: `) ? message.slice(`${path}: `.length) : message;
  const finding = { by: 'planning', outcome: 'refused', code, path, reason: fact, remedy, left: [] } as const;
  await store.saveFinding(changeId, finding, null);
}

async function makePlan(deps: ActivityDependencies, request: PlanRequest): Promise<PlanSummary> {
  const { store } = deps;
  const { interconnectId, changeId, kind, plannedBy, notBefore } = request;
  const [{ version, inventory: current }, interconnect] = await Promise.all([
    onlyTakesAway(kind) ? readTrustedInventory(deps) : readCurrentInventory(deps),
    store.readInterconnect(interconnectId),
  ]);
  const removes = onlyTakesAway(kind);
  const scrapped = removes ? await store.listScrappedCarriers(interconnectId) : [];
  const given = removes ? await store.listGivenRouteTargets(interconnectId) : [];
  if (removes && interconnect.flows === null && given.length === 0) {
    const left = (await store.listCarriers(interconnectId)).map((pe) => ({
      pe,
      reason: `${pe} was sent something, by the journal`,
    }));
    const reason =
      left.length === 0 ? 'no route target was ever given to it' : 'its route targets are not in the register';
    return nothingToPush(deps, request, reason, left);
  }
  if (!removes) {
    await requireImportedInventory(deps, { version, inventory: current });
    requireOwners(interconnect, current);
  }
  heartbeat();
  const { inventory, running, texts, procedures, left, told } = removes
    ? await readForRemoval(deps, current, await store.listCarriers(interconnectId), scrapped)
    : await readForOpening(deps, current, vpnsOf(interconnect.request.flows));
  heartbeat();
  const others = await listOthers(deps, interconnectId);
  const subject = removes
    ? takenAway(interconnect, given)
    : await realiseInterconnect(deps, interconnect, running, others, current);
  const shared = vpnsOf(subject.flows);
  const neighbours = others.filter(({ flows }) => flows.some(({ from, to }) => shared.has(from) || shared.has(to)));

  const { held, sizes, unread } = removes
    ? { held: undefined, sizes: {}, unread: [] }
    : await readHeldTables(deps, { inventory, running, flows: subject.flows });
  heartbeat();

  const job: PlanJob = {
    network: { inventory, running, required: requiredVpns(kind, subject) },
    active: others,
    ...(removes ? {} : { covered: await store.listCoveredVrfs(neighbours.map(({ id }) => id)) }),
    subject,
    kind,
    procedures,
    id: await store.nextPlanId(changeId),
    changeId,
    window: { notBefore, confirmTimeoutSeconds: current.backbone.confirmTimeoutSeconds },
    inventoryVersion: version,
    // Of what was imported, and not of what could be read of it.
    inventoryDigest: digestOf(current),
    left,
    told: [
      ...told,
      ...(removes ? [] : rangesInWords(interconnect.request.flows, subject.flows)),
      ...unread,
      ...roundedTimers(inventory),
    ],
    ...(held === undefined ? {} : { held }),
    ...(Object.keys(sizes).length === 0 ? {} : { sizes }),
    createdAt: deps.now().toISOString(),
    createdBy: plannedBy as PersonId,
  };
  const plan = await deps.planner
    .plan(job, Context.current().cancellationSignal)
    .catch((error: unknown) => nothingToDo(error, kind));
  if (plan === null) return nothingToPush(deps, request, whenClean(left, scrapped), left);
  const sealed = await keepPlan(deps, job, plan, texts);
  await tell(deps, request, sealed);
  return { planId: sealed.id, reason: describeVerdict(sealed), left };
}

/** With what is sent to each router, what it stood on as the routers gave it, and the record from which anybody can make it again. */
async function keepPlan(
  deps: ActivityDependencies,
  job: PlanJob,
  plan: Plan,
  texts: NetworkReading['texts'],
): Promise<Plan> {
  const { changeId, createdAt: readAt, id: reader } = plan;
  const payloads = renderPayloads(plan, job.network.running);
  const sealed = sealPayloads(plan, payloads);
  const given = { ...job, readings: digestsOf(texts) };
  const { text, digest } = await deps.planner.record({ given, plan: sealed }, Context.current().cancellationSignal);
  await keepReadings(deps, texts, changeId, new Set(plan.routers.map(({ pe }) => pe)));
  await deps.store.saveReadings([{ kind: 'plan', pe: null, reader, changeId, readAt, text }]);
  await deps.store.savePlan(sealed, payloads, digest);
  return sealed;
}

const digestsOf = (texts: NetworkReading['texts']) =>
  Object.fromEntries([...texts].map(([pe, { readAt, text }]) => [pe, { readAt, digest: digestOfText(text) }]));

/** A removal that finds nothing to take away is done; anything else that changes nothing is a mistake. */
function nothingToDo(error: unknown, kind: ChangeKind): null {
  if (error instanceof WaslError && error.code === 'PLAN_EMPTY' && onlyTakesAway(kind)) return null;
  throw error;
}

/** Written down here: the one who carries it on is not believed. */
async function nothingToPush(
  { store }: ActivityDependencies,
  { changeId }: PlanRequest,
  reason: string,
  left: readonly LeftRouter[],
): Promise<PlanSummary> {
  await store.saveFinding(changeId, { by: 'planning', outcome: 'applied', reason, code: null, left }, null);
  return { planId: null, reason, left };
}

/** Only what was read is known to be clean. */
function whenClean(left: readonly LeftRouter[], scrapped: readonly PeName[]): string {
  if (left.length > 0) return 'the routers that were read are clean';
  if (scrapped.length > 0) return 'nothing of it is on a router that was not scrapped';
  return 'every router that carried it was read, and nothing of it is there';
}

async function tell({ store }: ActivityDependencies, { interconnectId, changeId }: PlanRequest, plan: Plan) {
  const { routers, gained, lost, left = [], remains = [], told = [] } = plan;
  const counts = `${plan.id}: ${countOf(routers.length, 'router')}, ${gained.length} gained, ${lost.length} lost`;
  const notes = [
    ...left.map(({ pe, reason }) => `${pe} is left for later: ${reason}`),
    ...remains.map((one) => describeRemaining(one)),
    ...told,
  ];
  const at = { interconnectId, changeId, pe: null, stage: 'plan', elapsedMs: null } as const;
  await store.appendProgress([
    ...notes.map((message) => ({ ...at, status: 'info' as const, message })),
    { ...at, status: 'done', message: counts },
  ]);
}

export const vpnsOf = (flows: readonly { readonly from: VpnId; readonly to: VpnId }[]): ReadonlySet<VpnId> =>
  new Set(flows.flatMap(({ from, to }) => [from, to]));

/** A VPN that changed hands since the request: its new owner has agreed to nothing. */
function requireOwners(interconnect: InterconnectRecord, inventory: Inventory): void {
  const owners = ownersOf(interconnect, inventory);
  if (owners.join() === [...interconnect.parties].sort().join()) return;
  const fact = `the VPNs of ${interconnect.id} belong to ${owners.join(' and ')} now; ${interconnect.parties.join(' and ')} agreed to it`;
  throw new WaslError('APPROVAL_PARTY', fact, { path: interconnect.id });
}

/** What runs of the others: one that has a change in hand may or may not be on the routers. */
export async function listOthers({ store }: ActivityDependencies, interconnectId: RealisedInterconnect['id']) {
  const realised = await store.listRealised();
  return realised
    .filter((other) => other.id !== interconnectId)
    .map(({ id, parties, flows, settled }) => ({ id, parties, flows, settled }));
}

/** A third party's missing VRF opens nothing, and what is to go may be gone already: only what is to be joined must be there. */
export function requiredVpns(kind: ChangeKind, subject: RealisedInterconnect): ReadonlySet<VpnId> {
  return onlyTakesAway(kind) ? new Set() : vpnsOf(subject.flows);
}

function renderPayloads(plan: Plan, running: ReadonlyMap<PeName, readonly RunningVrf[]>): Payload[] {
  return plan.routers.map((router) => ({
    pe: router.pe,
    xml: renderEdits(
      router.platform,
      router.vrfs.map((delta) => {
        const vrf = running.get(router.pe)?.find((candidate) => candidate.name === delta.vrf);
        if (vrf === undefined) throw new WaslError('VRF_MISSING', `${router.pe} has no VRF ${delta.vrf}`);
        const { retires } = delta;
        return { running: vrf, wanted: delta.after, ...(retires === undefined ? {} : { retires }) };
      }),
    ),
  }));
}
