import type { Command } from 'commander';
import { countOf } from '../../domain/count-of.ts';
import { READING_BYTES_MAX } from '../../domain/reading.ts';
import { type EvidenceFinding, verifyEvidence } from '../../ledger/evidence.ts';
import type { Verifier } from '../../ledger/signed-note.ts';
import { EXIT } from '../exit-codes.ts';
import { readText } from '../read-document.ts';
import type { CliSession } from '../session.ts';
import { formatTable } from '../table.ts';
import { writeRecord } from '../write-record.ts';
import { addWitness, parseLogKey } from './witness-commands.ts';

interface VerifyOptions {
  readonly logKey: Verifier;
  readonly witness?: readonly Verifier[];
}

export function registerEvidenceCommands(program: Command, session: CliSession): void {
  const evidence = program.command('evidence').description('one file that shows what became of a change, without wasl');
  evidence
    .command('export')
    .description('write the evidence of a change')
    .argument('<change>', 'like IC-0001-C1')
    .argument('<file>', 'JSON; not one byte of it may be changed; - is standard output')
    .action(async (change: string, file: string) => {
      await writeRecord(session, await session.client.readEvidence(change), file);
    });
  evidence
    .command('verify')
    .description('verify the evidence of a change; needs no server')
    .argument('<file>', 'as `wasl evidence export` wrote it')
    .requiredOption('--log-key <key>', 'verifier key of the installation, handed over by another way', parseLogKey)
    .option('--witness <key...>', 'verifier keys of witnesses that must have cosigned', addWitness)
    .addHelpText('after', VERIFY_HELP)
    .action(async (file: string, { logKey, witness = [] }: VerifyOptions) => {
      const finding = demandWitnesses(
        verifyEvidence(await readText(session.io, file, READING_BYTES_MAX), logKey, witness),
        witness,
      );
      session.exitCode = finding.intact ? EXIT.ok : EXIT.permanent;
      if (session.isJson) return session.printJson(finding);
      session.print(show(session, finding));
    });
}

function demandWitnesses(finding: EvidenceFinding, witnesses: readonly Verifier[]): EvidenceFinding {
  if (!finding.intact) return finding;
  const silent = witnesses.find(({ text }) => !finding.witnessed.some(({ key }) => key === text));
  return silent === undefined ? finding : { intact: false, reason: `${silent.text} did not cosign its checkpoint` };
}

function show({ paint }: CliSession, finding: EvidenceFinding): string[] {
  if (!finding.intact) return [`${paint('red', 'NOT SOUND')}: ${finding.reason}`];
  const { changeId, size, entries, plans, witnessed } = finding;
  const rows = entries.map(({ sequence, at, actor, action, subject }) => [
    String(sequence),
    at,
    actor,
    action,
    subject,
  ]);
  return [
    `${paint('green', 'SOUND')}: ${changeId}, ${entries.length} of ${countOf(size, 'row')}, ${countOf(plans.length, 'plan')} with its XML`,
    ...witnessed.map(({ witness, at }) => `  cosigned by ${witness} at ${at.toISOString()}`),
    ...formatTable(['#', 'AT', 'WHO', 'WHAT', 'ABOUT'], rows, paint),
  ];
}

const VERIFY_HELP = `
Another program does the same, and shares no code with this one: docs/verify-evidence.py FILE KEY [WITNESS-KEY...] (Python, its standard library).

Exit codes: 0 sound; 2 not sound, and why.

Example:
  wasl evidence export IC-0001-C1 change.json && wasl evidence verify change.json --log-key wasl/4f0c...+5f3a...+AX...`;
