import type { Command } from 'commander';
import type { ApiClient } from '../../api/client.ts';
import { countOf } from '../../domain/count-of.ts';
import type { LedgerFinding } from '../../domain/ledger-review.ts';
import { WaslError } from '../../errors.ts';
import { type Checkpoint, parseCheckpoint } from '../../ledger/checkpoint.ts';
import { type LedgerRead, type ReviewedLedger, reviewLedger, type Trust } from '../../ledger/review-ledger.ts';
import type { Verifier } from '../../ledger/signed-note.ts';
import { readStamp, readTrust } from '../../signatures/index.ts';
import { EXIT } from '../exit-codes.ts';
import { ledgerOf, readLedgerFile, writeLedgerFile } from '../ledger-file.ts';
import { readDocument, readText } from '../read-document.ts';
import type { CliSession } from '../session.ts';
import { formatTable } from '../table.ts';
import { parseCount } from './interconnect-commands.ts';
import { addWitness, parseLogKey } from './witness-commands.ts';

interface VerifyOptions {
  readonly logKey?: Verifier;
  readonly witness?: readonly Verifier[];
  readonly against?: readonly string[];
  readonly file?: string;
  readonly trust?: string;
}

export function registerLedgerCommands(program: Command, session: CliSession): void {
  const ledger = program.command('ledger').description('the hash-chained record of every step');
  ledger
    .command('list')
    .description('entries, oldest first')
    .option('--after <sequence>', 'those after this one', parseCount)
    .option('--limit <count>', 'how many', parseCount)
    .addHelpText('after', '\nExample:\n  wasl ledger list --after 120 --limit 50')
    .action(async (options: { after?: number; limit?: number }) => {
      const entries = await session.client.readLedger(options);
      if (session.isJson) return session.printJson(entries);
      const rows = entries.map(({ sequence, at, actor, action, subject, hash }) => [
        String(sequence),
        at,
        actor,
        action,
        subject,
        hash.slice(0, 'sha256:'.length + 12),
      ]);
      session.print(formatTable(['#', 'AT', 'WHO', 'WHAT', 'ABOUT', 'HASH'], rows, session.paint));
    });
  ledger
    .command('export')
    .description('write the whole ledger with its checkpoints, for `wasl ledger verify --file`')
    .argument('<file>', 'JSON; - is standard output')
    .action(async (file: string) => writeLedgerFile(session, file));
  ledger
    .command('verify')
    .description('read the whole ledger and hold it against its chain, its checkpoints and what witnesses keep')
    .option('--log-key <key>', 'verifier key of the installation, handed over by another way', parseLogKey)
    .option('--witness <key...>', 'verifier keys of witnesses that count', addWitness)
    .option('--against <file...>', 'checkpoints that were kept elsewhere: the memories of witnesses')
    .option('--file <file>', 'what `wasl ledger export` wrote: needs no server')
    .option('--trust <file>', 'whose timestamps over checkpoints you believe (trust.yaml)')
    .addHelpText('after', VERIFY_HELP)
    .action(async (options: VerifyOptions) => verify(session, options));
}

async function verify(session: CliSession, options: VerifyOptions): Promise<void> {
  const { logKey = null, witness = [], against = [], file } = options;
  const stamps = options.trust === undefined ? {} : { readStamp: await stampReader(session, options.trust) };
  const known = await Promise.all(against.map((path) => readKept(session, path)));
  const ledger: ReviewedLedger = file === undefined ? online(session.client) : await readLedgerFile(session, file);
  const read = await reviewLedger(ledger, { log: logKey, witnesses: witness, known, ...stamps });
  const register = file === undefined ? await session.client.reviewLedger() : null;
  // The server says again what was found here; what it says of the register only it can know.
  const findings = unique([...read.findings, ...(register?.findings ?? [])]);
  session.exitCode = findings.length === 0 ? EXIT.ok : EXIT.permanent;
  if (session.isJson) {
    const { findings: _, ...facts } = read;
    const interconnects = register?.interconnects ?? null;
    return session.printJson({ ...facts, interconnects, findings });
  }
  session.print(show(session, read, findings));
  if (register !== null && findings.length === 0) {
    session.print(`the register says the same: ${register.interconnects} interconnects, their plans, the inventories`);
  }
  if (logKey === null) session.remark('Whose checkpoints these are was not asked: name their key with --log-key.');
}

function show({ paint }: CliSession, read: LedgerRead, findings: readonly LedgerFinding[]): string[] {
  const { entries, checkpoints, signedEntries, witnessed, stamped } = read;
  const head = `${countOf(entries, 'row')}, ${countOf(checkpoints, 'checkpoint')}; the last that agrees covers ${countOf(signedEntries, 'row')}`;
  return [
    findings.length === 0 ? `${paint('green', 'INTACT')}: ${head}` : `${paint('red', 'NOT AS RECORDED')}: ${head}`,
    ...findings.map(({ path, fact }) => `  ${path}: ${fact}`),
    ...witnessed.map(({ witness, size, at }) => `  ${witness} vouches for ${size} rows, since ${at.toISOString()}`),
    ...stamped.map(
      ({ size, at }) => `  a timestamp proves ${countOf(size, 'row')}: they were there at ${at.toISOString()}`,
    ),
  ];
}

function unique(findings: readonly LedgerFinding[]): LedgerFinding[] {
  return [...new Map(findings.map((finding) => [`${finding.path}: ${finding.fact}`, finding])).values()];
}

function online(client: ApiClient): ReviewedLedger {
  return {
    readLedger: async ({ afterSequence, limit }) => ledgerOf(await client.readLedger({ after: afterSequence, limit })),
    listCheckpoints: ({ afterSize, limit = 1_000 }) => client.listCheckpoints({ after: afterSize, limit }),
  };
}

async function stampReader({ io }: CliSession, path: string): Promise<NonNullable<Trust['readStamp']>> {
  const trust = readTrust(readDocument(await readText(io, path), path, 'TRUST_INVALID').value);
  return (token, note) => readStamp(token, new TextEncoder().encode(note), trust, new Date());
}

async function readKept({ io }: CliSession, path: string): Promise<Checkpoint> {
  const checkpoint = parseCheckpoint(await readText(io, path));
  if (checkpoint === null) {
    const remedy = 'Name the memory of a witness, or a checkpoint as the server gave it.';
    throw new WaslError('INPUT_INVALID', 'this is no checkpoint', { path, remedy });
  }
  return checkpoint;
}

const VERIFY_HELP = `
With a server it also has the register held against the ledger: every interconnect, plan and inventory.

Exit codes: 0 intact; 2 not as recorded: the rows, checkpoints and places are named.

Examples:
  wasl ledger verify --log-key wasl/4f0c...+5f3a...+AX... --against /media/moh/seen
  wasl ledger export ledger.json && wasl ledger verify --file ledger.json --log-key ...`;
