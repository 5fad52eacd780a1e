/** Registers the commands that run a part of wasl in this process. Each is loaded when it is run: the CLI itself stays quick. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ROLES, type Role } from '../api/token-claims.ts';
import { CODEC_KEY_HELP, MIGRATE_HELP, PRIVACY_KEY_HELP, SERVE_HELP, SIM_HELP, WORKER_HELP } from './help.ts';

export interface SimulateOptions {
  readonly firstPort: number;
  readonly rttMs: number;
  readonly writeInventory?: string;
  readonly writeCredentials?: string;
  readonly writeControl?: string;
}

export interface CodecKeyOptions {
  readonly from?: string;
  readonly plainUntil?: string;
}

export interface TokenOptions {
  readonly person: string;
  readonly role: readonly Role[];
  readonly entity?: string;
}

export interface CertificateOptions {
  readonly person: string;
  readonly role: string;
  readonly entity?: string;
  readonly out: string;
}

export interface DemoOptions {
  readonly keep?: boolean;
  readonly lab?: boolean;
}

export function registerServerCommands(program: Command, exitWith: (code: number) => void): void {
  program
    .command('serve')
    .description('run the HTTP API')
    .option(
      '--development-issuer',
      'accept tokens of `wasl token` and signatures of `wasl certificate`: for one machine, on loopback only',
    )
    .addHelpText('after', SERVE_HELP)
    .action(async (options: { readonly developmentIssuer?: boolean }) => {
      await (await import('./commands/serve.ts')).serve(options);
    });
  program
    .command('worker')
    .description('run workflows and activities; holds the NETCONF sessions')
    .option('--development-authority', 'believe certificates of `wasl certificate`: for one machine, on loopback only')
    .addHelpText('after', WORKER_HELP)
    .action(async (options: { readonly developmentAuthority?: boolean }) =>
      (await import('./commands/worker.ts')).work(options),
    );
  program
    .command('migrate')
    .description('bring the tables to this release, and give the role that serves what it needs of them')
    .addHelpText('after', MIGRATE_HELP)
    .action(async () => (await import('./commands/migrate.ts')).migrateTables());
  program
    .command('codec-key')
    .description('make the ring of keys under which messages lie in Temporal, or add a key to it')
    .argument('<file>', 'JSON file, mode 0600, for WASL_CODEC_KEYS')
    .option('--from <time>', 'the key encrypts from then on; default: now for a new ring, in an hour for one more key')
    .option('--plain-until <time>', 'until then what is not encrypted is taken: for an upgrade')
    .addHelpText('after', CODEC_KEY_HELP)
    .action(async (file: string, options: CodecKeyOptions) =>
      (await import('./commands/codec-key.ts')).makeRingKey(file, options),
    );
  program
    .command('privacy-key')
    .description('make the ring of keys that wrap those of personal data, or add a key to it')
    .argument('<file>', 'JSON file, mode 0600, for WASL_PRIVACY_KEYS')
    .option('--from <time>', 'the key wraps from then on; default: now for a new ring, in an hour for one more key')
    .addHelpText('after', PRIVACY_KEY_HELP)
    .action(async (file: string, options: Pick<CodecKeyOptions, 'from'>) => {
      const [{ makeRingKey }, { PRIVACY_RING }] = await Promise.all([
        import('./commands/codec-key.ts'),
        import('../codec/key-ring.ts'),
      ]);
      await makeRingKey(file, options, new Date(), PRIVACY_RING);
    });
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
    .command('certificate')
    .description('a key and certificate of the development authority, for `wasl serve --development-issuer`')
    .requiredOption('--person <id>', 'whose; for a seal the name of the organisation')
    .requiredOption('--role <signatory|seal|officer>', 'as what')
    .option('--entity <id>', 'the entity that signatory and seal act for')
    .requiredOption('--out <file>', 'where it goes, readable by you alone')
    .addHelpText(
      'after',
      '\nExamples:\n  wasl certificate --person moh-signatory-1 --role signatory --entity MOH --out moh.pem\n' +
        '  wasl certificate --person "Ministry of Health" --role seal --entity MOH --out moh-seal.pem\n' +
        '  wasl certificate --person engineer-2 --role officer --out engineer-2.pem',
    )
    .action(async (options: CertificateOptions) =>
      (await import('./commands/certificate.ts')).writeCertificate(options),
    );
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
