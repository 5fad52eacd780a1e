import { Command, CommanderError } from 'commander';
import { visibleLines } from '../domain/visible-text.ts';
import { WaslError } from '../errors.ts';
import type { CliIo } from './cli-io.ts';
import { registerAuditCommands } from './commands/audit-commands.ts';
import { registerDecisionCommands } from './commands/decision-commands.ts';
import { registerEvidenceCommands } from './commands/evidence-commands.ts';
import { registerInstallationCommands } from './commands/installation-commands.ts';
import { registerInterconnectCommands } from './commands/interconnect-commands.ts';
import { registerInventoryCommands } from './commands/inventory-commands.ts';
import { registerLedgerCommands } from './commands/ledger-commands.ts';
import { registerLoginCommands } from './commands/login-commands.ts';
import { registerNetworkCommands } from './commands/network-commands.ts';
import { registerPlanCommands } from './commands/plan-commands.ts';
import { registerPolicyCommands } from './commands/policy-commands.ts';
import { registerPrivacyCommands } from './commands/privacy-commands.ts';
import { registerProofCommands } from './commands/proof-commands.ts';
import { registerRequestCommands } from './commands/request-commands.ts';
import { registerSigningCommands } from './commands/signing-commands.ts';
import { registerStatusCommands } from './commands/status-commands.ts';
import { registerWebhookCommands } from './commands/webhook-commands.ts';
import { registerWitnessCommands } from './commands/witness-commands.ts';
import { completionScript, SHELLS } from './completion.ts';
import { EXIT } from './exit-codes.ts';
import { isCutBy } from './interruptible-fetch.ts';
import { printError } from './print-error.ts';
import { refuseSecretArguments } from './secret-arguments.ts';
import { createSession, type GlobalOptions } from './session.ts';

export interface CliHooks {
  /** Adds the commands that run a part of wasl (serve, worker, sim, demo); `bin/` composes those. */
  readonly registerServerCommands?: (program: Command, exitWith: (code: number) => void) => void;
  readonly version?: string;
}

const HELP_AFTER = `
Environment:
  WASL_SERVER      address of the server
  WASL_TOKEN       bearer token; without one the login of \`wasl login\` is used
  WASL_TOKEN_FILE  file that holds the token
  WASL_IDENTITY    your key with its certificate (PEM or PKCS#12), for what you approve and accept
  WASL_SEAL        your organisation's seal, in the same forms
  WASL_DESIGNATION your office, as it stands under your signature
  WASL_PASSPHRASE_FILE  file of what opens both
  NO_COLOR         no colours; without it colours appear on a terminal only
  FORCE_COLOR      colours in a pipe, too
  TZ               zone of the times shown, each with its offset; --json has them as they are recorded

Exit codes:
  0  done
  2  wrong usage, bad input, or a refusal: the same call will not succeed
  3  something was away or busy: the same call may succeed later
  4  the outcome is not known, or a person must look at routers
  130  interrupted

Examples:
  wasl login
  wasl inventory import backbone.yaml
  wasl request submit moh-mof.yaml
  wasl approve IC-0001
  wasl plan show IC-0001 --xml
  wasl status IC-0001 --watch
  wasl matrix
  wasl reach MOH MOF`;

/** The whole CLI: one command line in, text out, exit code back. Touches nothing but `io`. */
export async function runCli(argv: readonly string[], io: CliIo, hooks: CliHooks = {}): Promise<number> {
  const program = new Command('wasl');
  const session = createSession(io, () => program.opts<GlobalOptions>());
  // What commander refuses it has not parsed.
  const isJson = upTo('--', argv).includes('--json');
  program
    .description('Provisions, proves, verifies and withdraws interconnects between the L3VPNs of government entities.')
    .version(hooks.version ?? '0.0.0')
    .option('--server <url>', 'address of the server (WASL_SERVER; http://127.0.0.1:8080)')
    .option('--token-file <file>', 'file that holds the bearer token (WASL_TOKEN_FILE)')
    .option('--json', 'machine-readable output')
    .addHelpText('after', HELP_AFTER)
    .showHelpAfterError('(--help shows how)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out.write(visibleLines(text)),
      writeErr: (text) => {
        if (!isJson) io.err.write(visibleLines(text));
      },
    });
  registerLoginCommands(program, session);
  registerInventoryCommands(program, session);
  registerRequestCommands(program, session);
  registerPlanCommands(program, session);
  registerDecisionCommands(program, session);
  registerStatusCommands(program, session);
  registerInterconnectCommands(program, session);
  registerNetworkCommands(program, session);
  registerAuditCommands(program, session);
  registerProofCommands(program, session);
  registerSigningCommands(program, session);
  registerInstallationCommands(program, session);
  registerPolicyCommands(program, session);
  registerLedgerCommands(program, session);
  registerPrivacyCommands(program, session);
  registerWebhookCommands(program, session);
  registerWitnessCommands(program, session);
  registerEvidenceCommands(program, session);
  hooks.registerServerCommands?.(program, (code) => {
    session.exitCode = code;
  });
  program
    .command('completion')
    .description('a completion script for your shell')
    .argument('<shell>', SHELLS.join(', '))
    .addHelpText('after', '\nExample:\n  source <(wasl completion bash)')
    .action((shell: string) => io.out.write(completionScript(program, shell)));
  inheritSettings(program);
  try {
    refuseSecretArguments(argv);
    await program.parseAsync([...argv], { from: 'user' });
    return session.exitCode;
  } catch (error) {
    // Help and version end that way, too, with exit code 0.
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.ok;
      return isJson ? printError(wrongUsage(error), io, true) : EXIT.permanent;
    }
    const isCut = io.signal.aborted && (!session.wasAwaited || isCutBy(io.signal, error));
    return isCut ? EXIT.interrupted : printError(error, io, isJson);
  }
}

function upTo(end: string, argv: readonly string[]): readonly string[] {
  const at = argv.indexOf(end);
  return at < 0 ? argv : argv.slice(0, at);
}

/** Commander says so in words of its own. */
function wrongUsage({ message, code }: CommanderError): WaslError {
  const fact = code === 'commander.help' ? 'no command was given' : message.replace(/^error: /, '');
  return new WaslError('INPUT_INVALID', fact, { remedy: '--help shows how.' });
}

/** Commands added by a hook may have been made without the program's settings; all must write to `io` and never exit. */
function inheritSettings(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inheritSettings(child);
  }
}
