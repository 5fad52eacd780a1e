/** A signature by a key that never leaves its card: PKCS #11, in a process of its own (`pkcs11-helper.js`). */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { canonicalJson } from '../domain/canonical-json.ts';
import { WaslError } from '../errors.ts';

export interface CardKey {
  /** Path of the vendor's library. */
  readonly module: string;
  /** Label of the token; null: there is one. */
  readonly token: string | null;
  /** Label of the private key; null: there is one on it. */
  readonly key: string | null;
  readonly pin: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const HELPER = fileURLToPath(new URL('pkcs11-helper.js', import.meta.url));
/** A card signs in a second, and a person may have to press a button on its reader. */
const TIMEOUT_MS = 60_000;

const answerSchema = z.union([
  z.strictObject({ signature: z.base64() }),
  z.strictObject({ fault: z.string() }),
  z.strictObject({ absent: z.literal(true) }),
]);

/**
 * The signature over the prepared bytes, as `attachSignature` takes it. The PIN goes by a pipe, once, and stands in no argument and no variable. Throws
 * SIGNING_KEY with what the card says. `env`: of the helper, for the libraries of some vendors read their settings there.
 */
export async function signByCard(
  card: CardKey,
  { algorithm, signingInput }: { readonly algorithm: string; readonly signingInput: Uint8Array },
  env: Environment,
): Promise<Uint8Array> {
  const digest = createHash('sha256').update(signingInput).digest('base64');
  const answer = await askHelper(canonicalJson({ ...card, algorithm, digest }), env);
  if ('signature' in answer) return Buffer.from(answer.signature, 'base64');
  const path = '--pkcs11';
  if ('fault' in answer) throw new WaslError('SIGNING_KEY', `the card did not sign: ${answer.fault}`, { path });
  throw new WaslError('SIGNING_KEY', 'what reaches cards is not installed: the package pkcs11js', {
    path,
    remedy:
      'Install it beside wasl, and build it: npm install --no-save pkcs11js@2, npm rebuild pkcs11js --foreground-scripts.',
  });
}

async function askHelper(asked: string, env: Environment): Promise<z.output<typeof answerSchema>> {
  const helper = spawn(process.execPath, [HELPER], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...env },
    timeout: TIMEOUT_MS,
  });
  // One that ended early says so by its answer.
  helper.stdin.on('error', () => undefined);
  const ended = new Promise<void>((resolve, reject) => {
    helper.once('error', reject);
    helper.once('close', () => resolve());
  });
  helper.stdin.end(asked);
  const [said] = await Promise.all([text(helper.stdout), ended]);
  const answer = answerSchema.safeParse(jsonOf(said));
  if (answer.success) return answer.data;
  throw new WaslError('SIGNING_KEY', 'the library of the card broke, or did not answer within a minute', {
    path: '--pkcs11',
  });
}

function jsonOf(said: string): unknown {
  try {
    return JSON.parse(said);
  } catch {
    return undefined;
  }
}
