import type { Command } from 'commander';
import { platformNameSchema } from '../../domain/names.ts';
import type { CliSession } from '../session.ts';
import { showMatrix } from '../show-matrix.ts';
import { formatTable } from '../table.ts';
import { procedureInWords } from '../wording.ts';

export function registerNetworkCommands(program: Command, session: CliSession): void {
  const router = program.command('router').description('the provider-edge routers');

  router
    .command('list')
    .description('the routers of the inventory')
    .action(async () => {
      const routers = await session.client.listRouters();
      if (session.isJson) return session.printJson(routers);
      const rows = routers.map(({ name, platform, host, port, vrfs }) => [
        name,
        platform,
        `${host}:${port}`,
        vrfs.map((vrf) => vrf.name).join(', '),
      ]);
      session.print(formatTable(['ROUTER', 'PLATFORM', 'MANAGEMENT', 'VRFS'], rows, session.paint));
    });

  router
    .command('check')
    .description('log in to a router and say how it can take part in a change; alters nothing')
    .argument('<router>', 'for example mct-pe-01')
    .action(async (name: string) => {
      const facts = await session.client.checkRouter(name);
      if (session.isJson) return session.printJson(facts);
      session.print([
        `${session.paint('green', '✓')} ${session.paint('bold', facts.pe)} answers`,
        `  procedure  ${procedureInWords(facts.procedure)}`,
        ...facts.notes.map((note) => `  note       ${note}`),
        ...facts.capabilities.map((capability) => session.paint('dim', `  offers     ${capability}`)),
      ]);
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
      const platforms = platformNameSchema.options.map((name) => ({ name, speaks: PLATFORMS[name] }));
      if (session.isJson) return session.printJson(platforms);
      const rows = platforms.map(({ name, speaks }) => [name, speaks]);
      session.print(formatTable(['PLATFORM', 'SPEAKS'], rows, session.paint));
    });

  program
    .command('matrix')
    .description('who reaches whom, read from the routers now')
    .addHelpText('after', '\nExample:\n  wasl matrix --json | jq .reachabilities')
    .action(async () => {
      const matrix = await session.client.readMatrix();
      if (session.isJson) return session.printJson(matrix);
      session.print(showMatrix(matrix, session.paint));
    });
}

const PLATFORMS = {
  'iosxr-um2': 'Cisco IOS XR, unified model (Cisco-IOS-XR-um-*)',
  'junos-yang': 'Juniper Junos, native model (junos-conf-*)',
  frr: 'FRRouting behind the NETCONF server of the lab (wasl-frr-l3vpn)',
} as const;
