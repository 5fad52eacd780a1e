import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { WaslError } from '../../errors.ts';
import { cosign, parseVerifier, readSigner, type Signer, type Verifier } from '../../ledger/signed-note.ts';
import { judgeOffer } from '../../ledger/witness.ts';
import { readText } from '../read-document.ts';
import type { CliSession } from '../session.ts';
import { openWitnessMemory } from '../witness-memory.ts';

interface WitnessOptions {
  readonly logKey: Verifier;
  readonly key: string;
  readonly name: string;
  readonly memory: string;
  readonly first?: boolean;
  readonly every?: number;
}

export function registerWitnessCommands(program: Command, session: CliSession): void {
  const witness = program
    .command('witness')
    .description('vouch for the ledger as a party: what was recorded stays, and nothing is cut off');
  witness
    .command('run')
    .description('cosign the last checkpoint, if it continues the one that this witness remembers')
    .requiredOption('--log-key <key>', 'verifier key of the installation, handed over by another way', parseLogKey)
    .requiredOption('--key <file>', 'private key of the witness: Ed25519, PEM')
    .requiredOption('--name <name>', 'of the witness, like moh.example/witness')
    .requiredOption('--memory <file>', 'what it remembers; never shared, never restored from a backup')
    .option('--first', 'it remembers nothing yet')
    .option('--every <seconds>', 'again and again, until Ctrl-C', parseSeconds)
    .addHelpText('after', RUN_HELP)
    .action(async ({ every, ...options }: WitnessOptions) => {
      const signer = await openSigner(session, options);
      await witnessOnce(session, options, signer);
      while (every !== undefined && (await isTimeFor(session, every))) {
        await witnessOnce(session, { ...options, first: false }, signer).catch((error: unknown) => {
          // What is away comes back; what is broken does not.
          if (!(error instanceof WaslError) || error.class !== 'transient') throw error;
          session.remark(error.message);
        });
      }
    });
  witness
    .command('key')
    .description('the verifier key of a witness, for auditors')
    .requiredOption('--key <file>', 'its private key')
    .requiredOption('--name <name>', 'its name')
    .action(async (options: Pick<WitnessOptions, 'key' | 'name'>) => {
      const { text } = (await openSigner(session, options)).verifier;
      if (session.isJson) return session.printJson({ verifierKey: text });
      session.print(text);
    });
}

async function witnessOnce(session: CliSession, options: Omit<WitnessOptions, 'every'>, signer: Signer): Promise<void> {
  const { client } = session;
  const memory = await openWitnessMemory(options.memory);
  try {
    const { remembered } = memory;
    refuseMissingMemory(remembered, options);
    const offer = await client.readCheckpoint();
    const checkpoint = await judgeOffer({ offered: offer.note, remembered }, options.logKey, async (from, to) =>
      client.proveConsistency(from, to).then(({ hashes }) => hashes),
    ).catch((error: unknown) => {
      // Half of what shows it, and nowhere else to be had; --json has it with the error.
      if (error instanceof WaslError && error.code === 'LEDGER_BROKEN' && !session.isJson) {
        session.printDocument(offer.note);
      }
      throw error;
    });
    await memory.remember(offer.note);
    const { size, note } = checkpoint;
    const witness = signer.verifier.text;
    const isKnown = offer.cosignatures.some((cosignature) => cosignature.witness === witness);
    if (!isKnown) await client.postCosignature({ size, witness, line: cosign(note.body, signer, session.io.now()) });
    const root = checkpoint.root.toString('base64');
    if (session.isJson) return session.printJsonLine({ size, root, cosigned: !isKnown });
    session.print(`${isKnown ? 'as before' : 'cosigned'}: ${size} rows, root ${root}`);
  } finally {
    await memory.release();
  }
}

function refuseMissingMemory(remembered: string | null, { first, memory: path }: Omit<WitnessOptions, 'every'>): void {
  if (remembered === null && first !== true) {
    const remedy = 'A new witness starts with --first. One that lost its memory is retired, with its key.';
    throw new WaslError('CONFIGURATION', 'there is no memory here', { path, remedy });
  }
  if (remembered !== null && first === true) {
    throw new WaslError('CONFIGURATION', 'this witness remembers something', { path, remedy: 'Leave --first out.' });
  }
}

async function openSigner({ io }: CliSession, { key, name }: Pick<WitnessOptions, 'key' | 'name'>): Promise<Signer> {
  return readSigner(await readText(io, key), 'witness', name, key);
}

/** False: it is to stop. */
async function isTimeFor({ io }: CliSession, seconds: number): Promise<boolean> {
  await sleep(seconds * 1_000, undefined, { signal: io.signal }).catch(() => undefined);
  return !io.signal.aborted;
}

export function parseLogKey(text: string): Verifier {
  const verifier = parseVerifier(text, 'log');
  if (verifier === null) throw new InvalidArgumentError('must be a verifier key: name+id+key');
  return verifier;
}

export function addWitness(text: string, before: readonly Verifier[] | undefined): readonly Verifier[] {
  const verifier = parseVerifier(text, 'witness');
  if (verifier === null) throw new InvalidArgumentError('must be a verifier key of a witness: name+id+key');
  return [...(before ?? []), verifier];
}

function parseSeconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 86_400) throw new InvalidArgumentError('must be 1 to 86400');
  return value;
}

const RUN_HELP = `
The server gets a token of the role witness; it reads no entries. The worker's log tells the verifier key of the installation. A witness
counts only on a machine that the operator of wasl does not run.

Exit codes: 0 cosigned, or nothing new; 3 something was away; 4 the ledger shrank or was rewritten, and nothing was cosigned.

Example:
  openssl genpkey -algorithm ed25519 -out witness.pem
  wasl witness run --log-key wasl/4f0c...+5f3a...+AX... --key witness.pem --name moh.example/witness --memory seen --first`;
