import { WaslError } from '../errors.ts';

/** What people expect an option for, and where it goes instead. */
const INSTEAD: Readonly<Record<string, string>> = {
  '--token': 'Put it into a file and name that with --token-file, or into WASL_TOKEN.',
  '--password': 'Name a file that holds it, as the help of the command says.',
  '--passphrase': 'Name a file that holds it, as the help of the command says.',
  '--api-key': 'Name it by reference in WASL_TEMPORAL_API_KEY.',
  '--database-url': 'Put it into DATABASE_URL, its password by reference into WASL_DATABASE_PASSWORD.',
};
const LOGIN_IN_URL = /^(?:--[\w-]+=)?[a-z][a-z+.-]*:\/\/[^/?#\s]*:[^/?#\s]*@/i;

/**
 * Throws INPUT_INVALID for a secret on the command line, which everybody on the machine can read, and shells remember. What was given is not
 * repeated.
 */
export function refuseSecretArguments(argv: readonly string[]): void {
  for (const argument of argv) {
    if (argument === '--') return;
    const [name = ''] = argument.split('=');
    const remedy = Object.hasOwn(INSTEAD, name) ? INSTEAD[name] : undefined;
    if (remedy !== undefined) {
      throw new WaslError('INPUT_INVALID', 'a secret is no argument: everybody on this machine can read it', {
        path: name,
        remedy: `${remedy} Change it, if it was the real one.`,
      });
    }
    if (LOGIN_IN_URL.test(argument)) {
      throw new WaslError('INPUT_INVALID', 'an address in an argument carries a password', {
        remedy: 'Give the address without it. Change it, if it was the real one.',
      });
    }
  }
}
