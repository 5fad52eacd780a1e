import { describeOverdueAudit } from '../domain/audit.ts';
import { countOf } from '../domain/count-of.ts';
import { describeTroubles, OVERDUE_AFTER_MS } from '../domain/trouble.ts';
import { describeClocks, describeWorkers, takesWork } from '../domain/worker.ts';
import type { ApiDependencies } from './server-types.ts';
import type { Ready } from './wire.ts';

/** A probe of a load balancer waits some seconds; what answers later is as good as away. */
const LOOK_MS = 2_000;
/** What a workflow has not heard after this was lost. */
const UNHEARD_MS = 10_000;

/** People ask for audits between those of the schedule. */
const AUDITS_LOOKED_AT = 20;

/** What works here now, in words too. Only a lost database takes this process out of service: without the rest reads still work. */
export async function readReadiness({
  store,
  driver,
  clock,
  codecTroubles,
}: Pick<ApiDependencies, 'store' | 'driver' | 'clock' | 'codecTroubles'>): Promise<Ready> {
  const [writable, workers, engine, unheard, strangers, troubled, audits, reviewed] = await Promise.all([
    within(store.isWritable()),
    within(store.listWorkers()),
    within(driver.ping()),
    within(store.listUndriven(new Date(clock().getTime() - UNHEARD_MS))),
    within(driver.listStrangers()),
    within(store.countTroubled(new Date(clock().getTime() - OVERDUE_AFTER_MS))),
    within(store.listAudits(AUDITS_LOOKED_AT)),
    within(store.readLedgerReview()),
  ]);
  const database = writable === null ? 'down' : writable ? 'up' : 'read-only';
  // A database that takes no writes does not hear the workers.
  const working = workers === null || database !== 'up' ? 'unknown' : workers.some(takesWork) ? 'up' : 'down';
  const says = [
    ...(database === 'down' ? ['the database does not answer: nothing works here'] : []),
    ...(database === 'read-only'
      ? ['the database takes no writes: what is shown is kept, and nothing can be decided']
      : []),
    ...(engine === null
      ? ['the workflow server does not answer: decisions are kept, and nothing moves until it is back']
      : []),
    ...(engine === 'no namespace'
      ? [
          'the workflow server has no namespace of this name: decisions are kept, and nothing moves until somebody creates it',
        ]
      : []),
    ...(working === 'down'
      ? [`${describeWorkers(workers ?? [])}: nothing is planned, pushed or read from routers`]
      : []),
    ...describeClocks(workers ?? []),
  ];
  const unreadable = codecTroubles?.current() ?? null;
  if (unreadable !== null) says.push(unreadable);
  const undriven = unheard?.length ?? 0;
  if (undriven > 0) {
    const which = unheard?.slice(0, 3).join(', ');
    const [waits, them] = undriven === 1 ? ['waits', 'it'] : ['wait', 'them'];
    const anew = engine === 'up' && working === 'up' ? `: the watchdog begins ${them} anew` : '';
    says.push(`${countOf(undriven, 'interconnect')} ${waits} for a workflow that has not looked (${which})${anew}`);
  }
  for (const { installation, interconnects } of strangers ?? []) {
    says.push(
      `${countOf(interconnects, 'interconnect')} of installation ${installation} ${interconnects === 1 ? 'runs' : 'run'} on this Temporal: another one's, or this one's before its database was restored (wasl installation show)`,
    );
  }
  if (troubled !== null) says.push(...describeTroubles(troubled));
  const [last] = audits ?? [];
  const audit = last === undefined ? null : { verdict: last.result.verdict, at: last.at };
  if (audit?.verdict === 'fail') {
    says.push(`the audit of ${audit.at} found the network not as agreed (wasl audit --last)`);
  }
  const overdue = describeOverdueAudit(audits ?? [], clock());
  if (overdue !== null) says.push(overdue);
  const ledger = reviewed && { verdict: reviewed.verdict, at: reviewed.at };
  if (reviewed?.verdict === 'fail') {
    const places = countOf(reviewed.findings.length, 'place');
    says.push(`by the review of ${reviewed.at} the record is not what was recorded, in ${places} (wasl ledger verify)`);
  }
  const status = database === 'down' ? 'unavailable' : says.length > 0 ? 'degraded' : 'ready';
  return {
    status,
    database,
    workflows: engine === 'up' ? 'up' : 'down',
    workers: working,
    undriven,
    audit,
    ledger,
    says,
  };
}

async function within<T>(look: Promise<T>): Promise<T | null> {
  const patience = AbortSignal.timeout(LOOK_MS);
  const late = new Promise<null>((resolve) => patience.addEventListener('abort', () => resolve(null)));
  return Promise.race([look.catch(() => null), late]);
}
