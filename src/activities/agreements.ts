import { CHANGE_KIND_RULES } from '../domain/change-kinds.ts';
import { isEnd } from '../domain/lifecycle.ts';
import { isRange } from '../domain/scope.ts';
import { wordOf } from '../domain/standing.ts';
import type { AuditedAgreement } from '../proof/audit-network.ts';
import type { Agreement } from '../proof/matrix.ts';
import type { InterconnectRecord, Store } from '../store/store.ts';

/** Rows of one page of the register. */
const PAGE = 1_000;

/** What of the register may be on the network, or is to be. */
export async function readAgreements(store: Pick<Store, 'listInterconnects'>): Promise<AuditedAgreement[]> {
  const agreements: AuditedAgreement[] = [];
  for (let before: InterconnectRecord['id'] | undefined; ; ) {
    const page = await store.listInterconnects({
      unfinished: true,
      limit: PAGE,
      ...(before === undefined ? {} : { before }),
    });
    agreements.push(...page.flatMap((record) => agreementOf(record) ?? []));
    before = page.at(-1)?.id;
    if (page.length < PAGE) return agreements.sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

type RegisterEntry = Pick<InterconnectRecord, 'id' | 'lifecycle' | 'flows' | 'request' | 'underWay' | 'withdrawal'>;

/** null where it has ended. */
export function agreementOf({
  id,
  lifecycle,
  flows,
  request,
  underWay,
  withdrawal,
}: RegisterEntry): AuditedAgreement | null {
  if (isEnd(lifecycle)) return null;
  const ranges = request.flows.flatMap(({ from, to, prefixes }) =>
    prefixes === 'whole-vpn' ? [] : prefixes.filter(isRange).map((range) => ({ from, to, range })),
  );
  return {
    ...{ id, state: wordOf({ lifecycle, change: underWay, withdrawal }), standing: standingOf(lifecycle, underWay) },
    validUntil: request.validUntil,
    flows: flows ?? request.flows.map((flow) => ({ ...flow, routeTarget: null })),
    ...(ranges.length === 0 ? {} : { ranges }),
  };
}

function standingOf(
  lifecycle: InterconnectRecord['lifecycle'],
  underWay: RegisterEntry['underWay'],
): Agreement['standing'] {
  if (underWay !== null) {
    const { kind, phase } = underWay;
    // A removal may have reached some PEs and wait for others: what is to go is not missed.
    if (phase === 'applying' || phase === 'attention' || CHANGE_KIND_RULES[kind].onlyTakesAway) return 'changing';
  }
  if (lifecycle === 'active') return 'on-network';
  return lifecycle === 'suspended' ? 'suspended' : 'planned';
}

/**
 * The register around a reading that took a while. What moved meanwhile was changing: whether its routes were there or not says nothing,
 * also of one that ended between the two.
 */
export function settleAgreements<T extends Agreement>(before: readonly T[], after: readonly T[]): T[] {
  const earlier = new Map(before.map((agreement) => [agreement.id, agreement]));
  const later = new Set(after.map(({ id }) => id));
  const ended = before
    .filter(({ id }) => !later.has(id))
    .map((agreement) => ({ ...agreement, standing: 'changing' as const }));
  const settled = after.map((agreement): T => {
    const was = earlier.get(agreement.id)?.standing;
    return was === agreement.standing ? agreement : { ...agreement, standing: 'changing' };
  });
  return [...settled, ...ended];
}
