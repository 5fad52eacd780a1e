import { gunzipSync } from 'node:zlib';
import type { Command } from 'commander';
import type { AuditAnswer } from '../../api/audit-wire.ts';
import { digestOfText } from '../../domain/canonical-json.ts';
import { WaslError } from '../../errors.ts';
import { checkAuditRecord } from '../../plan/audit-record.ts';
import { EXIT } from '../exit-codes.ts';
import type { CliSession } from '../session.ts';
import { auditExitCode, showAudit } from '../show-audit.ts';
import { writeText } from '../write-text.ts';

/** Unpacked; a record beyond it is none of wasl's. */
const RECORD_BYTES_MAX = 1024 * 1024 * 1024;

export function registerAuditCommands(program: Command, session: CliSession): void {
  program
    .command('audit')
    .description('hold the whole network against the register: every route between VPNs, and all that is agreed')
    .option('--last', 'show the last one instead of making another')
    .option('--out <file>', 'write the record of it, for `wasl proof check`')
    .addHelpText('after', AUDIT_HELP)
    .action(async ({ last, out }: { readonly last?: boolean; readonly out?: string }) => {
      const audit = last ? await readLast(session) : await session.client.audit();
      session.exitCode = auditExitCode(audit);
      if (out !== undefined) await writeRecord(session, audit, out);
      if (session.isJson) return session.printJson(audit);
      session.print(showAudit(`Audit of the network, read at ${audit.at}, for ${audit.by}`, audit, session.paint));
      session.print(session.paint('dim', `record ${audit.digest}`));
    });

  program
    .command('proof')
    .description('recorded proofs')
    .command('check')
    .description('make a recorded proof again from its record alone; needs no server')
    .argument('<file>', 'as `wasl audit --out` wrote it; - is standard input')
    .option('--digest <digest>', 'what the ledger says of it: sha256:...')
    .addHelpText('after', CHECK_HELP)
    .action(async (file: string, { digest: wanted }: { readonly digest?: string }) => {
      const { digest, faults, at, result } = checkAuditRecord(await readRecord(session, file));
      const all = [
        ...faults,
        ...(wanted !== undefined && wanted !== digest ? [`its digest is ${digest}, and not ${wanted}`] : []),
      ];
      const isSound = all.length === 0 && result !== null;
      session.exitCode = isSound ? auditExitCode(result) : EXIT.permanent;
      if (session.isJson) {
        return session.printJson({ digest, sound: isSound, faults: all, at, verdict: result?.verdict ?? null });
      }
      session.print([
        ...all.map((fault) => `${session.paint('red', 'NOT SOUND')}: ${fault}`),
        ...(isSound ? showAudit(`Audit of the network, read at ${at}, made again`, result, session.paint) : []),
        `record ${digest}`,
        ...(isSound && wanted === undefined
          ? [
              session.paint(
                'dim',
                'That it is the one of the record: compare this digest with the ledger (network.audited).',
              ),
            ]
          : []),
      ]);
    });
}

async function readLast({ client }: CliSession): Promise<AuditAnswer> {
  const [last] = await client.listAudits(1);
  if (last !== undefined) return last;
  throw new WaslError('READING_UNKNOWN', 'there has been no audit yet', { remedy: 'Make one: wasl audit' });
}

async function writeRecord({ client, io, remark }: CliSession, audit: AuditAnswer, file: string): Promise<void> {
  const { gzip } = await client.readAuditRecord(audit.digest);
  const text = gunzipSync(Buffer.from(gzip, 'base64'), { maxOutputLength: RECORD_BYTES_MAX }).toString('utf8');
  if (digestOfText(text) !== audit.digest) {
    throw new WaslError('API_UNREACHABLE', 'the record that came has not the digest of the audit', { path: file });
  }
  await writeText(io, file, text);
  remark(`${file}: the record, ${audit.digest}`);
}

async function readRecord({ io }: CliSession, file: string): Promise<string> {
  try {
    return await io.readFile(file);
  } catch (cause) {
    const remedy = 'Name a file that wasl audit --out wrote.';
    throw new WaslError('INPUT_INVALID', 'the record cannot be read', { path: file, remedy, cause });
  }
}

const AUDIT_HELP = `
It reads every router now. Beside it one runs every six hours (WASL_AUDIT_MINUTES of the worker); each one's result is in the ledger.

Exit codes: 0 pass; 2 fail: a route that no agreement covers, or an agreed one that is missing; 4 unknown: a router was not read, or
something not understood.

Examples:
  wasl audit
  wasl audit --last --json | jq .verdict
  wasl audit --out audit.json && wasl proof check audit.json`;

const CHECK_HELP = `
Exit codes: those of wasl audit where the record is sound, and 2 where it is not.

Example:
  wasl proof check audit.json --digest sha256:...`;
