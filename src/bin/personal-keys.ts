/** The ring of WASL_PRIVACY_KEYS: what wraps the keys of personal data, and lies elsewhere than the database. */
import { join } from 'node:path';
import { addKey, decryptingKey, encryptingKey, PRIVACY_RING, parseKeyRing, replacedKeys } from '../codec/key-ring.ts';
import type { KeyEncryption } from '../domain/sealed-text.ts';
import { keepFresh, makeKeyRing } from './codec.ts';
import { stateDirectory } from './configuration.ts';
import { readSecret } from './secrets.ts';
import type { Say } from './temporal-server.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const { setting: SETTING, what: WHAT } = PRIVACY_RING;
const IN_CLEAR = `Personal data: ${SETTING} names no ring, so names, certificates and reasons lie in clear in the database`;

/** null: none is named, and the database is not this machine's own. Throws CONFIGURATION for one that cannot be read. */
export async function openPersonalKeys(
  say: Say,
  env: Environment = process.env,
  now: () => Date = () => new Date(),
): Promise<KeyEncryption | null> {
  const reference = env[SETTING] || (env.DATABASE_URL ? null : await makeOwnRing(env, now()));
  if (reference === null) {
    say(IN_CLEAR);
    return null;
  }
  const subject = { path: SETTING, what: `the ${WHAT}` };
  const load = async () => parseKeyRing(await readSecret(reference, subject, env), SETTING, PRIVACY_RING);
  const keys = keepFresh(await load(), load, (_level, fact) => say(fact), PRIVACY_RING);
  return {
    // A key that was added wraps at once; one that was taken out opens nothing, some seconds later.
    newest: async () => encryptingKey(await keys(true), now()),
    find: async (id) => decryptingKey(await keys(), id) ?? decryptingKey(await keys(true), id),
    listOlder: async () => replacedKeys(await keys(true), now()),
  };
}

/** Of the embedded server in the state directory: whoever reads this machine's disk has both. */
async function makeOwnRing(env: Environment, now: Date): Promise<string> {
  const path = join(stateDirectory(env), 'privacy-keys.json');
  await makeKeyRing(path, addKey(null, now), PRIVACY_RING);
  return path;
}
