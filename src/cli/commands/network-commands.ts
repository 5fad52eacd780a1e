import type { Command } from 'commander';
import type { ExplanationAnswer, RouterCheck } from '../../api/network-wire.ts';
import { familyOf, type Prefix, parseAddress, parseNetwork } from '../../domain/prefix.ts';
import { WaslError } from '../../errors.ts';
import { MANIFESTS } from '../../platforms/manifests.ts';
import { drawMatrix } from '../draw-matrix.ts';
import type { CliSession } from '../session.ts';
import { explanationExitCode, showExplanation } from '../show-explanation.ts';
import { matrixExitCode, showMatrix } from '../show-matrix.ts';
import { checkExitCode, showRouterCheck, summariseChecks } from '../show-router-check.ts';
import { formatTable } from '../table.ts';
import { writeText } from '../write-text.ts';

export function registerNetworkCommands(program: Command, session: CliSession): void {
  const router = program.command('router').description('the provider-edge routers');

  router
    .command('list')
    .description('the routers of the inventory')
    .action(async () => {
      const routers = await session.client.listRouters();
      if (session.isJson) return session.printJson(routers);
      const rows = routers.map(({ name, platform, host, port, maintenance, vrfs }) => [
        name,
        platform,
        `${host}:${port}`,
        maintenance === null
          ? 'in service'
          : ['maintenance', maintenance.reason].filter((word) => word !== null).join(': '),
        vrfs.map((vrf) => vrf.name).join(', '),
      ]);
      session.print(formatTable(['ROUTER', 'PLATFORM', 'MANAGEMENT', 'SERVICE', 'VRFS'], rows, session.paint));
    });

  router
    .command('check')
    .description('log in to a router and hold what it has against the inventory; alters nothing')
    .argument('[router]', 'for example mct-pe-01')
    .option('--all', 'every router of the inventory')
    .addHelpText('after', CHECK_HELP)
    .action(async (name: string | undefined, { all }: { readonly all?: boolean }) => {
      if ((name === undefined) === (all !== true)) {
        throw new WaslError('INPUT_INVALID', 'name one router, or say --all', {
          remedy: 'For example: wasl router check mct-pe-01',
        });
      }
      const { paint } = session;
      if (name !== undefined) {
        const check = await session.client.checkRouter(name);
        session.exitCode = checkExitCode([check]);
        return session.isJson ? session.printJson(check) : session.print(showRouterCheck(check, paint));
      }
      const checks = await checkAll(session);
      session.exitCode = checkExitCode(checks);
      if (session.isJson) return session.printJson(checks);
      session.print([...checks.flatMap((check) => showRouterCheck(check, paint, true)), summariseChecks(checks)]);
    });

  router
    .command('read')
    .description('the VPN-relevant running configuration of a router, as canonical text')
    .argument('<router>', 'for example mct-pe-01')
    .addHelpText('after', '\nExample:\n  wasl router read mct-pe-01 > before.txt')
    .action(async (name: string) => {
      const running = await session.client.readRunning(name);
      if (session.isJson) return session.printJson(running);
      session.printDocument(running.text);
    });

  router
    .command('platforms')
    .description('the platforms that wasl can speak to; needs no server')
    .action(() => {
      const platforms = Object.values(MANIFESTS).map(({ name, speaks }) => ({ name, speaks }));
      if (session.isJson) return session.printJson(platforms);
      const rows = platforms.map(({ name, speaks }) => [name, speaks]);
      session.print(formatTable(['PLATFORM', 'SPEAKS'], rows, session.paint));
    });

  program
    .command('matrix')
    .description('who reaches whom, read from the routers now and held against the register')
    .option('--svg <file>', 'also as a picture')
    .addHelpText('after', MATRIX_HELP)
    .action(async ({ svg }: { readonly svg?: string }) => {
      const matrix = await session.client.readMatrix();
      session.exitCode = matrixExitCode(matrix);
      if (svg !== undefined) await writeText(session.io, svg, drawMatrix(matrix));
      if (session.isJson) return session.printJson(matrix);
      session.print(showMatrix(matrix, session.paint));
    });

  program
    .command('reach')
    .description('why one VPN reaches another, or does not: there and back, rule by rule, read from the routers now')
    .argument('<vpn>', 'where packets begin, for example MOH')
    .argument('<other-vpn>', 'for example MOF')
    .addHelpText('after', REACH_HELP)
    .action(async (from: string, to: string) => {
      explained(session, await session.client.explainReach(from, to));
    });

  program
    .command('explain')
    .description('why packets of a VPN reach a network, or do not, rule by rule')
    .argument('<network>', 'for example 10.200.10.0/24, or an address')
    .requiredOption('--from <vpn>', 'where packets begin')
    .addHelpText('after', EXPLAIN_HELP)
    .action(async (prefix: string, { from }: { readonly from: string }) => {
      explained(session, await session.client.explainReach(from, networkOf(prefix)));
    });
}

function explained(session: CliSession, answer: ExplanationAnswer): void {
  session.exitCode = explanationExitCode(answer);
  if (session.isJson) session.printJson(answer);
  else session.print(showExplanation(answer, session.paint));
}

/** An address is the network of one. */
function networkOf(text: string): Prefix {
  if (text.includes('/')) return parseNetwork(text);
  const address = parseAddress(text);
  return parseNetwork(`${address}/${familyOf(address) === 'ipv4' ? 32 : 128}`);
}

/** Routers asked at once: a worker does the work, and a few at a time keep an answer in seconds. */
const CHECKS_AT_ONCE = 8;

/** In the order of the inventory. */
async function checkAll({ client }: CliSession): Promise<RouterCheck[]> {
  const routers = await client.listRouters();
  const checks: RouterCheck[] = [];
  const next = routers.entries();
  const work = async () => {
    for (const [place, { name }] of next) checks[place] = await client.checkRouter(name);
  };
  await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, work));
  return checks;
}

const CHECK_HELP = `
It compares VRFs, route distinguishers and families with the inventory, names what it does not understand of wasl's own objects, and says
whether the candidate holds somebody's work and who holds the lock. Where the router does not tell who holds it, the lock is taken and
given back at once, as a change would take it; never where that could discard uncommitted work.

Exit codes: 0 in order, 2 a fault that stays, 3 one that may pass (a lock, no answer).

Examples:
  wasl router check mct-pe-01
  wasl router check --all --json | jq '.[] | select(.verdict != "pass") | .findings'`;

const EXPLANATION_CODES = `
Exit codes: 0 what is reached is agreed, and what decides it was read; 4 NO AGREEMENT, or it is not known.`;

const REACH_HELP = `${EXPLANATION_CODES}

Examples:
  wasl reach MOH MOF
  wasl reach MOH MOF --json | jq '.answers[].places[] | select(.verdict == "reached") | .because'`;

const EXPLAIN_HELP = `${EXPLANATION_CODES}

Example:
  wasl explain 10.200.10.0/24 --from MOH`;

const MATRIX_HELP = `
Exit codes: 0 every router was read, and carries what was agreed and nothing else; 4 a person must look: NO AGREEMENT, MISSING or
NOT UNDERSTOOD; 3 or 2 a router was not read: what it carries is unknown (3: it may answer later).

Examples:
  wasl matrix
  wasl matrix --svg who-reaches-whom.svg
  wasl matrix --json | jq '.reachabilities[] | select(.covered | not)'`;
