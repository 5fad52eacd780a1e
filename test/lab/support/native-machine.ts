/**
 * A machine whose kernel has MPLS and VRF, with the pair lab in it: one user-mode kernel in a container that has neither a network nor
 * privileges. What runs there is in test/lab/native; it ends with the process that booted it.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { lab, type PingResult, pingResult, until } from './lab.ts';

export interface NativeMachine {
  /** Commands for its shell, which has `on NODE COMMAND...` and `netconf ROUTER OPERATION...`; throws when their status is not 0. */
  run(commands: string): Promise<string>;
  ping(ce: string, destination: string): Promise<PingResult>;
  /** FRR's own word. */
  runningConfig(router: string): Promise<string>;
  /** Resolves when all of them have their sessions, labels and RTs. */
  waitUntilReady(routers: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

const TOPOLOGY = fileURLToPath(new URL('../../../topology', import.meta.url));
const GUEST = fileURLToPath(new URL('../native', import.meta.url));
/** Measured 4 s; on a machine with much else to do 17. */
const BOOT_SECONDS_MAX = 90;
const READY_SECONDS_MAX = 240;
/** A look costs half a second of the only processor that the routers have. */
const PAUSE_BETWEEN_LOOKS_SECONDS = 1;
/** Of the console, for the message when something fails. */
const CONSOLE_LINES_SHOWN = 40;
const ANSWER = /^(c\d+) (\d+) ([\w+/=]*)\s*$/;

interface Answer {
  readonly status: number;
  readonly output: string;
}

export async function bootNativeMachine(): Promise<NativeMachine> {
  const child = spawn('docker', ['run', ...containerOptions(), routerImage(), '/machine/machine'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close').then(() => null);
  const waiting = new Map<string, (answer: Answer) => void>();
  const console: string[] = [];
  let booted = false;
  let asked = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [, id = '', status, output = ''] = ANSWER.exec(line) ?? [];
    if (line.startsWith('machine ready')) booted = true;
    else if (status === undefined) console.push(line);
    else waiting.get(id)?.({ status: Number(status), output: Buffer.from(output, 'base64').toString() });
  });
  const endedEarly = (doing: string) =>
    new Error(`the machine did not ${doing}; its console:\n${console.slice(-CONSOLE_LINES_SHOWN).join('\n')}`);

  const ask = async (commands: string): Promise<Answer> => {
    asked += 1;
    const id = `c${asked}`;
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    child.stdin.write(`${id} ${Buffer.from(commands).toString('base64')}\n`);
    const answer = await Promise.race([answered, ended]);
    waiting.delete(id);
    if (answer === null) throw endedEarly(`answer "${commands}"`);
    return answer;
  };
  const run = async (commands: string) => {
    const { status, output } = await ask(commands);
    if (status !== 0) throw new Error(`status ${status} of "${commands}": ${output}`);
    return output;
  };
  const close = async () => {
    child.stdin.end();
    await ended;
  };

  if (!(await Promise.race([ended.then(() => false), until(BOOT_SECONDS_MAX, async () => booted)]))) {
    await close();
    throw endedEarly('boot');
  }
  return {
    run,
    async ping(ce, destination) {
      return pingResult((await ask(`on ${ce} ping -c 3 -i 0.2 -W 1 ${destination}`)).output);
    },
    runningConfig: (router) => run(`on ${router} vtysh -c 'show running-config'`),
    async waitUntilReady(routers) {
      const endMs = performance.now() + READY_SECONDS_MAX * 1_000;
      for (const router of routers) {
        for (;;) {
          const { status, output } = await ask(`on ${router} /opt/wasl/ready`);
          if (status === 0) break;
          if (performance.now() > endMs) {
            throw new Error(`${router} is not ready, it lacks: ${output}\n${await run(`cat $NODES/${router}/log`)}`);
          }
          await ask(`sleep ${PAUSE_BETWEEN_LOOKS_SECONDS}`);
        }
      }
    },
    close,
  };
}

function containerOptions(): string[] {
  const binds = {
    [GUEST]: '/machine',
    [`${TOPOLOGY}/host`]: '/opt/wasl-host',
    [`${TOPOLOGY}/router`]: '/opt/wasl',
    [`${TOPOLOGY}/yang`]: '/opt/wasl-yang',
    [`${TOPOLOGY}/pair.network.json`]: '/etc/wasl/network.json',
  };
  return [
    ...['--interactive', '--rm', '--pull', 'never', '--network', 'none', '--name', `wasl-native-${process.pid}`],
    // The kernel's memory is a file there; only what it uses of it is taken.
    ...['--tmpfs', '/tmp:rw,exec,size=2g'],
    ...Object.entries(binds).flatMap(([from, to]) => ['--volume', `${from}:${to}:ro`]),
  ];
}

/** The image of the lab's routers, built where it is missing. */
function routerImage(): string {
  lab('image');
  const nameOf = 'TOPOLOGY=$0; . "$0/host/image.sh"; router_image_name; echo "$IMAGE"';
  return execFileSync('bash', ['-c', nameOf, TOPOLOGY]).toString().trim();
}
