import { createHash } from 'node:crypto';
import { z } from 'zod';
import { visibleJsonText } from '../../domain/visible-text.ts';
import type { CliIo } from '../cli-io.ts';

const jwkSchema = z.looseObject({ kty: z.string() });

const loginSchema = z.object({
  server: z.string(),
  issuer: z.string(),
  clientId: z.string(),
  scope: z.string(),
  accessToken: z.string(),
  /** ISO 8601; the token counts no longer. */
  expiresAt: z.iso.datetime(),
  /** How to get the next token without a person; null: there is no way. */
  renewal: z
    .discriminatedUnion('by', [
      z.object({ by: z.literal('refresh-token'), refreshToken: z.string() }),
      z.object({ by: z.literal('client-key'), file: z.string() }),
    ])
    .nullable(),
  /** That the tokens are bound to (RFC 9449); null: the issuer binds none. */
  proofKey: z.object({ privateJwk: jwkSchema, publicJwk: jwkSchema }).nullable(),
});
/** A login at one server, as it lies in the state directory: secrets of one user on one machine. */
export type Login = z.infer<typeof loginSchema>;

/** One file for each server: logins at two never write over each other. */
const fileOf = (server: string) => `login-${createHash('sha256').update(server).digest('hex').slice(0, 16)}.json`;

/** Null: nobody logged in there, or what is kept is of another release. */
export async function readLogin(io: Pick<CliIo, 'keep'>, server: string): Promise<Login | null> {
  const text = await io.keep.read(fileOf(server));
  if (text === null) return null;
  try {
    const login = loginSchema.parse(JSON.parse(text));
    return login.server === server ? login : null;
  } catch {
    return null;
  }
}

export async function writeLogin(io: Pick<CliIo, 'keep'>, login: Login): Promise<void> {
  await io.keep.put(fileOf(login.server), visibleJsonText(login));
}

export async function forgetLogin(io: Pick<CliIo, 'keep'>, server: string): Promise<void> {
  await io.keep.remove(fileOf(server));
}
