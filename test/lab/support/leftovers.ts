/** What a run must not leave behind: on the routers, as FRR and as another NETCONF client see it, and in wasl's record. */
import { changeByOther, holdLock, importByHand, leavePending, readByOther, whatIsStuck } from './other-client.ts';
import { ADMIN, decidePlan, type FlowInput, planned, settled } from './people.ts';
import type { LabStage } from './stage.ts';

/** Where an interconnect may rest when a run is over. */
const ENDED: readonly string[] = ['withdrawn', 'expired', 'rejected'];
/** As many as the API lists at once. */
const LISTED_MAX = 200;
/** FRR follows NETCONF within a second; a leak that was planted is not waited for. */
const PLANTED_SECONDS_MAX = 2;

/** NETCONF's running, by PE. */
export type Datastores = ReadonlyMap<string, string>;

export async function readDatastores({ pes }: LabStage): Promise<Datastores> {
  return new Map(await Promise.all(pes.map(async (pe) => [pe, await readByOther(pe)] as const)));
}

/** One sentence each; empty when everything is as before. */
export async function findLeftovers(
  stage: LabStage,
  datastores: Datastores,
  secondsMax?: number,
): Promise<readonly string[]> {
  const [lines, now, held] = await Promise.all([
    stage.changedSince(undefined, secondsMax),
    readDatastores(stage),
    heldByRecord(stage),
  ]);
  const stuck = await Promise.all(stage.pes.map(async (pe) => [pe, await whatIsStuck(pe)] as const));
  return [
    ...lines.map((line) => `FRR differs from the start: ${line}`),
    ...stage.pes.filter((pe) => now.get(pe) !== datastores.get(pe)).map((pe) => `${pe}: NETCONF's running differs`),
    ...held,
    ...stuck.flatMap(([pe, reason]) => (reason === null ? [] : [`${pe}: nobody can commit: ${reason}`])),
  ];
}

async function heldByRecord(stage: LabStage): Promise<string[]> {
  const client = await stage.wasl.clientOf(ADMIN);
  const found: string[] = [];
  for (const { id } of await client.listInterconnects({ limit: LISTED_MAX })) {
    const { routeTargets, lifecycle, reason } = await client.readInterconnect(id);
    if (!ENDED.includes(lifecycle)) found.push(`${id} is ${lifecycle}: ${reason ?? 'no reason given'}`);
    if (routeTargets !== null) found.push(`${id} (${lifecycle}) still holds ${routeTargets.length} route targets`);
  }
  return found;
}

/**
 * Plants one of each on the l3vpn lab (an import by hand, a lock, a confirmed commit that pends, route targets of a plan that nobody decided),
 * looks, and takes them away. Throws when one of them was not seen: a check that cannot fail says nothing.
 */
export async function proveLeftoversAreFound(
  stage: LabStage,
  datastores: Datastores,
  flows: readonly FlowInput[],
): Promise<readonly string[]> {
  const { wasl } = stage;
  const undo: (() => Promise<unknown>)[] = [];
  let found: readonly string[];
  try {
    const id = await planned(wasl, flows);
    undo.push(async () => {
      await decidePlan(wasl, id, 'reject');
      await settled(wasl, id);
    });
    await changeByOther('pe1', importByHand('create'));
    undo.push(() => changeByOther('pe1', importByHand('delete')));
    undo.push(await leavePending('pe2', importByHand('create')));
    undo.push(await holdLock('pe3'));
    found = await findLeftovers(stage, datastores, PLANTED_SECONDS_MAX);
  } finally {
    for (const each of undo.reverse()) await each();
  }
  const wanted = [
    /^FRR differs from the start: pe1: \+ .*65000:777/,
    /^pe1: NETCONF's running differs/,
    /^pe2: nobody can commit/,
    /^pe3: nobody can commit/,
    /^IC-\d+ is planned/,
    /still holds 2 route targets/,
  ];
  const missed = wanted.filter((pattern) => !found.some((sentence) => pattern.test(sentence)));
  if (missed.length > 0) throw new Error(`planted and not found: ${missed.join(', ')}; found: ${found.join('; ')}`);
  return found;
}
