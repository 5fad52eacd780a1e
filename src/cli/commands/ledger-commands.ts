import type { Command } from 'commander';
import type { CliSession } from '../session.ts';
import { formatTable } from '../table.ts';
import { parseCount } from './interconnect-commands.ts';

export function registerLedgerCommands(program: Command, session: CliSession): void {
  program
    .command('ledger')
    .description('the hash-chained record of every step')
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
}
