/** The programs that make a router, and their crashes: each is started again by the router itself. See topology/router/boot. */
import { onRouter, until } from './lab.ts';

/** FRR's are looked after by watchfrr, the others by the router's boot script. */
export const DAEMONS = [
  'bgpd',
  'zebra',
  'mgmtd',
  'staticd',
  'ospfd',
  'ospf6d',
  'ldpd',
  'netconfd',
  'agent',
  'sshd',
] as const;
export type Daemon = (typeof DAEMONS)[number];

/** watchfrr waits up to eight seconds before it starts one again that has crashed shortly before. */
const BACK_SECONDS_MAX = 30;

/** `kill -9` by its id; resolves with what waits until another process does its work. */
export async function crash(router: string, daemon: Daemon): Promise<() => Promise<void>> {
  const killed = await processOf(router, daemon);
  if (killed === null) throw new Error(`${router} runs no ${daemon}`);
  await onRouter(router, `kill -9 ${killed}`);
  return async () => {
    const isBack = async () => {
      const now = await processOf(router, daemon).catch(() => null);
      return now !== null && now !== killed;
    };
    if (!(await until(BACK_SECONDS_MAX, isBack)))
      throw new Error(`${router}: ${daemon} did not come back in ${BACK_SECONDS_MAX} s`);
  };
}

/** Stops it where it is, so that it does nothing and nobody starts another. Returns what lets it go on. */
export async function freeze(router: string, daemon: Daemon): Promise<() => Promise<void>> {
  const frozen = await processOf(router, daemon);
  if (frozen === null) throw new Error(`${router} runs no ${daemon}`);
  await onRouter(router, `kill -STOP ${frozen}`);
  return async () => {
    await onRouter(router, `kill -CONT ${frozen}`);
  };
}

/** The oldest process of the program: sshd's others are sessions. */
async function processOf(router: string, daemon: Daemon): Promise<string | null> {
  const pattern = daemon === 'agent' ? "-fx 'python3 -u -m agent'" : `-x ${daemon}`;
  const id = (await onRouter(router, `pgrep -o ${pattern} || true`)).trim();
  return id === '' ? null : id;
}
