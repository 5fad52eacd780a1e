/**
 * The deployed lab as tests see it: customer edges that ping, routers that are read, rebooted and cut off, packets on the P router.
 * Everything goes by docker and ssh, so that what a test asserts does not come through the code under test. See topology/README.md.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface LabRouter {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** `SHA256:` and base64, as ssh-keygen -l prints it. */
  readonly hostKeySha256: string;
}

export interface LabState {
  readonly lab: 'pair' | 'l3vpn';
  readonly privateKey: string;
  readonly knownHosts: string;
  /** Path of the JSON file with every address, VRF and RT of the lab. */
  readonly network: string;
  readonly routers: Readonly<Record<string, LabRouter>>;
}

export interface PingResult {
  readonly sent: number;
  readonly received: number;
  /** Packets without an answer since the first answer; the last may still be under way and is not counted. */
  readonly lostSinceFirst: number;
}

export interface PingOptions {
  readonly source?: string;
  readonly count?: number;
  readonly intervalSeconds?: number;
}

/** A packet with MPLS labels as tcpdump saw it on one interface of the P router; labels from the top of the stack to the bottom. */
export interface LabelledPacket {
  readonly interface: string;
  readonly labels: readonly number[];
  readonly source: string;
  readonly destination: string;
}

const COMMAND_SECONDS_MAX = 60;
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;
const READY_SECONDS_MAX = 90;
const TCPDUMP_START_MS = 800;
const TCPDUMP_FLUSH_MS = 300;

export const stateFolder = join(process.env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'), 'wasl', 'lab');

export function labState(): LabState {
  return JSON.parse(readFileSync(join(stateFolder, 'lab.json'), 'utf8')) as LabState;
}

/** True when every router of the deployed lab answers and has its sessions, labels and RTs. */
export async function isUp(): Promise<boolean> {
  try {
    const lacking = await Promise.all(Object.keys(labState().routers).map(lackingOn));
    return lacking.every((list) => list.length === 0);
  } catch {
    return false;
  }
}

/** What a router still lacks (BGP sessions, label-switched paths, RTs), one sentence each. */
export async function lackingOn(router: string): Promise<string[]> {
  // ready's own status is 1 while something is missing; that is an answer here, not a failure
  const output = await onRouter(router, '/opt/wasl/ready || true');
  return output.split('\n').filter((line) => line !== '');
}

/** A command on a router, by ssh as an engineer would; throws when its status is not 0. */
export function onRouter(router: string, command: string): Promise<string> {
  return run('ssh', [...sshOptions(router), command]);
}

/** FRR's running configuration, the text that must be the same to the byte after a roll back. */
export function frrRunningConfig(router: string): Promise<string> {
  return onRouter(router, "vtysh -c 'show running-config'");
}

/** Reads until FRR's running configuration equals the given one; returns the last text read, so that a test can show the difference. */
export async function waitForRunningConfig(router: string, wanted: string, secondsMax = 15): Promise<string> {
  let text = '';
  await until(secondsMax, async () => {
    text = await frrRunningConfig(router);
    return text === wanted;
  });
  return text;
}

/** BGP routes of one VRF: prefix to the addresses of its next hops. */
export async function vrfRoutes(router: string, vrf: string, family: 'ipv4' | 'ipv6'): Promise<Map<string, string[]>> {
  const output = await onRouter(router, `vtysh -c 'show bgp vrf ${vrf} ${family} unicast json'`);
  const shown = JSON.parse(output) as { routes?: Record<string, { nexthops?: { ip?: string }[] }[]> };
  return new Map(
    Object.entries(shown.routes ?? {}).map(([prefix, paths]) => [
      prefix,
      paths.flatMap((path) => (path.nexthops ?? []).flatMap((hop) => (hop.ip === undefined ? [] : [hop.ip]))),
    ]),
  );
}

/** Pings from a customer edge (from its address on the link unless a source is given). */
export async function pingFrom(ce: string, destination: string, options: PingOptions = {}): Promise<PingResult> {
  const count = options.count ?? 3;
  const source = options.source === undefined ? [] : ['-I', options.source];
  const rate = ['-i', String(options.intervalSeconds ?? 0.2), '-W', '1', '-c', String(count)];
  // ping's status is 1 when nothing came back; the numbers say it better
  const output = await run('docker', ['exec', ce, 'ping', ...source, ...rate, destination], { anyStatus: true });
  return pingResult(output);
}

export async function canPing(ce: string, destination: string, options: PingOptions = {}): Promise<boolean> {
  const { sent, received } = await pingFrom(ce, destination, options);
  return sent > 0 && sent === received;
}

/** A ping that goes on until it is stopped: what does a flow lose while something else changes? */
export function startPing(ce: string, destination: string, intervalSeconds = 0.01): { stop(): Promise<PingResult> } {
  const child = spawn('docker', ['exec', ce, 'ping', '-i', String(intervalSeconds), destination], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const output = collect(child);
  return {
    async stop() {
      // SIGINT has to reach ping in the container: docker exec does not pass signals on
      await run('docker', ['exec', ce, 'pkill', '-INT', '-f', `ping -i ${intervalSeconds} ${destination}`]);
      return pingResult(await output);
    },
  };
}

/** Labelled ICMP packets that cross the P router while `action` runs. */
export async function captureLabels(action: () => Promise<unknown>, p = 'p1'): Promise<LabelledPacket[]> {
  const links = JSON.parse(readFileSync(labState().network, 'utf8')) as {
    routers: Record<string, { core: { interface: string }[] }>;
  };
  const captures = (links.routers[p]?.core ?? []).map((link) => ({
    name: link.interface,
    ...tcpdump(p, link.interface),
  }));
  await sleep(TCPDUMP_START_MS);
  try {
    await action();
    await sleep(TCPDUMP_FLUSH_MS);
  } finally {
    await run('docker', ['exec', p, 'pkill', '-INT', '-x', 'tcpdump'], { anyStatus: true });
  }
  const packets: LabelledPacket[] = [];
  for (const capture of captures) {
    for (const line of (await capture.output).split('\n')) {
      const packet = labelledPacket(capture.name, line);
      if (packet !== undefined) packets.push(packet);
    }
  }
  return packets;
}

/** Takes a router's power away; when this resolves it is gone, and boots again by itself, see waitUntilReady. */
export async function powerCycle(router: string): Promise<void> {
  await run('docker', ['exec', router, '/opt/wasl/power-cycle'], { anyStatus: true });
}

/** Resolves when the router has its sessions, labels and RTs again; what its neighbours have is theirs to say. */
export async function waitUntilReady(router: string, secondsMax = READY_SECONDS_MAX): Promise<void> {
  let lacking: string[] = ['an answer'];
  const ready = await until(secondsMax, async () => {
    try {
      lacking = await lackingOn(router);
    } catch {
      lacking = ['an answer'];
    }
    return lacking.length === 0;
  });
  if (!ready) throw new Error(`${router} is not ready after ${secondsMax} s, it lacks: ${lacking.join(', ')}`);
}

/** Cuts the management path silently: no session is told, customers' packets go on. Returns what puts it back. */
export async function cutManagement(router: string): Promise<() => Promise<void>> {
  await run('docker', ['exec', router, '/opt/wasl/management', 'cut']);
  return async () => {
    await run('docker', ['exec', router, '/opt/wasl/management', 'restore']);
  };
}

/** A customer edge gets packets and answers none. Returns what puts it back. */
export async function blackholeCustomerEdge(ce: string): Promise<() => Promise<void>> {
  await run('docker', ['exec', ce, '/opt/wasl/customer-edge', 'blackhole']);
  return async () => {
    await run('docker', ['exec', ce, '/opt/wasl/customer-edge', 'up']);
  };
}

/** A customer edge answers nothing that comes from this prefix, as behind a firewall; all else it answers. Returns what ends it. */
export async function dropAnswers(ce: string, to: string): Promise<() => Promise<void>> {
  await run('docker', ['exec', ce, 'ip', 'route', 'add', 'blackhole', to]);
  return async () => {
    await run('docker', ['exec', ce, 'ip', 'route', 'del', 'blackhole', to]);
  };
}

/** Asks again every 200 ms until the answer is yes; false when it was not within the time. */
export async function until(secondsMax: number, ask: () => Promise<boolean>): Promise<boolean> {
  const end = performance.now() + secondsMax * 1000;
  while (!(await ask())) {
    if (performance.now() > end) return false;
    await sleep(200);
  }
  return true;
}

/** Runs topology/lab with its progress on this process's stderr. */
export function lab(...words: string[]): void {
  const script = new URL('../../../topology/lab', import.meta.url).pathname;
  execFileSync(script, words, { stdio: ['ignore', 'ignore', 'inherit'] });
}

function sshOptions(router: string): string[] {
  const state = labState();
  const at = state.routers[router];
  if (at === undefined) throw new Error(`the deployed lab ${state.lab} has no router ${router}`);
  const options = ['IdentitiesOnly=yes', `UserKnownHostsFile=${state.knownHosts}`, 'StrictHostKeyChecking=yes'];
  options.push('ConnectTimeout=5', 'ServerAliveInterval=5', 'LogLevel=ERROR');
  return [
    '-p',
    String(at.port),
    '-i',
    state.privateKey,
    ...options.flatMap((o) => ['-o', o]),
    `${at.username}@${at.host}`,
  ];
}

function tcpdump(node: string, name: string): { output: Promise<string> } {
  const child = spawn('docker', ['exec', node, 'tcpdump', '-lnn', '-i', name, 'mpls'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return { output: collect(child) };
}

/** As tcpdump prints it: `MPLS (label 16, tc 0, ttl 63) (label 81, tc 0, [S], ttl 63) IP 10.1.1.1 > 10.2.2.2: ICMP echo request, ...` */
export function labelledPacket(name: string, line: string): LabelledPacket | undefined {
  const addresses = / IP6? (\S+) > (\S+): ICMP/.exec(line);
  if (addresses?.[1] === undefined || addresses[2] === undefined) return undefined;
  const labels = [...line.matchAll(/\(label (\d+)/g)].map((match) => Number(match[1]));
  return { interface: name, labels, source: addresses[1], destination: addresses[2] };
}

export function pingResult(output: string): PingResult {
  const counts = /(\d+) packets transmitted, (\d+) received/.exec(output);
  if (counts === null) throw new Error(`ping said: ${output}`);
  const [sent, received] = [Number(counts[1]), Number(counts[2])];
  const first = /icmp_seq=(\d+)/.exec(output)?.[1];
  const lostSinceFirst = first === undefined ? 0 : Math.max(0, sent - Number(first) - received);
  return { sent, received, lostSinceFirst };
}

function run(command: string, words: string[], { anyStatus = false } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout: COMMAND_SECONDS_MAX * 1000, maxBuffer: OUTPUT_BYTES_MAX };
    const child = execFile(command, words, options, (error, stdout, stderr) => {
      if (error === null || (anyStatus && typeof error.code === 'number')) resolve(stdout);
      else reject(new Error(`${command} ${words.join(' ')}: ${stderr.trim() || error.message}`));
    });
    child.stdin?.end();
  });
}

function collect(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.once('error', reject);
    child.once('close', () => resolve(output));
  });
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
