import { type Command, InvalidArgumentError, Option } from 'commander';
import type { HoldAnswer, LostKeyAnswer, ProposalAnswer } from '../../api/privacy-wire.ts';
import { countOf } from '../../domain/count-of.ts';
import { PURPOSES } from '../../domain/retention.ts';
import { WaslError } from '../../errors.ts';
import type { CliSession } from '../session.ts';
import { formatTable } from '../table.ts';
import { shortDigest } from '../wording.ts';

interface ForPurpose {
  readonly purpose: string;
}

/** What is kept of persons, who may see it, and how it ends. */
export function registerPrivacyCommands(program: Command, session: CliSession): void {
  const retention = program.command('retention').description('what is due by the retention schedule, and its erasure');
  registerProposals(retention, session);
  registerSteps(retention, session);
  registerHolds(program.command('hold').description('legal holds: what is not erased while one stands'), session);
  registerPrivacy(program.command('privacy').description('what is kept of persons, and the keys of it'), session);
}

function registerProposals(retention: Command, session: CliSession): void {
  retention
    .command('due')
    .description('what is due, and why all else is kept')
    .action(async () => {
      const answer = await session.client.privacy.readRetention();
      if (session.isJson) return session.printJson(answer);
      const { authority, due, keptBack } = answer;
      session.print(
        `By ${authority}: ${countOf(due.length, 'record')} due, ${countOf(keptBack.length, 'record')} kept.`,
      );
      const rows = [
        ...due.map(({ id, subject, dueAt }) => [id, subject, `due since ${dueAt}`]),
        ...keptBack.map(({ id, subject, why }) => [id, subject, why]),
      ];
      session.print(formatTable(['RECORD', 'PERSON', 'WHY'], rows, session.paint));
    });

  retention
    .command('propose')
    .description('propose what is due for erasure; another person decides')
    .action(async () => show(session, await session.client.privacy.propose()));

  retention
    .command('list')
    .description('what was proposed, and what became of it; newest first')
    .action(async () => {
      const proposals = await session.client.privacy.listProposals();
      if (session.isJson) return session.printJson(proposals);
      const rows = proposals.map(({ id, state, records, proposedBy, decidedBy, digest }) => [
        ...[String(id), state, String(records.length), proposedBy, decidedBy ?? '', shortDigest(digest)],
      ]);
      const head = ['ID', 'STATE', 'RECORDS', 'PROPOSED BY', 'DECIDED BY', 'DIGEST'];
      session.print(formatTable(head, rows, session.paint));
    });

  retention
    .command('show')
    .description('one proposal, with every record on it')
    .argument('<id>', 'number', parseNumber)
    .action(async (id: number) => show(session, await readProposal(session, id)));
}

function registerSteps(retention: Command, session: CliSession): void {
  for (const decision of ['authorise', 'refuse'] as const) {
    retention
      .command(decision)
      .description(`${decision} what somebody else proposed`)
      .argument('<id>', 'number', parseNumber)
      .option('--digest <digest>', 'of the list that you read; without it, of the list as it is now')
      .action(async (id: number, options: { readonly digest?: string }) => {
        const digest = options.digest ?? (await readProposal(session, id)).digest;
        show(session, await session.client.privacy.decide(id, { digest, decision }));
      });
  }
  retention
    .command('erase')
    .description('erase what was authorised, all of it or nothing; it does not come back')
    .argument('<id>', 'number', parseNumber)
    .addHelpText(
      'after',
      '\nThen wrap what is left anew, so that no backup opens what was erased: wasl privacy-key --help',
    )
    .action(async (id: number) => show(session, await session.client.privacy.erase(id)));
}

function registerHolds(hold: Command, session: CliSession): void {
  hold
    .command('list')
    .description('legal holds; those that stand first')
    .action(async () => {
      const holds = await session.client.privacy.listHolds();
      if (session.isJson) return session.printJson(holds);
      const rows = holds.map((each) => [String(each.id), onWhat(each), each.reference, each.placedBy, stateOf(each)]);
      session.print(formatTable(['ID', 'ON', 'REFERENCE', 'PLACED BY', 'STATE'], rows, session.paint));
    });
  hold
    .command('place')
    .description('keep what is kept of a person, or of a record')
    .option('--person <id>', 'all that is kept of a person')
    .option('--record <id>', 'what is kept in one record: IC-0001, or version and entity as 2026-1/MOH')
    .requiredOption('--reference <text>', 'the number of the case; no names')
    .action(async (options: { readonly person?: string; readonly record?: string; readonly reference: string }) => {
      const { person, record, reference } = options;
      const on = { ...(person === undefined ? {} : { subject: person }), ...(record === undefined ? {} : { record }) };
      const placed = await session.client.privacy.placeHold({ ...on, reference });
      if (session.isJson) return session.printJson(placed);
      session.print(`Legal hold ${placed.id} stands on ${onWhat(placed)}`);
    });
  hold
    .command('lift')
    .description('lift one')
    .argument('<id>', 'number', parseNumber)
    .action(async (id: number) => {
      const lifted = await session.client.privacy.liftHold(id);
      if (session.isJson) return session.printJson(lifted);
      session.print(`Legal hold ${lifted.id} on ${onWhat(lifted)} is lifted`);
    });
}

function registerPrivacy(privacy: Command, session: CliSession): void {
  const purpose = () => new Option('--purpose <purpose>', 'why; recorded').choices([...PURPOSES]).makeOptionMandatory();
  privacy
    .command('rotate')
    .description('wrap the keys of all persons under the newest key of the ring')
    .action(async () => {
      const rotation = await session.client.privacy.rotate();
      if (session.isJson) return session.printJson(rotation);
      const { kek, rewrapped, sealed, secrets, lost, retired, isVacuumed } = rotation;
      session.print(`${countOf(rewrapped, 'key')} wrapped anew under ${kek}; ${countOf(sealed, 'document')} sealed`);
      if (secrets > 0) session.print(`${countOf(secrets, 'webhook')} with secrets sealed under it`);
      for (const each of lost) session.print(lostInWords(each));
      if (!isVacuumed) session.print('The owner of the tables must run: vacuum full personal_keys');
      if (retired.length > 0) session.print(`Take these out of the ring, and destroy them: ${retired.join(', ')}`);
    });
  privacy
    .command('lost')
    .description('keys of the ring that are not here, and what is shut for want of them')
    .action(async () => {
      const lost = await session.client.privacy.listLostKeys();
      if (session.isJson) return session.printJson(lost);
      for (const each of lost) session.print(lostInWords(each));
      if (lost.length === 0) session.print('Every key is here');
    });
  privacy
    .command('give-up')
    .description('a key that is gone for good: rotations go on without it; recorded in the ledger')
    .argument('<key>')
    .action(async (key: string) => {
      const lost = await session.client.privacy.giveUpKey(key);
      if (session.isJson) return session.printJson(lost);
      for (const each of lost.filter((one) => one.key === key)) session.print(lostInWords(each));
    });
  privacy
    .command('export')
    .description('all that is kept of one person, as JSON; recorded in the ledger')
    .argument('<person>')
    .addOption(purpose())
    .action(async (person: string, options: ForPurpose) =>
      session.printJson(await session.client.privacy.exportSubject(person, options.purpose)),
    );
  privacy
    .command('signatures')
    .description('who signed what of an interconnect')
    .argument('<interconnect>')
    .action(async (id: string) => {
      const records = await session.client.privacy.listSignatures(id);
      if (session.isJson) return session.printJson(records);
      const rows = records.map(({ subject, party, person, decidedAt, document, signature }) => [
        ...[subject, party, person, decidedAt, document, signature === null ? '' : shortDigest(signature)],
      ]);
      session.print(formatTable(['OF', 'FOR', 'BY', 'AT', 'DOCUMENT', 'SIGNATURE'], rows, session.paint));
    });
  privacy
    .command('disclose')
    .description('the signed documents of an interconnect, as JSON; recorded in the ledger')
    .argument('<interconnect>')
    .addOption(purpose())
    .action(async (id: string, options: ForPurpose) =>
      session.printJson(await session.client.privacy.discloseSignatures(id, options.purpose)),
    );
}

function lostInWords({ key, records, givenUpBy }: LostKeyAnswer): string {
  const by = givenUpBy === null ? 'not given up' : `given up by ${givenUpBy}`;
  return `${key} is not here, or opens nothing (${by}); shut for want of it: ${records.join(', ')}`;
}

async function readProposal(session: CliSession, id: number): Promise<ProposalAnswer> {
  const proposal = (await session.client.privacy.listProposals()).find((each) => each.id === id);
  if (proposal === undefined) throw new WaslError('RETENTION_UNKNOWN', `there is no proposal ${id}`);
  return proposal;
}

function show(session: CliSession, proposal: ProposalAnswer): void {
  const { id, state, authority, digest, records, proposedBy } = proposal;
  const rows = records.map(({ kind, id: of, subject, dueAt, reference }) => [kind, of, subject, dueAt, reference]);
  const table = formatTable(['KIND', 'RECORD', 'PERSON', 'DUE SINCE', 'CLASS'], rows, session.paint);
  if (session.isJson) session.printJson(proposal);
  else {
    session.print(`Proposal ${id} of ${proposedBy}, by ${authority}: ${state}`);
    session.print(`Digest: ${digest}`);
    session.print(table);
  }
}

const onWhat = ({ subject, record }: HoldAnswer): string => subject ?? record?.id ?? '';
const stateOf = ({ liftedAt, liftedBy }: HoldAnswer): string =>
  liftedAt === null ? 'stands' : `lifted by ${liftedBy}`;

function parseNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('must be a number, from 1');
}
