import type { Command } from 'commander';
import { countOf } from '../../domain/count-of.ts';
import type { CliSession } from '../session.ts';

export function registerInstallationCommands(program: Command, session: CliSession): void {
  const installation = program
    .command('installation')
    .description('which installation this is, and who shares its Temporal');

  installation
    .command('show')
    .description('the name that task queues and workflows carry, and other installations on the same Temporal')
    .action(async () => {
      const answer = await session.client.readInstallation();
      if (session.isJson) return session.printJson(answer);
      session.print([
        `installation ${answer.id}`,
        ...answer.strangers.map(({ installation: name, interconnects }) => {
          const what = countOf(interconnects, 'interconnect');
          return `  ${session.paint('yellow', 'beside it')} ${name}: ${what}; wasl installation retire ${name}`;
        }),
      ]);
    });

  installation
    .command('retire')
    .description('end the workflows of an installation whose database is gone; touches no router and no record')
    .argument('<installation>', 'as `wasl installation show` names it')
    .addHelpText(
      'after',
      `
For after a restore: the workflows of the database that is no more would wait for ever. Look at \`wasl matrix\`
first: what they left on routers is shown there as "no agreement".`,
    )
    .action(async (name: string) => {
      const { ended } = await session.client.retireInstallation(name);
      if (session.isJson) return session.printJson({ installation: name, ended });
      session.print(`${countOf(ended, 'workflow')} of installation ${name} ended`);
    });
}
