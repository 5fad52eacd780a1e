import type { Command } from 'commander';
import type { AuditAnswer } from '../../api/audit-wire.ts';
import { WaslError } from '../../errors.ts';
import type { CliSession } from '../session.ts';
import { auditExitCode, showAudit } from '../show-audit.ts';
import { writeRecord } from '../write-record.ts';

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
      if (out !== undefined) await writeRecord(session, await session.client.readAuditRecord(audit.digest), out);
      if (session.isJson) return session.printJson(audit);
      session.print(showAudit(`Audit of the network, read at ${audit.at}, for ${audit.by}`, audit, session.paint));
      session.print(session.paint('dim', `record ${audit.digest}`));
    });
}

async function readLast({ client }: CliSession): Promise<AuditAnswer> {
  const [last] = await client.listAudits(1);
  if (last !== undefined) return last;
  throw new WaslError('READING_UNKNOWN', 'there has been no audit yet', { remedy: 'Make one: wasl audit' });
}

const AUDIT_HELP = `
It reads every router now. Beside it one runs every six hours (WASL_AUDIT_MINUTES of the worker); each one's result is in the ledger.

Exit codes: 0 pass; 2 fail: a route that no agreement covers, or an agreed one that is missing; 4 unknown: a router was not read, or
something not understood.

Examples:
  wasl audit
  wasl audit --last --json | jq .verdict
  wasl audit --out audit.json && wasl proof check audit.json`;
