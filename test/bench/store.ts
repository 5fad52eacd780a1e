/** What the journal's promises cost over a bare INSERT of the same rows, on the same server, as durable. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { JournalEntry, ProgressEvent } from '../../src/domain/change.ts';
import type { ChangeId, EntityId, InterconnectId, PeName, PersonId } from '../../src/domain/names.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { stopAtEnd } from './ending.ts';
import { benchRequest } from './network/backbone-inventory.ts';
import { median, type Print, printTable, type SuiteResult, spread } from './report.ts';

const ROUNDS = 100;
const SIZES = [1, 4, 40] as const;

interface Subject {
  readonly interconnectId: InterconnectId;
  readonly changeId: ChangeId;
  readonly epoch: number;
}

export async function benchStore(print: Print): Promise<SuiteResult> {
  const directory = await mkdtemp(join(tmpdir(), 'wasl-bench-store-'));
  const starting = startEmbeddedPostgres({ directory });
  const stop = stopAtEnd(async () => {
    // A signal while it starts: it is waited for, and stopped.
    const server = await starting.catch(() => null);
    await server?.stop();
    await rm(directory, { recursive: true, force: true });
  });
  try {
    const server = await starting;
    await migrate(server.databaseUrl);
    const store = await openStore({ databaseUrl: server.databaseUrl, clock: () => new Date() });
    const client = new pg.Client({ connectionString: server.databaseUrl });
    await client.connect();
    try {
      return await compare(store, client, print);
    } finally {
      await client.end();
      await store.close();
    }
  } finally {
    await stop();
  }
}

async function compare(store: Store, client: pg.Client, print: Print): Promise<SuiteResult> {
  const subject = await openSubject(store);
  const body: string[][] = [];
  const rows = [];
  for (const size of SIZES) {
    const tasks = {
      bareJournal: () => bareInsert(client, journalRows(subject, size)),
      journal: () => store.appendJournal(journalRows(subject, size), subject.epoch),
      progress: () => store.appendProgress(progressEvents(subject, size)),
    };
    const all = await inTurn(tasks);
    const of = (name: keyof typeof tasks) => all.get(name) ?? [];
    body.push([`${size} rows`, ...[of('bareJournal'), of('journal'), of('progress')].map((each) => spread(each, 2))]);
    const bare = median(of('bareJournal'));
    rows.push(
      { name: `journal append of ${size}`, peer: 'bare INSERT', ratio: bare / median(of('journal')) },
      { name: `progress append of ${size}`, peer: 'bare INSERT', ratio: bare / median(of('progress')) },
    );
  }
  print(`store: milliseconds of one durable write, median (min–max) of ${ROUNDS} taken in turn`);
  printTable(print, ['', 'bare INSERT', 'appendJournal', 'appendProgress'], body);
  return { rows };
}

async function inTurn<Name extends string>(
  tasks: Readonly<Record<Name, () => Promise<unknown>>>,
): Promise<ReadonlyMap<Name, readonly number[]>> {
  const entries = Object.entries(tasks) as [Name, () => Promise<unknown>][];
  const all = new Map<Name, number[]>(entries.map(([name]) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, task] of entries) {
      const from = performance.now();
      await task();
      all.get(name)?.push(performance.now() - from);
    }
  }
  return all;
}

async function openSubject(store: Store): Promise<Subject> {
  const { interconnect } = await store.createInterconnect({
    request: benchRequest(),
    parties: ['MOF', 'MOH'] as unknown as readonly [EntityId, EntityId],
    requestedBy: 'moh-portal-1' as PersonId,
    requestedByEntity: 'MOH' as EntityId,
    idempotencyKey: randomUUID(),
  });
  const { id: interconnectId } = interconnect;
  await store.openChange(interconnectId, 'provision', 'moh-portal-1');
  const [change] = await store.listChanges(interconnectId);
  if (change === undefined) throw new Error('a change was opened');
  const changeId = change.id;
  const { epoch } = await store.claimJournal(changeId);
  return { interconnectId, changeId, epoch };
}

const peNames = (size: number): PeName[] => Array.from({ length: size }, (_, index) => `pe${index + 1}` as PeName);

function journalRows({ changeId }: Subject, size: number): Omit<JournalEntry, 'at'>[] {
  return peNames(size).map((pe) => ({
    changeId,
    pe,
    state: 'commit-sent',
    procedure: 'confirmed-commit-persist',
    persistId: `wasl-${randomUUID()}`,
    detail: null,
  }));
}

function progressEvents({ changeId, interconnectId }: Subject, size: number): Omit<ProgressEvent, 'sequence' | 'at'>[] {
  const at = { interconnectId, changeId, stage: 'commit', status: 'started' } as const;
  return peNames(size).map((pe) => ({ ...at, pe, message: 'commit', elapsedMs: null }));
}

function bareInsert(client: pg.Client, rows: readonly Omit<JournalEntry, 'at'>[]): Promise<unknown> {
  const values = rows.flatMap((row) => [row.changeId, row.pe, row.state, row.procedure, row.persistId, new Date()]);
  const tuples = rows.map((_, row) => `(${Array.from({ length: 6 }, (__, at) => `$${row * 6 + at + 1}`).join(', ')})`);
  const text = `insert into journal (change_id, pe, state, procedure, persist_id, at) values ${tuples.join(', ')}`;
  return client.query(text, values);
}
