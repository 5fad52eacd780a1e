/** The NETCONF client of somebody else, in Python: it shares no code with wasl. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { stateFolder } from './lab.ts';

/** Debian's Python, which has python3-ncclient; another one may come first on PATH. */
const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('./other_client.py', import.meta.url));
const SECONDS_MAX = 60;

/** What a PE does for one VRF, by its own answer to `<get>`; `vrfs-state` of the module says what each means. */
export interface VrfState {
  readonly trouble: string | null;
  readonly inLine: boolean;
  /** Those in the answer: the one that was asked for, and no other. */
  readonly vrfs: readonly string[];
  readonly routes: Readonly<
    Record<
      string,
      {
        readonly origin: 'local' | 'vpn';
        readonly egress: readonly string[];
        /** By next hop. */
        readonly labels: readonly (readonly number[])[];
      }
    >
  >;
}

const words = (router: string, verb: string, config: readonly string[]) => [
  SCRIPT,
  join(stateFolder, 'lab.json'),
  router,
  verb,
  ...config,
];

/** Running as the other client reads it. */
export async function readByOther(router: string): Promise<string> {
  return (await promisify(execFile)(PYTHON, words(router, 'read', []), { timeout: SECONDS_MAX * 1_000 })).stdout;
}

/** `<get>` with a subtree filter for one VRF. */
export async function stateByOther(router: string, vrf: string): Promise<VrfState> {
  const asked = promisify(execFile)(PYTHON, words(router, 'state', [vrf]), { timeout: SECONDS_MAX * 1_000 });
  return JSON.parse((await asked).stdout) as VrfState;
}

/** What keeps another client from committing (a lock, a confirmed commit that is pending), in the server's words; null when nothing does. */
export async function whatIsStuck(router: string): Promise<string | null> {
  try {
    await promisify(execFile)(PYTHON, words(router, 'probe', []), { timeout: SECONDS_MAX * 1_000 });
    return null;
  } catch (error) {
    const { stderr, message } = error as Error & { readonly stderr?: string };
    // ncclient ends with a traceback, whose last line is the server's error.
    return (stderr ?? message).trim().split('\n').at(-1) ?? message;
  }
}

/** Commits an edit of the running configuration; `config` is the content of `<config>`. */
export async function changeByOther(router: string, config: string): Promise<void> {
  await promisify(execFile)(PYTHON, words(router, 'change', [config]), { timeout: SECONDS_MAX * 1_000 });
}

/** Holds the candidate's lock until the returned function is called. */
export const holdLock = (router: string) => untilReleased(router, 'hold', []);

/** Leaves an edit in the candidate, uncommitted, until the returned function is called. */
export const litterCandidate = (router: string, config: string) => untilReleased(router, 'litter', [config]);

/** Leaves a confirmed commit pending, which outlives its session, until the returned function is called. */
export const leavePending = (router: string, config: string) => untilReleased(router, 'pend', [config]);

/** An import that nobody agreed, for MOH at any PE that has it. */
export const importByHand = (operation: 'create' | 'delete') =>
  '<vrfs xmlns="urn:wasl:frr:l3vpn"><vrf><name>MOH</name><ipv4>' +
  `<import-rt nc:operation="${operation}">0:65000:777</import-rt></ipv4></vrf></vrfs>`;

async function untilReleased(router: string, verb: string, config: readonly string[]): Promise<() => Promise<void>> {
  const child = spawn(PYTHON, words(router, verb, config), { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [first] = await Promise.race([once(child.stdout, 'data'), ended]);
  if (!Buffer.isBuffer(first)) throw new Error(`the other client ended with ${String(first)} before it could ${verb}`);
  return async () => {
    child.stdin.end();
    await ended;
  };
}
