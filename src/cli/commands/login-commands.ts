import type { Command } from 'commander';
import type { CallerAnswer } from '../../api/identity-wire.ts';
import { WaslError } from '../../errors.ts';
import { forgetLogin, readLogin } from '../login/login-cache.ts';
import { readResource } from '../login/read-resource.ts';
import type { CliSession } from '../session.ts';

interface LoginOptions {
  readonly client?: string;
  readonly key?: string;
}

const LOGIN_HELP = `
A person logs in with a browser, on any machine: the command shows an address and a code, and waits. The tokens are bound to a key
where the issuer can (DPoP) and lie in the state directory (WASL_STATE_DIR), readable by this user alone. A decision asks for a login
of its own when it is sent from a terminal.

A machine has a client of its own at the issuer: --client, and --key with the private key as a JWK (kty, d, kid, alg).

WASL_TOKEN, WASL_TOKEN_FILE and --token-file come before a login.`;

export function registerLoginCommands(program: Command, session: CliSession): void {
  program
    .command('login')
    .description('log in at the issuer of the server, and stay so until `wasl logout`')
    .option('--client <id>', 'as a machine: its client_id')
    .option('--key <file>', 'as a machine: its private key')
    .addHelpText('after', LOGIN_HELP)
    .action(async ({ client: clientId, key: file }: LoginOptions) => {
      if ((clientId === undefined) !== (file === undefined)) {
        throw new WaslError('INPUT_INVALID', 'a machine has a client and a key', {
          remedy: 'Give both --client and --key.',
        });
      }
      const { io, server } = session;
      const resource = await readResource(server, io.fetch);
      const { logInByDevice, logInByKey } = await import('../login/log-in.ts');
      const place = { io, server, resource, tell: session.remark };
      if (clientId !== undefined && file !== undefined) await logInByKey(place, { clientId, file });
      else await logInByDevice(place, null);
      if (await session.hasToken()) session.remark('A token is given in another way, and comes before this login.');
      await showCaller(session);
    });
  program
    .command('logout')
    .description('forget the login at the server, and have the issuer take it back')
    .action(async () => {
      const { io, server } = session;
      const login = await readLogin(io, server);
      await forgetLogin(io, server);
      if (login !== null) {
        const { revoke } = await import('../login/revoke.ts');
        await revoke(login, io).catch((error: unknown) => {
          if (!(error instanceof WaslError)) throw error;
          session.remark(`It is forgotten here; the issuer was not told: ${error.message}`);
        });
      }
      if (session.isJson) session.printJson({ server, wasLoggedIn: login !== null });
      else session.print(login === null ? `nobody was logged in at ${server}` : `logged out at ${server}`);
    });
  program
    .command('whoami')
    .description('who the server takes you for')
    .action(() => showCaller(session));
}

async function showCaller(session: CliSession): Promise<void> {
  const caller = await session.client.readCaller();
  if (session.isJson) return session.printJson(caller);
  session.print(describe(caller, session.server));
}

function describe({ person, roles, entity, acr, decidesUntil, expiresAt }: CallerAnswer, server: string): string[] {
  const part = roles.length === 0 ? 'no role' : roles.join(', ');
  const decides = decidesUntil === null ? 'a decision needs a new login' : `decides until ${decidesUntil}`;
  return [
    `${person} at ${server}: ${part}${entity === null ? '' : ` of ${entity}`}`,
    `  logged in by ${acr ?? 'a way that the token does not name'}; ${decides}`,
    `  the token ends ${expiresAt}`,
  ];
}
