/** Installs what is missing where that is possible, and says so. */
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Print } from '../report.ts';

const run = promisify(execFile);
const INSTALL_TIMEOUT_MS = 10 * 60_000;

/** `check` fails where the package is missing. Throws with the remedy where it cannot be installed. */
export async function needDebianPackage(print: Print, name: string, check: () => Promise<unknown>): Promise<void> {
  if (await isThere(check)) return;
  const mayInstall = process.getuid?.() === 0 && (await isThere(() => access('/usr/bin/apt-get')));
  if (!mayInstall) throw new Error(`it needs Debian's ${name}: apt-get install ${name} (as root)`);
  print(`installing Debian's ${name}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { env, timeout: INSTALL_TIMEOUT_MS };
  await run('apt-get', ['update', '-qq'], options);
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], options);
}

function isThere(check: () => Promise<unknown>): Promise<boolean> {
  return check().then(
    () => true,
    () => false,
  );
}
