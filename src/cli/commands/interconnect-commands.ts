import { type Command, InvalidArgumentError } from 'commander';
import { digestOf } from '../../domain/canonical-json.ts';
import { LIFECYCLES } from '../../domain/lifecycle.ts';
import type { CliSession } from '../session.ts';
import { showInterconnect, showInterconnects } from '../show-interconnect.ts';
import { rememberShown } from '../shown-memory.ts';
import { SIGNING_FLAGS, type SigningOptions, signClosing } from '../sign-for.ts';
import { paintStanding } from '../wording.ts';
import { showLiaison } from './entity-commands.ts';

export function registerInterconnectCommands(program: Command, session: CliSession): void {
  const interconnect = program.command('interconnect').description('agreements of two parties and what became of them');

  interconnect
    .command('list')
    .description('interconnects, newest first')
    .option('--state <state>', `only those in this state: ${LIFECYCLES.join(', ')}`, parseState)
    .option('--before <id>', 'the page after this one')
    .option('--limit <count>', 'how many', parseCount)
    .addHelpText('after', '\nExample:\n  wasl interconnect list --state active')
    .action(async (options: { state?: string; before?: string; limit?: number }) => {
      const { state: lifecycle, before, limit } = options;
      const list = await session.client.listInterconnects({ lifecycle, before, limit });
      if (session.isJson) return session.printJson(list);
      session.print(showInterconnects(list, session.paint));
    });

  interconnect
    .command('show')
    .description('one interconnect: agreement, decisions, changes')
    .argument('<id>', 'for example IC-0001')
    .action(async (id: string) => {
      const answer = await session.client.readInterconnect(id);
      await rememberShown(session, answer.id, () => digestOf(answer.request));
      if (session.isJson) return session.printJson(answer);
      session.print(showInterconnect(answer, session.paint));
    });

  interconnect
    .command('contacts')
    .description('whom the two parties reach at each other, and what each has taken upon itself')
    .argument('<id>', 'for example IC-0001')
    .action(async (id: string) => {
      const liaison = await session.client.entities.readLiaison(id);
      if (session.isJson) return session.printJson(liaison);
      session.print(showLiaison(liaison, session));
    });

  const withdrawal = interconnect
    .command('withdraw')
    .description('take it off the network, or give up a request that is not on it yet')
    .argument('<id>', 'for example IC-0001')
    .requiredOption('--reason <text>', 'why, for the record')
    .addHelpText(
      'after',
      '\nIt is signed with the key at hand, and recorded as unsigned without one: ending never waits.\n' +
        '\nExample:\n  wasl interconnect withdraw IC-0001 --reason "the project has ended" --identity me.p12 --designation "Director"',
    )
    .action(withdraw);
  for (const [flags, description] of SIGNING_FLAGS) withdrawal.option(flags, description);

  interconnect
    .command('replan')
    .description('plan again what could not be planned or went stale')
    .argument('<id>', 'for example IC-0001')
    .action((id: string) => act(id, () => session.client.replan(id)));

  interconnect
    .command('recover')
    .description('end a change that needed a person, after the routers named were mended')
    .argument('<id>', 'for example IC-0001')
    .action((id: string) => act(id, () => session.client.recover(id)));

  interconnect
    .command('resume')
    .description('have wasl look at it again, and begin its workflow anew where none runs; decides nothing')
    .argument('<id>', 'for example IC-0001')
    .action((id: string) => act(id, () => session.client.resume(id)));

  async function withdraw(id: string, options: SigningOptions & { readonly reason: string }): Promise<void> {
    const closing = await signClosing(session, id, options);
    if (closing === null) return;
    await act(id, () => session.client.withdraw(id, options.reason, closing.signed));
    if (closing.unsigned !== null) session.remark(`It is recorded as unsigned: ${closing.unsigned}.`);
  }

  async function act(id: string, call: () => ReturnType<typeof session.client.withdraw>): Promise<void> {
    const answer = await call();
    if (session.isJson) return session.printJson(answer);
    session.print([
      `accepted: ${id} is ${paintStanding(answer.standing, session.paint)}`,
      `  ${session.paint('yellow', 'next:')} ${answer.next}`,
      `  \`wasl status ${id} --watch\` shows what happens`,
    ]);
  }
}

function parseState(text: string): string {
  if ((LIFECYCLES as readonly string[]).includes(text)) return text;
  throw new InvalidArgumentError(`Write one of ${LIFECYCLES.join(', ')}.`);
}

export function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 0) throw new InvalidArgumentError('Write a whole number.');
  return count;
}
