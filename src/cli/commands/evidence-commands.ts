import type { Command } from 'commander';
import { READING_BYTES_MAX } from '../../domain/reading.ts';
import { type EvidenceFinding, verifyEvidence } from '../../ledger/evidence/verify-evidence.ts';
import type { Verifier } from '../../ledger/signed-note.ts';
import { EXIT } from '../exit-codes.ts';
import { readDocument, readText } from '../read-document.ts';
import type { CliSession } from '../session.ts';
import { showEvidence } from '../show-evidence.ts';
import { writeRecord } from '../write-record.ts';
import { addWitness, parseLogKey } from './witness-commands.ts';

interface VerifyOptions {
  readonly logKey: Verifier;
  readonly witness?: readonly Verifier[];
  readonly trust?: string;
}

export function registerEvidenceCommands(program: Command, session: CliSession): void {
  const evidence = program.command('evidence').description('one file that shows what became of a change, without wasl');
  evidence
    .command('export')
    .description('write the evidence of a change')
    .argument('<change>', 'like IC-0001-C1')
    .argument('<file>', 'JSON; not one byte of it may be changed; - is standard output')
    .option('--for-parties', 'without what names routers or routes of others, or is an engineer’s own words')
    .action(async (change: string, file: string, options: { forParties?: true }) => {
      const edition = options.forParties ? 'parties' : 'whole';
      await writeRecord(session, await session.client.readEvidence(change, edition), file);
    });
  evidence
    .command('verify')
    .description('verify the evidence of a change; needs no server')
    .argument('<file>', 'as `wasl evidence export` wrote it')
    .requiredOption('--log-key <key>', 'verifier key of the installation, handed over by another way', parseLogKey)
    .option('--witness <key...>', 'verifier keys of witnesses that must have cosigned', addWitness)
    .option(
      '--trust <file>',
      'whose signatures you believe: anchors, signers, bounds (YAML); without it none is verified',
    )
    .addHelpText('after', VERIFY_HELP)
    .action((file: string, options: VerifyOptions) => verify(session, file, options));
}

async function verify(
  session: CliSession,
  file: string,
  { logKey, witness = [], trust }: VerifyOptions,
): Promise<void> {
  const text = await readText(session.io, file, READING_BYTES_MAX);
  const finding = demandWitnesses(verifyEvidence(text, logKey, witness), witness);
  if (!finding.intact) {
    session.exitCode = EXIT.permanent;
    if (session.isJson) return session.printJson(finding);
    return session.print([`${session.paint('red', 'NOT SOUND')}: ${finding.reason}`]);
  }
  const judged = trust === undefined ? null : await judge(session, finding, trust);
  const isSound = judged === null || judged.faults.length === 0;
  session.exitCode = isSound ? EXIT.ok : EXIT.permanent;
  if (!session.isJson) return session.print(showEvidence(finding, judged, session.paint));
  const { bundle, ...found } = finding;
  const { plans, absent, documents } = bundle;
  const held = { plans: plans.map(({ id }) => id), documents: documents.map(({ digest }) => digest), absent };
  session.printJson({ ...found, ...held, ...judged, intact: isSound });
}

async function judge(session: CliSession, finding: Extract<EvidenceFinding, { intact: true }>, file: string) {
  // The public key infrastructure is loaded for those who ask for it.
  const { judgeDecisions } = await import('../../ledger/evidence/judge-decisions.ts');
  const { readTrust } = await import('../../signatures/index.ts');
  const text = await readText(session.io, file);
  return judgeDecisions(finding, readTrust(readDocument(text, file, 'TRUST_INVALID').value));
}

function demandWitnesses(finding: EvidenceFinding, witnesses: readonly Verifier[]): EvidenceFinding {
  if (!finding.intact) return finding;
  const silent = witnesses.find(({ text }) => !finding.witnessed.some(({ key }) => key === text));
  return silent === undefined ? finding : { intact: false, reason: `${silent.text} did not cosign its checkpoint` };
}

const VERIFY_HELP = `
Another program does the same, and shares no code with this one: docs/verify-evidence.py FILE --log-key KEY --trust TRUST (Python with its package cryptography).

With --trust it says of every decision who signed and sealed it, when, and whether that holds, by the rules by which a worker opens.

Exit codes: 0 sound; 2 not sound, and why.

Example:
  wasl evidence export IC-0001-C1 change.json && wasl evidence verify change.json --log-key wasl/4f0c...+5f3a...+AX...`;
