import ssh2, { type AnyAuthMethod, type AuthHandlerMiddleware, type ParsedKey } from 'ssh2';
import { NetconfError } from '../errors.ts';

export interface KeyboardPrompt {
  readonly text: string;
  /** False for a secret. */
  readonly echo: boolean;
}

/** One way to log in. */
export type SshAuth =
  /** Also answers a keyboard-interactive server that asks one hidden question: IOS-XR and SR OS offer only that by default. */
  | { readonly password: string }
  /** OpenSSH, PEM or PPK text; `passphrase` where it is encrypted. */
  | { readonly privateKey: string | Buffer; readonly passphrase?: string | undefined }
  /** Path of an agent's socket, as in SSH_AUTH_SOCK. */
  | { readonly agent: string }
  | {
      readonly keyboardInteractive: (
        prompts: readonly KeyboardPrompt[],
      ) => readonly string[] | Promise<readonly string[]>;
    };

/**
 * The methods in the order given, as ssh2 takes them.
 *
 * @throws NetconfError `INVALID_REQUEST` for a key that cannot be read; the message never holds any of it
 */
export function authMethods(username: string, auth: SshAuth | readonly SshAuth[]): AnyAuthMethod[] {
  const ways = Array.isArray(auth) ? (auth as readonly SshAuth[]) : [auth as SshAuth];
  if (ways.length === 0) throw new NetconfError('INVALID_REQUEST', 'no authentication method given');
  return ways.flatMap((way) => methodsOf(username, way));
}

export interface Login {
  /** Offers ssh2 one method after the other, in their order. */
  readonly handler: AuthHandlerMiddleware;
  /** Once the server has let us in: the methods that it took, by RFC 4252's names; several where it asked for more than one. */
  taken(): readonly string[];
}

export function createLogin(methods: readonly AnyAuthMethod[]): Login {
  const taken: string[] = [];
  let at = 0;
  return {
    handler: (_left, isPartial) => {
      const last = methods[at - 1];
      if (isPartial && last !== undefined) taken.push(last.type);
      const next = methods[at];
      at += 1;
      return next ?? false;
    },
    taken: () => [...taken, ...methods.slice(at - 1, at).map(({ type }) => type)],
  };
}

function methodsOf(username: string, auth: SshAuth): AnyAuthMethod[] {
  if ('password' in auth) {
    const { password } = auth;
    return [
      { type: 'password', username, password },
      { type: 'keyboard-interactive', username, prompt: answerWith((prompts) => answerOnlyHidden(prompts, password)) },
    ];
  }
  if ('privateKey' in auth)
    return [{ type: 'publickey', username, key: readPrivateKey(auth.privateKey, auth.passphrase) }];
  if ('agent' in auth) return [{ type: 'agent', username, agent: auth.agent }];
  return [{ type: 'keyboard-interactive', username, prompt: answerWith(auth.keyboardInteractive) }];
}

type Ask = (prompts: readonly KeyboardPrompt[]) => readonly string[] | Promise<readonly string[]>;

/** Adapts to ssh2's callback. A question that cannot be answered is answered with nothing: the server then refuses. */
function answerWith(ask: Ask) {
  return (
    _name: string,
    _instructions: string,
    _language: string,
    prompts: { prompt: string; echo?: boolean }[],
    finish: (answers: string[]) => void,
  ): void => {
    const asked = prompts.map(({ prompt, echo }) => ({ text: prompt, echo: echo === true }));
    void collectAnswers(ask, asked).then(finish);
  };
}

async function collectAnswers(ask: Ask, prompts: readonly KeyboardPrompt[]): Promise<string[]> {
  try {
    const answers = await ask(prompts);
    return [...answers];
  } catch {
    return [];
  }
}

function answerOnlyHidden(prompts: readonly KeyboardPrompt[], password: string): string[] {
  const [only] = prompts;
  // A server asks nothing in its last round. Two questions, or one with echo, are not for the password.
  return prompts.length === 1 && only !== undefined && !only.echo ? [password] : [];
}

function readPrivateKey(text: string | Buffer, passphrase: string | undefined): ParsedKey {
  const parsed: ParsedKey | Error | (ParsedKey | Error)[] = ssh2.utils.parseKey(text, passphrase);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key === undefined || key instanceof Error) {
    throw new NetconfError('INVALID_REQUEST', `the private key cannot be read: ${key?.message ?? 'no key in it'}`);
  }
  if (!key.isPrivateKey()) throw new NetconfError('INVALID_REQUEST', 'the private key is a public key');
  return key;
}
