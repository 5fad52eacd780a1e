import type { Command } from 'commander';
import { digestOf } from '../../domain/canonical-json.ts';
import { onlyTakesAway } from '../../domain/change-kinds.ts';
import { WaslError } from '../../errors.ts';
import type { SignedDocument } from '../../signatures/index.ts';
import type { CliSession } from '../session.ts';
import { showPlan } from '../show-plan.ts';
import { digestOfPlan, requireAsShown } from '../shown-memory.ts';
import { SIGNING_FLAGS, type SigningOptions, signFor, tellSigners, unlessNobodyIsBelieved } from '../sign-for.ts';
import { flowInWords, shortDigest } from '../wording.ts';

const WHAT = 'a request (IC-0001) for your entity, or a plan (IC-0001-C1-P1) for the network side';

interface DecisionOptions extends SigningOptions {
  readonly reason?: string;
  readonly digest?: string;
  readonly accept?: readonly string[];
}

/** The form of the id says what is decided. An id names one version: a new plan has a new id. */
export function registerDecisionCommands(program: Command, session: CliSession): void {
  const approve = program
    .command('approve')
    .description('approve a request as a party, or a plan as the network side')
    .argument('<id>', WHAT)
    .option('--reason <text>', 'why, for the record')
    .option('--digest <digest>', 'approve only this version; else the one that was last shown to you')
    .option('--accept <prefix@vrf...>', 'what the plan asks to be accepted by name')
    .addHelpText(
      'after',
      '\nWhat is decided is signed, and its signatures are verified again before any router is written.\n' +
        '\nExamples:\n  wasl approve IC-0001 --identity me.p12 --seal moh-seal.p12 --designation "Director of networks"\n' +
        '  wasl approve IC-0001 --prepare request.json\n  wasl approve IC-0001 --signed signed.json\n' +
        '  wasl approve IC-0001-C1-P1 --identity me.pem --designation Engineer --reason "reviewed in CAB 42"\n' +
        '  wasl approve IC-0001-C1-P1 --accept 10.150.0.0/16@MOF',
    )
    .action((id: string, options: DecisionOptions) => decide(session, id, 'approve', options));
  for (const [flags, description] of SIGNING_FLAGS) approve.option(flags, description);

  program
    .command('reject')
    .description('reject a request as a party, or a plan as the network side')
    .argument('<id>', WHAT)
    .requiredOption('--reason <text>', 'why; the other side reads it')
    .option('--digest <digest>', 'reject only this version')
    .addHelpText('after', '\nExample:\n  wasl reject IC-0001 --reason "the prefixes belong to another project"')
    .action((id: string, options: DecisionOptions) => decide(session, id, 'reject', options));
}

/** A digest that comes with a text binds nobody: signed is what was read, by the digest that it has here. Throws APPROVAL_DIGEST. */
function requireAsRead(id: string, digest: string, own: string): void {
  if (digest === own) return;
  throw new WaslError('APPROVAL_DIGEST', `what came as ${id} has the digest ${own}, and not ${digest}`, {
    remedy: 'Nothing was signed. Tell whoever runs the server: it shows one thing and has another signed.',
  });
}

async function decide(
  session: CliSession,
  id: string,
  decision: 'approve' | 'reject',
  options: DecisionOptions,
): Promise<void> {
  const verb = decision === 'approve' ? 'approved' : 'rejected';
  // Whoever rejects signs nothing: that opens nothing. What was signed elsewhere was read there.
  const isSigned = decision === 'approve' && options.signed === undefined;
  const signatureFor = (wish: Parameters<typeof signFor>[1], digest: string, words: readonly string[]) =>
    decision === 'reject' ? undefined : signFor(session, wish, { digest, words }, options);
  if (/^IC-\d+-C\d+-P\d+$/.test(id)) {
    const read = options.digest === undefined || isSigned ? await session.client.readPlan(id) : null;
    const digest = options.digest ?? read?.digest ?? '';
    let words: readonly string[] = [];
    if (read !== null && isSigned) {
      requireAsRead(id, digest, digestOfPlan(read));
      if (options.digest === undefined) await requireAsShown(session, id, digest);
      // What becomes and ceases to be reachable: the rest was read with `plan show`.
      words = showPlan(read, (_style, text) => text).filter((line) => /^ {2}[+-] /.test(line));
    }
    const sign = async () => signatureFor({ kind: 'plan-approval', id }, digest, words);
    const isRemoval = read !== null && onlyTakesAway(read.kind);
    const said = isRemoval ? await unlessNobodyIsBelieved(options, sign) : { signed: await sign(), unsigned: null };
    if (said === null || (said.signed === null && said.unsigned === null)) return;
    const signed = said.signed ?? undefined;
    const plan = await session.client.decidePlan(id, {
      ...{ decision, digest, reason: options.reason, signed },
      ...(options.accept === undefined ? {} : { accepts: options.accept }),
    });
    if (session.isJson) return session.printJson(plan);
    return session.print([
      `plan ${id} (${shortDigest(digest)}) is ${verb}: ${plan.kind} ${plan.interconnectId}`,
      ...(await signersOf(signed, isSigned)),
      ...(said.unsigned === null ? [] : [`  It is recorded as unsigned: ${said.unsigned}`]),
    ]);
  }
  if (!/^IC-\d+$/.test(id)) {
    const remedy = 'Write an id like IC-0001 or IC-0001-C1-P1.';
    throw new WaslError('INPUT_INVALID', `${id} is neither a request nor a plan`, { path: 'id', remedy });
  }
  if (options.accept !== undefined) {
    const remedy = 'Leave --accept out: it is for plans.';
    throw new WaslError('INPUT_INVALID', `${id} is a request: it asks for nothing to be accepted`, {
      path: '--accept',
      remedy,
    });
  }
  const read = options.digest === undefined || isSigned ? await session.client.readInterconnect(id) : null;
  const digest = options.digest ?? read?.requestDigest ?? '';
  if (read !== null && isSigned) {
    requireAsRead(id, digest, digestOf(read.request));
    if (options.digest === undefined) await requireAsShown(session, id, digest);
  }
  const words = read?.request.flows.map((flow) => `  ${flowInWords(flow)}`) ?? [];
  const signed = await signatureFor({ kind: 'request', id }, digest, words);
  if (signed === null) return;
  const interconnect = await session.client.decideRequest(id, { decision, digest, reason: options.reason, signed });
  if (session.isJson) return session.printJson(interconnect);
  session.print([
    `request ${id} (${shortDigest(digest)}) is ${verb}`,
    ...(await signersOf(signed, isSigned)),
    ...(isSigned ? [] : interconnect.request.flows.map((flow) => `  ${flowInWords(flow)}`)),
    ...interconnect.awaiting.map((whose) => `  ${session.paint('yellow', 'waits for')} ${whose}`),
  ]);
}

/** Who signed here; what was signed elsewhere its signer has seen. */
const signersOf = async (signed: SignedDocument | undefined, isSignedHere: boolean): Promise<string[]> =>
  signed === undefined || !isSignedHere ? [] : [`  ${await tellSigners(signed)}`];
