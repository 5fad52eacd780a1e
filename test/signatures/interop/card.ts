/**
 * Signs with a key that never leaves its token (SoftHSM 2, PKCS #11), by `wasl sign --pkcs11`, and verifies it. What is missing is installed, where this is
 * root on Debian, or the run fails: `npm run interop:signatures`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { canonicalJson } from '../../../src/domain/canonical-json.ts';
import { readSignedDocument, verifySignatures } from '../../../src/signatures/index.ts';
import type { Holder } from '../../support/pki.ts';
import { INSTALLATION, MOH, removeWorld, signingDocument, world } from '../world.ts';

const PIN = '648219';
const LIBRARY = 'pkcs11js@2.1.7';
const WASL = new URL('../../../src/bin/wasl.js', import.meta.url).pathname;

const folder = mkdtempSync(join(tmpdir(), 'wasl-token-'));
try {
  requireSoftHsm();
  const modules = requireLibrary();
  const env = { ...process.env, NODE_PATH: modules, SOFTHSM2_CONF: join(folder, 'softhsm2.conf') };
  mkdirSync(join(folder, 'tokens'));
  writeFileSync(env.SOFTHSM2_CONF, `directories.tokendir = ${join(folder, 'tokens')}\nobjectstore.backend = file\n`);
  const run = (...command: string[]) => execFileSync(command[0] ?? '', command.slice(1), { env, encoding: 'utf8' });
  run('softhsm2-util', '--init-token', '--free', '--label', 'card', '--pin', PIN, '--so-pin', '1234');
  const keys: [string, Holder][] = [
    ['elliptic', world().healthy()],
    ['rsa', world().healthy({ key: 'rsa' })],
  ];
  for (const [place, [label, holder]] of keys.entries()) {
    const pkcs8 = join(folder, `${label}.pem`);
    writeFileSync(pkcs8, run('openssl', 'pkcs8', '-topk8', '-nocrypt', '-in', holder.key));
    run('softhsm2-util', '--import', pkcs8, '--token', 'card', '--label', label, '--id', `0${place + 1}`, '--pin', PIN);
    rmSync(pkcs8);
  }
  writeFileSync(join(folder, 'pin'), `${PIN}\n`, { mode: 0o600 });
  const algorithms: string[] = [];
  for (const [label, holder] of keys) algorithms.push(await signAndVerify(label, holder, env));
  console.log(`SoftHSM signs by ${algorithms.join(' and ')}, and wasl verifies both.`);
} finally {
  rmSync(folder, { recursive: true });
  removeWorld();
}

async function signAndVerify(label: string, holder: Holder, env: NodeJS.ProcessEnv): Promise<string> {
  const [request, certificate, out] = ['request.json', 'own.pem', 'signed.json'].map((name) => join(folder, name));
  if (request === undefined || certificate === undefined || out === undefined) throw new Error('no files');
  writeFileSync(request, canonicalJson(signingDocument()));
  writeFileSync(certificate, holder.pem + world().people.pem);
  const card = [
    '--pkcs11',
    findModule(),
    '--card',
    'card',
    '--key-label',
    label,
    '--passphrase-file',
    join(folder, 'pin'),
  ];
  const args = ['sign', request, '--designation', 'Director', '--certificate', certificate, ...card, '--out', out];
  execFileSync(process.execPath, [WASL, ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const signed = await world().completed(readSignedDocument(readFileSync(out, 'utf8').trim()));
  const { verdict, reason, entries } = await verifySignatures(signed, {
    ...{ trust: world().trust(), installation: INSTALLATION, at: new Date(), receivedAt: new Date(), stage: 'receipt' },
  });
  if (verdict !== 'pass' || entries[0]?.algorithm === undefined) throw new Error(`${label}: ${verdict}: ${reason}`);
  if (entries[0].signer?.party !== MOH.party) throw new Error(`${label}: it is of somebody else`);
  return String(entries[0].algorithm);
}

/** Throws where it is not there and cannot be installed: nothing is passed over. */
function requireSoftHsm(): void {
  if (findModuleIfThere() !== null) return;
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'softhsm2'], { stdio: 'inherit' });
  findModule();
}

function findModuleIfThere(): string | null {
  const places = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib64/pkcs11/libsofthsm2.so'];
  return places.find((place) => existsSync(place)) ?? null;
}

function findModule(): string {
  const module = findModuleIfThere();
  if (module === null) throw new Error('SoftHSM 2 is not installed: apt-get install softhsm2');
  return module;
}

/** Built in a folder of its own, with the headers of the very Node that runs it: npm leaves scripts of packages alone. */
function requireLibrary(): string {
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const npm = (...args: string[]) =>
    execFileSync('npm', [...args, '--no-audit', '--no-fund'], { cwd: folder, stdio: 'pipe' });
  npm('install', '--ignore-scripts', LIBRARY);
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, 'include/node/node.h')) ? { npm_config_nodedir: prefix } : {};
  const gyp = join(
    execFileSync('npm', ['root', '-g'], { encoding: 'utf8' }).trim(),
    'npm/node_modules/node-gyp/bin/node-gyp.js',
  );
  const cwd = join(folder, 'node_modules/pkcs11js');
  execFileSync(process.execPath, [gyp, 'rebuild'], { cwd, env: { ...process.env, ...headers }, stdio: 'pipe' });
  return join(folder, 'node_modules');
}
