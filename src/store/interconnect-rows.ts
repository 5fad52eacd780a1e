import { and, desc, eq, lt, notInArray, or, type SQL, sql } from 'drizzle-orm';
import { digestOf } from '../domain/canonical-json.ts';
import type { ChangePhase } from '../domain/change.ts';
import { onlyTakesAway } from '../domain/change-kinds.ts';
import { LIFECYCLE_ENDS } from '../domain/lifecycle.ts';
import type { EntityId, InterconnectId, VpnId } from '../domain/names.ts';
import type { Prefix } from '../domain/prefix.ts';
import type { InterconnectRequest, RealisedFlow } from '../domain/request.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import { resolveScope } from '../domain/scope.ts';
import { WaslError } from '../errors.ts';
import type { Database, StoreTransaction } from './database.ts';
import { appendFacts } from './ledger-rows.ts';
import { agreements, interconnects } from './schema.ts';
import type { InterconnectRecord, Store } from './store.ts';
import { vpnOwners } from './vpn-owners.ts';

/** Rows of one listing: more is not read by a person; `before` gets the next page. */
const INTERCONNECTS_PAGE_MAX = 1_000;
const INTERCONNECTS_PAGE_DEFAULT = 100;
/** More than a national network carries; a proof over more is a proof over something else. */
const REALISED_MAX = 200_000;

interface FlowTarget {
  readonly from: VpnId;
  readonly to: VpnId;
  readonly routeTarget: RouteTarget;
  readonly prefixes: readonly Prefix[] | null;
}

/** With the agreement in force and its route targets: one query. The names are spelt out for the inner scope. */
const interconnectColumns = {
  number: interconnects.number,
  id: interconnects.id,
  request: agreements.request,
  requestDigest: agreements.digest,
  agreementVersion: interconnects.agreementVersion,
  firstParty: interconnects.firstParty,
  secondParty: interconnects.secondParty,
  requestedBy: interconnects.requestedBy,
  requestedByEntity: interconnects.requestedByEntity,
  bodyDigest: interconnects.bodyDigest,
  lifecycle: interconnects.lifecycle,
  reason: interconnects.reason,
  withdrawnBy: interconnects.withdrawnBy,
  withdrawalReason: interconnects.withdrawalReason,
  withdrawnAt: interconnects.withdrawnAt,
  withdrawalSignature: interconnects.withdrawalSignature,
  drivenAt: interconnects.drivenAt,
  createdAt: interconnects.createdAt,
  updatedAt: interconnects.updatedAt,
  underWay: sql<InterconnectRecord['underWay']>`(
    select json_build_object('kind', c.kind, 'phase', c.phase, 'recovery', c.recovery) from changes c
    where c.interconnect_id = "interconnects"."id" and c.outcome is null
  )`,
  targets: sql<FlowTarget[]>`(
    select coalesce(json_agg(json_build_object('from', rt.from_vpn, 'to', rt.to_vpn, 'routeTarget', rt.route_target, 'prefixes', rt.prefixes)), '[]')
    from route_targets rt where rt.interconnect_id = "interconnects"."id" and rt.released_at is null
  )`,
};

type InterconnectRow = Awaited<ReturnType<typeof selectInterconnects>>[number];

function selectInterconnects(
  db: Pick<StoreTransaction, 'select'>,
  where: SQL | undefined,
  limit = INTERCONNECTS_PAGE_MAX,
) {
  return db
    .select(interconnectColumns)
    .from(interconnects)
    .innerJoin(
      agreements,
      and(eq(agreements.interconnectId, interconnects.id), eq(agreements.version, interconnects.agreementVersion)),
    )
    .where(where)
    .orderBy(desc(interconnects.number))
    .limit(limit);
}

/**
 * null unless every flow has its route target. A route target belongs to its flow, whatever other flows come and go. Of the networks that planning
 * found in a range, none counts that was not signed.
 */
export function realiseFlows(
  request: InterconnectRequest,
  targets: readonly FlowTarget[],
): readonly RealisedFlow[] | null {
  const flows = request.flows.flatMap((flow) => {
    const own = targets.find(({ from, to }) => from === flow.from && to === flow.to);
    if (own === undefined) return [];
    return [{ ...flow, prefixes: resolveScope(flow.prefixes, own.prefixes ?? []), routeTarget: own.routeTarget }];
  });
  return flows.length === request.flows.length ? flows : null;
}

function toRecord(row: InterconnectRow): InterconnectRecord {
  const { withdrawnBy, withdrawalReason, withdrawnAt, withdrawalSignature: signature } = row;
  return {
    id: row.id,
    request: row.request,
    requestDigest: row.requestDigest,
    agreementVersion: row.agreementVersion,
    parties: [row.firstParty, row.secondParty],
    requestedBy: row.requestedBy,
    requestedByEntity: row.requestedByEntity,
    lifecycle: row.lifecycle,
    reason: row.reason,
    withdrawal:
      withdrawnBy === null || withdrawnAt === null
        ? null
        : { by: withdrawnBy, reason: withdrawalReason ?? '', at: withdrawnAt.toISOString(), signature },
    flows: realiseFlows(row.request, row.targets),
    underWay: row.underWay,
    drivenAt: row.drivenAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** It made the agreement, or owns a VPN of it today. */
const isOf = (party: EntityId, vpns: readonly VpnId[]): SQL | undefined =>
  or(
    eq(interconnects.firstParty, party),
    eq(interconnects.secondParty, party),
    vpns.length === 0
      ? undefined
      : sql`exists (
          select from json_array_elements("agreements"."request" -> 'flows') flow
          where flow ->> 'from' in ${[...vpns]} or flow ->> 'to' in ${[...vpns]}
        )`,
  );

const unknownInterconnect = (id: InterconnectId) =>
  new WaslError('INTERCONNECT_UNKNOWN', `there is no interconnect ${id}`);

/**
 * Locks the row until the store transaction ends: whoever changes something about an interconnect does so alone. Rows that refer to
 * it can be written meanwhile: progress does not wait. Throws INTERCONNECT_UNKNOWN.
 */
export async function lockInterconnect(tx: StoreTransaction, id: InterconnectId): Promise<InterconnectRecord> {
  await tx.select({ id: interconnects.id }).from(interconnects).where(eq(interconnects.id, id)).for('no key update');
  return findInterconnect(tx, id);
}

export async function findInterconnect(
  db: Pick<StoreTransaction, 'select'>,
  id: InterconnectId,
  isSeen?: SQL,
): Promise<InterconnectRecord> {
  const [row] = await selectInterconnects(db, and(eq(interconnects.id, id), isSeen));
  if (row === undefined) throw unknownInterconnect(id);
  return toRecord(row);
}

/** On the network, or on its way to or from it: planning must count with what they carry. */
const ON_NETWORK = sql`("interconnects"."lifecycle" = 'active' or exists (
  select 1 from changes c where c.interconnect_id = "interconnects"."id" and c.phase in ('applying', 'attention')
))`;

/** Phases in which a change may be on some routers and not on others. */
const AT_ROUTERS: readonly ChangePhase[] = ['applying', 'attention'];

export function interconnectQueries(
  database: Database,
): Pick<
  Store,
  'createInterconnect' | 'findSubmission' | 'readInterconnect' | 'readOwners' | 'listInterconnects' | 'listRealised'
> {
  const owners = vpnOwners(database);
  const seenBy = async (party: EntityId | undefined): Promise<SQL | undefined> =>
    party === undefined ? undefined : isOf(party, (await owners()).vpnsOf(party));

  return {
    createInterconnect: (input) =>
      database.transact(async (tx) => {
        const { request, requestedBy, requestedByEntity, idempotencyKey } = input;
        const [one, other] = input.parties;
        const [firstParty, secondParty] = one < other ? [one, other] : [other, one];
        const bodyDigest = digestOf({ request, parties: [firstParty, secondParty], requestedByEntity });
        const sameKey = and(
          eq(interconnects.requestedBy, requestedBy),
          eq(interconnects.idempotencyKey, idempotencyKey),
        );
        const again = await selectInterconnects(tx, sameKey);
        if (again[0] !== undefined) return firstAnswer(again[0], bodyDigest);

        const at = database.clock();
        const times = { createdAt: at, updatedAt: at };
        const requestDigest = digestOf(request);
        const inserted = await tx
          .insert(interconnects)
          .values({
            ...{ firstParty, secondParty, requestedBy, requestedByEntity },
            ...{ idempotencyKey, bodyDigest, lifecycle: 'requested', ...times },
          })
          .onConflictDoNothing()
          .returning({ id: interconnects.id });
        if (inserted[0] === undefined) {
          // The same request at the same moment: it has committed by now, or the insert would still wait for it.
          const [winner] = await selectInterconnects(tx, sameKey);
          if (winner === undefined) throw new WaslError('DATABASE_UNAVAILABLE', 'the same request was rolled back');
          return firstAnswer(winner, bodyDigest);
        }
        const { id } = inserted[0];
        await tx.insert(agreements).values({
          interconnectId: id,
          version: 1,
          request,
          digest: requestDigest,
          proposedBy: requestedBy,
          proposedAt: at,
        });
        const body = { requestDigest, request, parties: [firstParty, secondParty], entity: requestedByEntity };
        const interconnect = await findInterconnect(tx, id);
        await appendFacts(tx, at, [{ actor: requestedBy, action: 'request.submitted', subject: id, body }]);
        return { interconnect, created: true };
      }),

    async findSubmission(requestedBy, idempotencyKey) {
      const sameKey = and(eq(interconnects.requestedBy, requestedBy), eq(interconnects.idempotencyKey, idempotencyKey));
      const [row] = await database.read((db) => selectInterconnects(db, sameKey));
      return row === undefined ? null : toRecord(row);
    },

    async readInterconnect(id, party) {
      const isSeen = await seenBy(party);
      return database.read((db) => findInterconnect(db, id, isSeen));
    },

    async readOwners({ flows }) {
      const { ownerOf } = await owners();
      const of = flows.flatMap(({ from, to }) => [ownerOf(from), ownerOf(to)]).filter((owner) => owner !== null);
      return [...new Set(of)].sort();
    },

    async listInterconnects(filter = {}) {
      const { party, lifecycle, unfinished, before, limit = INTERCONNECTS_PAGE_DEFAULT } = filter;
      const conditions: (SQL | undefined)[] = [await seenBy(party)];
      if (lifecycle !== undefined) conditions.push(eq(interconnects.lifecycle, lifecycle));
      if (unfinished) conditions.push(notInArray(interconnects.lifecycle, [...LIFECYCLE_ENDS]));
      if (before !== undefined) conditions.push(lt(interconnects.number, numberOf(before)));
      const rows = await database.read((db) =>
        selectInterconnects(db, and(...conditions), Math.min(limit, INTERCONNECTS_PAGE_MAX)),
      );
      return rows.map(toRecord);
    },

    async listRealised() {
      const rows = await database.read((db) => selectInterconnects(db, ON_NETWORK, REALISED_MAX));
      return rows
        .map(toRecord)
        .reverse()
        .flatMap(({ id, parties, flows, lifecycle, underWay }) => {
          const isMoving = underWay !== null && (onlyTakesAway(underWay.kind) || AT_ROUTERS.includes(underWay.phase));
          const settled = lifecycle === 'active' && !isMoving;
          return flows === null ? [] : [{ id, parties, flows, lifecycle, settled }];
        });
    },
  };
}

function firstAnswer(row: InterconnectRow, bodyDigest: string) {
  if (row.bodyDigest !== bodyDigest) {
    throw new WaslError(
      'REQUEST_CONFLICT',
      `the idempotency key was used for ${row.id}, which asks for something else`,
    );
  }
  return { interconnect: toRecord(row), created: false };
}

/** Throws INTERCONNECT_UNKNOWN for what is no id. */
function numberOf(id: InterconnectId): number {
  const digits = /^IC-(\d{4,9})$/.exec(id)?.[1];
  if (digits === undefined) throw unknownInterconnect(id);
  return Number(digits);
}
