import type { Command } from 'commander';
import { READING_BYTES_MAX } from '../../domain/reading.ts';
import { combineVerdicts, type Verdict } from '../../domain/verdict.ts';
import { WaslError } from '../../errors.ts';
import { type CheckedRecord, checkRecord } from '../../plan/check-record.ts';
import { EXIT } from '../exit-codes.ts';
import type { CliSession } from '../session.ts';
import { auditExitCode, showAudit } from '../show-audit.ts';
import { showPlan } from '../show-plan.ts';

export function registerProofCommands(program: Command, session: CliSession): void {
  program
    .command('proof')
    .description('recorded proofs')
    .command('check')
    .description('make a recorded proof again from its record alone; needs no server')
    .argument('<file>', 'as `wasl audit --out` or `wasl plan show --record` wrote it; - is standard input')
    .option('--digest <digest>', 'what the ledger says of it: sha256:...')
    .addHelpText('after', CHECK_HELP)
    .action(async (file: string, { digest: wanted }: { readonly digest?: string }) => {
      const checked = checkRecord(await readRecord(session, file));
      const { digest } = checked;
      const isOther = wanted !== undefined && wanted !== digest;
      const faults = [...checked.faults, ...(isOther ? [`its digest is ${digest}, and not ${wanted}`] : [])];
      const sound = faults.length === 0 ? saidWhole(checked, session) : null;
      if (faults.length === 0 && sound === null) faults.push('it cannot be shown: a member is not what it should be');
      session.exitCode = sound?.exitCode ?? EXIT.permanent;
      if (session.isJson) {
        const { at = null, verdict = null } = sound ?? {};
        return session.printJson({ proof: checked.proof, digest, sound: sound !== null, faults, at, verdict });
      }
      session.print([
        ...faults.map((fault) => `${session.paint('red', 'NOT SOUND')}: ${fault}`),
        ...(sound?.lines ?? []),
        `record ${digest}`,
        ...(sound !== null && wanted === undefined ? [session.paint('dim', sound.hint)] : []),
      ]);
    });
}

/** What a sound record comes to. */
interface Said {
  readonly at: string | null;
  readonly verdict: Verdict;
  readonly exitCode: number;
  readonly lines: readonly string[];
  readonly hint: string;
}

/** null: whoever wrote it put something else where a plan or an audit has a text, and stated digests that fit. */
function saidWhole(checked: CheckedRecord, session: CliSession): Said | null {
  try {
    return said(checked, session);
  } catch {
    return null;
  }
}

function said(checked: CheckedRecord, { paint }: CliSession): Said | null {
  const hint = (entry: string) => `That it is the one of the record: compare this digest with the ledger (${entry}).`;
  if (checked.proof === 'audit' && checked.result !== null) {
    const { at, result } = checked;
    const lines = showAudit(`Audit of the network, read at ${at}, made again`, result, paint);
    return { at, verdict: result.verdict, exitCode: auditExitCode(result), lines, hint: hint('network.audited') };
  }
  if (checked.proof === 'plan' && checked.plan !== null) {
    const { plan } = checked;
    const verdict = combineVerdicts(plan.proofs.map((proof) => proof.verdict));
    const lines = ['Made again from its record:', ...showPlan({ ...plan, approvals: [] }, paint)];
    return { at: plan.createdAt, verdict, exitCode: auditExitCode({ verdict }), lines, hint: hint('plan.saved') };
  }
  return null;
}

async function readRecord({ io }: CliSession, file: string): Promise<string> {
  try {
    return await io.readFile(file, READING_BYTES_MAX);
  } catch (cause) {
    if (cause instanceof WaslError) throw cause;
    const remedy = 'Name a file that wasl audit --out or wasl plan show --record wrote.';
    throw new WaslError('INPUT_INVALID', 'the record cannot be read', { path: file, remedy, cause });
  }
}

const CHECK_HELP = `
A plan has the digest that its approver signed; its XML is rendered from the delta that is proved, and its digest is in the plan.

Exit codes: where the record is sound 0 pass, 2 fail, 4 unknown; and 2 where it is not sound.

Examples:
  wasl proof check audit.json --digest sha256:...
  wasl plan show IC-0001 --record plan.json && wasl proof check plan.json`;
