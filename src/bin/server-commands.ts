/** Registers the commands that run a part of wasl in this process. Each is loaded when it is run: the CLI itself stays quick. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ROLES, type Role } from '../api/token-claims.ts';
import { MIGRATE_HELP, SERVE_HELP, SIM_HELP, WORKER_HELP } from './help.ts';

export interface SimulateOptions {
  readonly firstPort: number;
  readonly rttMs: number;
  readonly writeInventory?: string;
  readonly writeCredentials?: string;
  readonly writeControl?: string;
}

export interface TokenOptions {
  readonly person: string;
  readonly role: readonly Role[];
  readonly entity?: string;
}

export interface DemoOptions {
  readonly keep?: boolean;
  readonly lab?: boolean;
}

export function registerServerCommands(program: Command, exitWith: (code: number) => void): void {
  program
    .command('serve')
    .description('run the HTTP API')
    .option('--development-issuer', 'accept tokens of `wasl token`: for one machine, on loopback only')
    .addHelpText('after', SERVE_HELP)
    .action(async (options: { readonly developmentIssuer?: boolean }) => {
      await (await import('./commands/serve.ts')).serve(options);
    });
  program
    .command('worker')
    .description('run workflows and activities; holds the NETCONF sessions')
    .addHelpText('after', WORKER_HELP)
    .action(async () => (await import('./commands/worker.ts')).work());
  program
    .command('migrate')
    .description('bring the tables to this release, and give the role that serves what it needs of them')
    .addHelpText('after', MIGRATE_HELP)
    .action(async () => (await import('./commands/migrate.ts')).migrateTables());
  program
    .command('sim')
    .description('run a simulated backbone: the routers of an inventory as NETCONF servers on loopback')
    .argument('<inventory>', 'YAML file')
    .option('--first-port <port>', 'first of consecutive ports; without it free ones', parseUint16, 0)
    .option('--rtt-ms <ms>', 'round-trip time to every router', parseUint16, 0)
    .option('--write-inventory <file>', 'the inventory with real ports and host keys, for `wasl inventory import`')
    .option('--write-credentials <file>', 'the credentials file for `wasl worker`')
    .option('--write-control <file>', 'URL and token of the control server: faults, reboots, running text')
    .addHelpText('after', SIM_HELP)
    .action(async (file: string, options: SimulateOptions) =>
      (await import('./commands/sim.ts')).simulate(file, options),
    );
  program
    .command('token')
    .description('a token of the development issuer, for `wasl serve --development-issuer`')
    .requiredOption('--person <id>', 'user id')
    .addOption(new Option('--role <role...>', 'roles').choices([...ROLES]).makeOptionMandatory())
    .option('--entity <id>', 'the entity that portal and party-approver act for')
    .addHelpText('after', '\nExample:\n  export WASL_TOKEN=$(wasl token --person engineer-1 --role engineer)')
    .action(async (options: TokenOptions) => (await import('./commands/token.ts')).printToken(options));
  program
    .command('demo')
    .description('four stories on a simulated backbone: provision, failed verification, a killed worker, withdrawal')
    .option('--keep', 'leave everything running and print the addresses; Ctrl-C ends it')
    .option('--lab', 'one story on the real routers of `npm run lab` instead')
    .action(async ({ keep, lab }: DemoOptions) => {
      if (lab) exitWith(await (await import('./demo/lab-demo.ts')).labDemo());
      else exitWith(await (await import('./demo/demo.ts')).demo({ keep: keep === true }));
    });
}

function parseUint16(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new InvalidArgumentError('must be 0 to 65535');
  return value;
}
