import { checkRequest } from '../domain/check-request.ts';
import type { EntityId } from '../domain/names.ts';
import type { InterconnectRequest } from '../domain/request.ts';
import type { Parties, RequestFindings, RequestReader } from '../domain/request-findings.ts';
import { WaslError } from '../errors.ts';
import type { InterconnectRecord, Store } from '../store/store.ts';
import type { Principal } from './authentication.ts';
import { isPartyOnly } from './authorisation.ts';
import { requireInventory } from './routes/inventory-routes.ts';

/** Newest first. What lies beyond is met by the proofs of the plan. */
const AGREEMENTS_MAX = 1_000;

/** What is known about a request without a router, as the caller may read it. `itself`: the request as it is in the register. */
export async function examineRequest(
  store: Store,
  request: InterconnectRequest,
  caller: Principal,
  now: Date,
  itself: InterconnectRecord | null = null,
): Promise<RequestFindings> {
  const { inventory } = await requireInventory(store);
  const entities = new Set(
    request.flows.flatMap(({ from, to }) =>
      inventory.vpns.flatMap(({ id, entity }) => (id === from || id === to ? [entity] : [])),
    ),
  );
  const list = (filter: { party?: EntityId; lifecycle?: 'requested'; unfinished?: boolean }) =>
    store.listInterconnects({ ...filter, limit: AGREEMENTS_MAX });
  const [targets, policies, acceptances, waiting, ...ofParties] = await Promise.all([
    store.countRouteTargets(),
    store.listPolicies(),
    store.listAcceptances(),
    list({ lifecycle: 'requested' }),
    ...[...entities].map((party) => list({ party, unfinished: true })),
  ]);
  const others = (records: readonly InterconnectRecord[]) => records.filter(({ id }) => id !== itself?.id);
  const agreements = new Map(others(ofParties.flat()).map((record) => [record.id, record]));
  const register = {
    policy: { published: policies.filter(({ publishedBy }) => publishedBy !== null), acceptances },
    // Those that the request holds already are there for it.
    freeRouteTargets: targets.free + (itself?.flows?.length ?? 0),
    awaitedRouteTargets: others(waiting).reduce((sum, { flows, request: other }) => {
      return sum + (flows === null ? other.flows.length : 0);
    }, 0),
    agreements: [...agreements.values()].map(({ id, parties, lifecycle, request: other }) => {
      return { id, parties, lifecycle, flows: other.flows, validUntil: other.validUntil };
    }),
  };
  return checkRequest(request, { inventory, register, now, reader: readerOf(caller) });
}

/** The first fault gives code, path and status; all of them are in `details.issues`. */
export function refuseFaults({ parties, errors }: RequestFindings): Parties {
  const [first] = errors;
  if (first === undefined) {
    if (parties === null) throw new TypeError('a request without a fault has its parties');
    return parties;
  }
  const { code, path, remedy } = first;
  const fact = errors.length === 1 ? first.fact : `${first.fact} (and ${errors.length - 1} more)`;
  throw new WaslError(code, fact, { path, remedy, details: { issues: errors, total: errors.length } });
}

function readerOf(caller: Principal): RequestReader {
  // A person of no entity is no party of anything: the route of a party refuses it before.
  return isPartyOnly(caller) && caller.entity !== null ? caller.entity : 'network';
}
