import { readListenAddress } from '../configuration.ts';
import { openDevelopmentIssuer } from '../development-key.ts';
import type { TokenOptions } from '../server-commands.ts';

export async function printToken({ person, role: roles, entity }: TokenOptions): Promise<void> {
  const issuer = await openDevelopmentIssuer(readListenAddress().host);
  process.stdout.write(`${await issuer.mintToken({ person, roles, ...(entity === undefined ? {} : { entity }) })}\n`);
}
