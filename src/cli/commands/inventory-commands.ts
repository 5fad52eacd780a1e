import type { Command } from 'commander';
import { formatPath } from '../../domain/input-issues.ts';
import type { Inventory } from '../../domain/inventory.ts';
import { judgeInventory } from '../../domain/judge-inventory.ts';
import { WaslError } from '../../errors.ts';
import { readText } from '../read-document.ts';
import { readInventory } from '../read-inventory.ts';
import type { CliSession } from '../session.ts';
import { formatTable } from '../table.ts';
import { countOf } from '../wording.ts';

export function registerInventoryCommands(program: Command, session: CliSession): void {
  const inventory = program.command('inventory').description('the entities, VPNs and routers that wasl may touch');

  inventory
    .command('validate')
    .description('check an inventory file; needs no server')
    .argument('<file>', 'YAML file, - for standard input')
    .addHelpText('after', '\nExample:\n  wasl inventory validate docs/samples/national-backbone.yaml')
    .action(async (file: string) => {
      const valid = readInventory(await readText(session.io, file), file);
      const counts = { entities: valid.entities.length, vpns: valid.vpns.length, routers: valid.routers.length };
      if (session.isJson) return session.printJson({ file, valid: true, ...counts });
      session.print(`${file} is valid: ${inWords(counts)}`);
    });

  inventory
    .command('import')
    .description('validate a file and make it the inventory in force')
    .argument('<file>', 'YAML file, - for standard input')
    .addHelpText('after', '\nExample:\n  wasl inventory import backbone.yaml')
    .action(async (file: string) => {
      const valid = readInventory(await readText(session.io, file), file);
      const imported = await session.client.importInventory(valid);
      if (session.isJson) return session.printJson(imported);
      session.print(`inventory version ${imported.version} is in force: ${inWords(imported)}`);
    });

  inventory
    .command('show')
    .description('the inventory in force')
    .action(async () => {
      const answer = await session.client.readInventory();
      if (session.isJson) return session.printJson(answer);
      session.print(showInventory(inForce(answer.inventory), answer.version, session));
    });
}

/** What the server has in force; it may be older than the rules of this client. */
function inForce(value: unknown): Inventory {
  const { inventory, issues } = judgeInventory(value);
  if (inventory !== null) return inventory;
  const [first] = issues;
  throw new WaslError('INVENTORY_INVALID', `the inventory in force breaks a rule of this release: ${first?.fact}`, {
    path: first === undefined ? 'inventory' : formatPath(first.path),
    remedy: 'Import a corrected one; --json shows this one as it is.',
  });
}

function inWords(counts: { entities: number; vpns: number; routers: number }): string {
  const entities = `${counts.entities} ${counts.entities === 1 ? 'entity' : 'entities'}`;
  return `${entities}, ${countOf(counts.vpns, 'VPN')}, ${countOf(counts.routers, 'router')}`;
}

function showInventory({ backbone, vpns, routers }: Inventory, version: number, { paint }: CliSession): string[] {
  const { administrator, from, to, quarantineDays } = backbone.routeTargetPool;
  const pesOf = (vpn: string) =>
    routers.filter((router) => router.vrfs.some((vrf) => vrf.vpn === vpn)).map((router) => router.name);
  const rows = vpns.map((vpn) => [
    vpn.canary ? `${vpn.id} (canary)` : vpn.id,
    vpn.entity,
    vpn.prefixes.join(', '),
    pesOf(vpn.id).join(', '),
  ]);
  return [
    `${paint('bold', backbone.name)}  AS ${backbone.asNumber}  version ${version}`,
    `route targets ${administrator}:${from} to ${administrator}:${to}, ${quarantineDays} days in quarantine`,
    '',
    ...formatTable(['VPN', 'ENTITY', 'ADDRESS PLAN', 'ROUTERS'], rows, paint),
  ];
}
