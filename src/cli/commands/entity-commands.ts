import type { Command } from 'commander';
import type { LiaisonAnswer, ProfileAnswer } from '../../api/entity-wire.ts';
import { countOf } from '../../domain/count-of.ts';
import { entityProfileSchema } from '../../domain/entity-profile.ts';
import { WaslError } from '../../errors.ts';
import { parseWith, readDocument, readText } from '../read-document.ts';
import type { CliSession } from '../session.ts';
import { formatTable } from '../table.ts';

/** Whom others reach at an entity, and what it has taken upon itself. */
export function registerEntityCommands(program: Command, session: CliSession): void {
  const entity = program
    .command('entity')
    .description('contacts and obligations of your entity, for those it is joined with');
  entity
    .command('show')
    .description('contacts and obligations')
    .argument('[entity]', 'like MOH; without it, yours')
    .action(async (name: string | undefined) => {
      const profile = await session.client.entities.readProfile(name ?? (await ownEntity(session)));
      if (session.isJson) return session.printJson(profile);
      session.print(showProfile(profile, session));
    });

  entity
    .command('record')
    .description('record them from a file, in place of what was there')
    .argument('<file>', 'YAML file, - for standard input')
    .option('--entity <entity>', 'whose; an admin may name any; without it, yours')
    .addHelpText('after', '\nExample:\n  wasl entity record docs/samples/moh-profile.yaml')
    .action(async (file: string, options: { entity?: string }) => {
      const document = readDocument(await readText(session.io, file), file, 'INPUT_INVALID');
      const profile = parseWith(entityProfileSchema, document, 'INPUT_INVALID');
      const recorded = await session.client.entities.recordProfile(
        options.entity ?? (await ownEntity(session)),
        profile,
      );
      if (session.isJson) return session.printJson(recorded);
      session.print(showProfile(recorded, session));
    });
}

async function ownEntity(session: CliSession): Promise<string> {
  const { entity } = await session.client.readCaller();
  if (entity !== null) return entity;
  throw new WaslError('INPUT_INVALID', 'your token names no entity', { path: '--entity', remedy: 'Name the entity.' });
}

function showProfile({ entity, contacts, obligations }: ProfileAnswer, { paint }: Pick<CliSession, 'paint'>): string[] {
  const rows = contacts.map(({ purpose, name, designation, telephone, email }) => {
    return [purpose, name, designation, telephone ?? '-', email ?? '-'];
  });
  return [
    paint('bold', `${entity}: ${countOf(contacts.length, 'contact')}, ${countOf(obligations.length, 'obligation')}`),
    ...(rows.length === 0 ? [] : formatTable(['FOR', 'NAME', 'DESIGNATION', 'TELEPHONE', 'E-MAIL'], rows, paint)),
    ...obligations.flatMap(({ en, ar }, place) => [`  ${place + 1}. ${en}`, `     ${ar}`]),
  ];
}

/** Both sides of an interconnect, and what they note for each other. */
export function showLiaison(liaison: LiaisonAnswer, session: Pick<CliSession, 'paint'>): string[] {
  const { interconnect, firewallNote, parties } = liaison;
  return [
    session.paint('bold', `${interconnect}: whom the parties reach at each other`),
    `  firewalls  ${firewallNote ?? 'nothing noted; what they let pass is between the parties'}`,
    ...parties.flatMap((profile) => ['', ...showProfile(profile, session)]),
  ];
}
