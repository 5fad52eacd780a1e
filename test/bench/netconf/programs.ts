/** The peers as programs: what must be installed or built for them is, once, and what cannot be had is said. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheDirectory } from '../../../src/bin/configuration.ts';
import type { Print } from '../report.ts';
import { needDebianPackage } from './debian-package.ts';
import type { PeerProgram } from './peer-process.ts';

const run = promisify(execFile);
const HERE = fileURLToPath(new URL('.', import.meta.url));
const CACHE = join(cacheDirectory(), 'bench');
/** Debian's, whose packages another Python does not see. */
const PYTHON = '/usr/bin/python3';
const INSTALL_TIMEOUT_MS = 10 * 60_000;

export interface Programs {
  readonly byteServer: string;
  readonly wasl: PeerProgram;
  /** Fastest first. */
  readonly peers: readonly PeerProgram[];
}

export async function preparePrograms(print: Print): Promise<Programs> {
  const go = await buildGo(print);
  const peers: PeerProgram[] = [
    { name: 'bare ssh2', title: `ssh2 ${await npmVersion('ssh2')} alone`, command: nodePeer('ssh2-peer.ts') },
  ];
  const optional: [name: string, prepare: () => Promise<PeerProgram>][] = [
    ['nemith', async () => nemith(go)],
    ['scrapli-netconf', () => scrapliNetconf(print)],
    ['ncclient', () => ncclient(print)],
  ];
  for (const [name, prepare] of optional) {
    try {
      peers.push(await prepare());
    } catch (error) {
      print(`WITHOUT ${name}: ${reasonOf(error)}`);
    }
  }
  const wasl = { name: 'wasl', title: 'wasl, src/netconf', command: nodePeer('wasl-peer.ts') };
  print(`peers: ${[wasl, ...peers].map(({ title }) => title).join('; ')}`);
  return { byteServer: join(go, 'byte-server'), wasl, peers };
}

const nodePeer = (file: string): string[] => [process.execPath, '--import', 'tsx', join(HERE, file)];

/** The byte server and the Go peer; Go's own cache makes it a moment when nothing changed. */
async function buildGo(print: Print): Promise<string> {
  const folder = join(CACHE, 'go');
  await mkdir(folder, { recursive: true });
  print('building the byte server and the Go peer (a minute or two the first time)');
  try {
    await run('go', ['build', '-o', `${folder}/`, './...'], {
      cwd: join(HERE, 'go'),
      timeout: INSTALL_TIMEOUT_MS,
    });
  } catch (error) {
    throw new Error(`this benchmark's server is built with Go 1.23 or newer: ${reasonOf(error)}`);
  }
  return folder;
}

async function nemith(folder: string): Promise<PeerProgram> {
  const version = /nemith\/netconf (\S+)/.exec(await readFile(join(HERE, 'go/go.mod'), 'utf8'))?.[1] ?? '';
  return { name: 'nemith', title: `github.com/nemith/netconf ${version}`, command: [join(folder, 'nemith-peer')] };
}

/** A virtual environment of Debian's Python, with the versions of scrapli-requirements.txt, made once. */
async function scrapliNetconf(print: Print): Promise<PeerProgram> {
  const requirements = join(HERE, 'scrapli-requirements.txt');
  const wanted = await readFile(requirements, 'utf8');
  const folder = join(CACHE, 'scrapli');
  const installed = join(folder, 'installed.txt');
  if ((await readFile(installed, 'utf8').catch(() => '')) !== wanted) {
    print("installing scrapli-netconf from PyPI into wasl's cache, once");
    await needDebianPackage(print, 'python3-venv', () => run(PYTHON, ['-c', 'import ensurepip']));
    await rm(folder, { recursive: true, force: true });
    await run(PYTHON, ['-m', 'venv', folder], { timeout: INSTALL_TIMEOUT_MS });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements];
    await run(join(folder, 'bin/python'), pip, { timeout: INSTALL_TIMEOUT_MS });
    await writeFile(installed, wanted);
  }
  const version = /^scrapli-netconf==(.*)$/m.exec(wanted)?.[1] ?? '';
  return {
    name: 'scrapli-netconf',
    title: `scrapli-netconf ${version} over asyncssh`,
    command: [join(folder, 'bin/python'), join(HERE, 'scrapli-peer.py')],
  };
}

async function ncclient(print: Print): Promise<PeerProgram> {
  const version = () => run(PYTHON, ['-c', 'import ncclient; print(ncclient.__version__)']);
  await needDebianPackage(print, 'python3-ncclient', version);
  const title = `ncclient ${(await version()).stdout.trim()}`;
  return { name: 'ncclient', title, command: [PYTHON, join(HERE, 'ncclient-peer.py')] };
}

async function npmVersion(name: string): Promise<string> {
  const text = await readFile(join(HERE, '../../../node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

function reasonOf(error: unknown): string {
  const { stderr = '', message = String(error) } = error as { readonly stderr?: string; readonly message?: string };
  return stderr.trim().split('\n').slice(-3).join(' ') || message;
}
