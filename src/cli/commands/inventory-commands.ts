import type { Command } from 'commander';
import type { InventoryProposalAnswer, OpenProposalAnswer } from '../../api/inventory-wire.ts';
import { countOf } from '../../domain/count-of.ts';
import { formatPath } from '../../domain/input-issues.ts';
import type { Inventory } from '../../domain/inventory.ts';
import { judgeInventory } from '../../domain/judge-inventory.ts';
import { shown } from '../../domain/shown.ts';
import { WaslError } from '../../errors.ts';
import { readText } from '../read-document.ts';
import { readInventory } from '../read-inventory.ts';
import type { CliSession } from '../session.ts';
import { showConflicts, showInventoryDifference } from '../show-inventory-difference.ts';
import { formatTable } from '../table.ts';

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
    .command('diff')
    .description('what a file would change, and what of it needs a second admin; imports nothing')
    .argument('<file>', 'YAML file, - for standard input')
    .addHelpText('after', '\nExample:\n  wasl inventory diff backbone.yaml')
    .action(async (file: string) => {
      const valid = readInventory(await readText(session.io, file), file);
      const difference = await session.client.compareInventory(valid);
      if (session.isJson) return session.printJson(difference);
      session.print(showInventoryDifference(difference, session.paint));
    });

  inventory
    .command('import')
    .description('validate a file, show what it changes, and make it the inventory in force')
    .argument('<file>', 'YAML file, - for standard input')
    .addHelpText(
      'after',
      '\nWhat takes something away under an interconnect, or alters what protects the network as a whole (whose a VPN is, canaries,' +
        '\nprobes, quarantine, how a router is reached), waits for another admin (`wasl inventory confirm`).' +
        '\n\nExample:\n  wasl inventory import backbone.yaml',
    )
    .action(async (file: string) => {
      const valid = readInventory(await readText(session.io, file), file);
      const difference = await session.client.compareInventory(valid);
      if (!session.isJson) session.print(showInventoryDifference(difference, session.paint));
      const imported = await session.client.importInventory(valid, difference.baseVersion);
      if (session.isJson) return session.printJson({ ...imported, difference });
      session.print(`inventory version ${imported.version} is in force: ${inWords(imported)}`);
      for (const fact of imported.told) session.print(`note: ${fact}`);
    });

  inventory
    .command('proposals')
    .description('inventories that wait for a second admin')
    .argument('[id]', 'one of them, with what it changes')
    .action(async (id?: string) => {
      if (id === undefined) {
        const proposals = await session.client.listInventoryProposals();
        if (session.isJson) return session.printJson(proposals);
        return session.print(listProposals(proposals, session));
      }
      const proposal = await session.client.readInventoryProposal(parseProposal(id));
      if (session.isJson) return session.printJson(proposal);
      session.print(showProposal(proposal, session));
    });

  inventory
    .command('confirm')
    .description('let a proposal of another admin come into force')
    .argument('<id>', 'the proposal')
    .argument('[interconnect...]', 'every interconnect that it takes something from')
    .addHelpText('after', '\nExample:\n  wasl inventory proposals 4\n  wasl inventory confirm 4 IC-0007 IC-0012')
    .action(async (id: string, interconnects: string[]) => {
      const imported = await session.client.confirmInventoryProposal(parseProposal(id), interconnects);
      if (session.isJson) return session.printJson(imported);
      session.print(`inventory version ${imported.version} is in force: ${inWords(imported)}`);
      for (const fact of imported.told) session.print(`note: ${fact}`);
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

function parseProposal(id: string): number {
  if (/^[1-9]\d{0,8}$/.test(id)) return Number(id);
  const remedy = 'Write its number, as `wasl inventory proposals` shows it.';
  throw new WaslError('INPUT_INVALID', `${shown(id)} is not a proposal`, { path: 'id', remedy });
}

function listProposals(proposals: readonly InventoryProposalAnswer[], { paint }: CliSession): string[] {
  if (proposals.length === 0) return ['No inventory was ever proposed.'];
  const rows = proposals.map(({ id, state, proposedBy, proposedAt, decidedBy, conflicts }) => [
    ...[String(id), state, proposedBy, proposedAt, decidedBy ?? ''],
    [...new Set(conflicts.map(({ interconnectId }) => interconnectId ?? 'the network'))].join(' '),
  ]);
  return formatTable(['ID', 'STATE', 'PROPOSED BY', 'AT', 'CONFIRMED BY', 'TAKES FROM'], rows, paint);
}

function showProposal(proposal: OpenProposalAnswer, { paint }: CliSession): string[] {
  const { id, state, proposedBy, proposedAt, difference, conflicts } = proposal;
  const head = `Proposal ${id} of ${proposedBy}, ${proposedAt}: ${state}`;
  if (difference === null) return [head, ...showConflicts(conflicts, paint)];
  const affected = [...new Set(difference.conflicts.flatMap(({ interconnectId }) => interconnectId ?? []))];
  return [
    head,
    ...showInventoryDifference(difference, paint),
    `next: an admin other than ${proposedBy} runs: ${['wasl inventory confirm', id, ...affected].join(' ')}`,
  ];
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

function showInventory(
  { backbone, vpns, routers, scrapped = [] }: Inventory,
  version: number,
  { paint }: CliSession,
): string[] {
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
    `route targets ${administrator}:${from} to ${administrator}:${to}, ${countOf(quarantineDays, 'day')} in quarantine`,
    '',
    ...formatTable(['VPN', 'ENTITY', 'ADDRESS PLAN', 'ROUTERS'], rows, paint),
    ...scrapped.map(({ name, reason }) => `scrapped: ${name} (${reason})`),
  ];
}
