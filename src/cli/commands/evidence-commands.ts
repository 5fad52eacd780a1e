import type { Command } from 'commander';
import { digestOfBytes, digestOfText } from '../../domain/canonical-json.ts';
import { decodeUtf8 } from '../../domain/decode-utf8.ts';
import { changeIdSchema } from '../../domain/names.ts';
import { READING_BYTES_MAX } from '../../domain/reading.ts';
import { extractEvidence, isPdf } from '../../form/extract-evidence.ts';
import type { JudgedEvidence } from '../../ledger/evidence/judge-decisions.ts';
import { listUnplanned } from '../../ledger/evidence/list-pushes.ts';
import { type EvidenceFinding, verifyEvidence } from '../../ledger/evidence/verify-evidence.ts';
import type { Verifier } from '../../ledger/signed-note.ts';
import { EXIT } from '../exit-codes.ts';
import { readBytes, readDocument, readText } from '../read-document.ts';
import type { CliSession } from '../session.ts';
import { showEvidence } from '../show-evidence.ts';
import { unpackRecord, writeRecord } from '../write-record.ts';
import { writeText } from '../write-text.ts';
import { addWitness, parseLogKey } from './witness-commands.ts';

interface VerifyOptions {
  readonly logKey: Verifier;
  readonly witness?: readonly Verifier[];
  readonly trust?: string;
}

interface PrintOptions extends VerifyOptions {
  readonly trust: string;
  readonly forParties?: true;
}

type Intact = Extract<EvidenceFinding, { intact: true }>;

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
    .argument('<file>', 'as `wasl evidence export` or `print` wrote it')
    .requiredOption('--log-key <key>', 'verifier key of the installation, handed over by another way', parseLogKey)
    .option('--witness <key...>', 'verifier keys of witnesses that must have cosigned', addWitness)
    .option(
      '--trust <file>',
      'whose signatures you believe: anchors, signers, bounds (YAML); without it none is verified',
    )
    .addHelpText('after', VERIFY_HELP)
    .action((file: string, options: VerifyOptions) => verify(session, file, options));
  evidence
    .command('print')
    .description(
      'print the form of the policy with the signatures of both parties, and the evidence attached: PDF/A-3b',
    )
    .argument('<change|file>', 'like IC-0001-C1, or a file as `wasl evidence export` wrote it')
    .argument('<pdf>', 'the file to write')
    .requiredOption('--log-key <key>', 'verifier key of the installation, handed over by another way', parseLogKey)
    .requiredOption('--trust <file>', 'whose signatures you believe: anchors, signers, bounds (YAML)')
    .option('--witness <key...>', 'verifier keys of witnesses that must have cosigned', addWitness)
    .option(
      '--for-parties',
      'of a change: without what names routers or routes of others, or is an engineer’s own words',
    )
    .addHelpText('after', PRINT_HELP)
    .action((from: string, pdf: string, options: PrintOptions) => printEvidence(session, from, pdf, options));
}

async function verify(session: CliSession, file: string, options: VerifyOptions): Promise<void> {
  const bytes = await readBytes(session.io, file, READING_BYTES_MAX);
  const text = textOfEvidence(bytes, file);
  const finding = text === null ? NO_ATTACHMENT : find(text, options);
  if (!finding.intact) return refuse(session, finding);
  const judged = options.trust === undefined ? null : await judge(session, finding, options.trust);
  const isSound = judged === null || judged.faults.length === 0;
  session.exitCode = isSound ? EXIT.ok : EXIT.permanent;
  const pages = isPdf(bytes) ? await comparePages(bytes, { text: text ?? '', finding, judged }) : null;
  if (!session.isJson) {
    session.print(showEvidence(finding, judged, session.paint));
    if (pages !== null) session.print([`  attached: ${digestOfText(text ?? '')}`, `  ${PAGES_WORDS[pages]}`]);
    return;
  }
  const { bundle, ...found } = finding;
  const { plans, absent, documents } = bundle;
  const unplanned = bundle.edition === 'whole' ? listUnplanned(bundle, finding.entries) : [];
  const named = { plans: plans.map(({ id }) => id), documents: documents.map(({ digest }) => digest) };
  const held = { ...named, absent, unplanned };
  const printed = pages === null ? {} : { pages, evidence: digestOfText(text ?? '') };
  session.printJson({ ...found, ...held, ...judged, intact: isSound, ...printed });
}

async function printEvidence(session: CliSession, from: string, pdf: string, options: PrintOptions): Promise<void> {
  const text = changeIdSchema.safeParse(from).success
    ? unpackRecord(await session.client.readEvidence(from, options.forParties ? 'parties' : 'whole'), from)
    : textOfEvidence(await readBytes(session.io, from, READING_BYTES_MAX), from);
  const finding = text === null ? NO_ATTACHMENT : find(text, options);
  if (text === null || !finding.intact) return refuse(session, finding);
  const judged = await judge(session, finding, options.trust);
  const form = await printPages({ text, finding, judged });
  await writeText(session.io, pdf, form);
  session.exitCode = judged.faults.length === 0 ? EXIT.ok : EXIT.permanent;
  const digests = { pdf: digestOfBytes(form), evidence: digestOfText(text) };
  if (session.isJson) return session.printJson({ file: pdf, ...digests, faults: judged.faults });
  session.print([
    `${pdf}: ${finding.changeId}, PDF/A-3b, ${digests.pdf}`,
    `  attached: evidence.json, ${digests.evidence}`,
    ...judged.faults.map((fault) => `  ${session.paint('red', '✗')} ${fault}`),
  ]);
}

interface Printable {
  readonly text: string;
  readonly finding: Intact;
  readonly judged: JudgedEvidence;
}

async function printPages({ text, finding, judged }: Printable): Promise<Buffer> {
  const { composeForm } = await import('../../form/compose-form.ts');
  const { printForm } = await import('../../form/print-form.ts');
  return printForm(composeForm(text, finding, judged), text);
}

/** Pages are a view, and whoever makes a PDF may let them say something else than what is attached: they are printed again and compared. */
async function comparePages(
  pdf: Buffer,
  { judged, ...of }: Omit<Printable, 'judged'> & { readonly judged: JudgedEvidence | null },
): Promise<keyof typeof PAGES_WORDS> {
  if (judged === null) return 'not-compared';
  try {
    return (await printPages({ ...of, judged })).equals(pdf) ? 'same' : 'other';
  } catch {
    // Without the compiler, or with pages that nobody can lay out.
    return 'not-compared';
  }
}

/** A viewer may take out another file than the one that was read here: only its digest says which one was. */
const PAGES_WORDS = {
  same: 'pages: as this release prints them of what is attached, with this trust',
  other:
    'pages: NOT as this release prints them of what is attached, with this trust and these witnesses: believe the file of that digest alone',
  'not-compared': 'pages: not compared with what is attached: believe the file of that digest alone',
} as const;

const NO_ATTACHMENT: EvidenceFinding = {
  intact: false,
  reason: 'the PDF has not the one file attached that wasl prints',
};

/** Of a printed form what is attached to it; null: nothing is. */
function textOfEvidence(bytes: Buffer, file: string): string | null {
  const attached = isPdf(bytes) ? extractEvidence(bytes, READING_BYTES_MAX) : bytes;
  return attached === null ? null : decodeUtf8(attached, file);
}

const find = (text: string, { logKey, witness = [] }: VerifyOptions): EvidenceFinding =>
  demandWitnesses(verifyEvidence(text, logKey, witness), witness);

function refuse(session: CliSession, finding: EvidenceFinding): void {
  session.exitCode = EXIT.permanent;
  if (session.isJson) session.printJson(finding);
  else if (!finding.intact) session.print([`${session.paint('red', 'NOT SOUND')}: ${finding.reason}`]);
}

async function judge(session: CliSession, finding: Intact, file: string): Promise<JudgedEvidence> {
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
Another program does the same, and shares no code with this one: docs/verify-evidence.py FILE KEY --trust TRUST (Python with its package cryptography; there TRUST is JSON).

With --trust it says of every decision who signed and sealed it, when, and whether that holds, by the rules by which a worker opens.

Exit codes: 0 sound; 2 not sound, and why.

Example:
  wasl evidence export IC-0001-C1 change.json && wasl evidence verify change.json --log-key wasl/4f0c...+5f3a...+AX...`;

const PRINT_HELP = `
The pages are a view, in English and Arabic; the attached evidence.json is the evidence. \`wasl evidence verify\` takes the PDF, too, and
\`pdfdetach -save 1\` takes the file out without wasl. The same evidence with the same trust is printed in the same bytes.

Exit codes: 0 printed, and every signature holds; 2 not sound (nothing is written), or a signature does not hold (the form says so).

Example:
  wasl evidence print IC-0001-C1 form.pdf --for-parties --trust trust.yaml --log-key wasl/4f0c...+5f3a...+AX...`;
