import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ConnectOptions,
  childrenNamed,
  connect,
  descend,
  lockHolderSessionId,
  type NetconfSession,
  RpcError,
  xml,
} from '../../../../src/netconf/index.ts';
import type { RunningServer } from './servers.ts';

export const NS = 'urn:example:probe-l3vpn';
const NC = 'urn:ietf:params:xml:ns:netconf:base:1.0';

export const vrf = (name: string, rd = '65000:1') =>
  xml('vrfs', NS, xml('vrf', NS, [xml('name', NS, name), xml('rd', NS, rd)]));
export const vrfWith = (name: string, operation: string) =>
  xml('vrfs', NS, xml('vrf', NS, xml('name', NS, name), { [`{${NC}}operation`]: operation }));
const noVrfs = xml('vrfs', NS, '', { [`{${NC}}operation`]: 'remove' });

/** Longer than the shortest confirm timer of the cases and the server's own slack. */
const TIMER_PASSED_MS = 3_000;

/** A timer of the server's may have run out before what was to come first: nothing can be said of the server. */
export class TooLate extends Error {}

/** One case's sessions with one server; `session` is there from the start. */
export class Stage {
  readonly server: RunningServer;
  readonly session: NetconfSession;
  private readonly opened: NetconfSession[] = [];

  static async open(server: RunningServer): Promise<Stage> {
    const stage = new Stage(server, await connect(server.options));
    stage.opened.push(stage.session);
    return stage;
  }

  private constructor(server: RunningServer, session: NetconfSession) {
    this.server = server;
    this.session = session;
  }

  async another(options: Partial<ConnectOptions> = {}): Promise<NetconfSession> {
    const session = await connect({ ...this.server.options, ...options });
    this.opened.push(session);
    return session;
  }

  /** The VRFs of a datastore, sorted, as the word the table uses. */
  async names(from: NetconfSession, source: 'running' | 'candidate' = 'running'): Promise<string> {
    const { data } = await from.getConfig({ source, filter: { subtree: xml('vrfs', NS) } });
    const vrfs = data === undefined ? undefined : descend(data, 'vrfs');
    const names =
      vrfs === undefined ? [] : childrenNamed(vrfs, 'vrf').map((entry) => descend(entry, 'name')?.text ?? '');
    return names.length === 0 ? 'none' : names.sort().join(', ');
  }

  async editAndCommit(name: string, options: Parameters<NetconfSession['commit']>[0] = {}): Promise<void> {
    await this.session.editConfig({ target: 'candidate', config: vrf(name) });
    await this.session.commit(options);
  }

  /**
   * What is done before a confirm timer of so many seconds, that begins in it, runs out.
   *
   * @throws TooLate where the machine took longer
   */
  async within<T>(seconds: number, work: () => Promise<T>): Promise<T> {
    const startedAtMs = performance.now();
    const [done] = await Promise.allSettled([work()]);
    if (performance.now() - startedAtMs >= seconds * 1_000) throw new TooLate(`it took longer than ${seconds} s`);
    if (done.status === 'rejected') throw done.reason;
    return done.value;
  }

  /** Without a request meanwhile: netconfd 2.13 looks at its confirm timer only when nothing arrives. */
  async namesAfterTimer(from: NetconfSession = this.session): Promise<string> {
    await sleep(TIMER_PASSED_MS);
    return this.names(from);
  }

  /** What is in running once it is what is waited for, or after some seconds. */
  async namesUntil(from: NetconfSession, wanted: string): Promise<string> {
    for (let attempt = 0; attempt < 50; attempt += 1) {
      if ((await this.names(from)) === wanted) return wanted;
      await sleep(100);
    }
    return this.names(from);
  }

  /** Closes what was opened and, by a session that stays, leaves running without VRFs and without a pending confirmed commit. */
  async clear(cleaner: NetconfSession): Promise<void> {
    await Promise.all(this.opened.splice(0).map((session) => session.close()));
    let last: unknown;
    for (let attempt = 0; attempt < 40; attempt += 1) {
      try {
        await cleaner.discardChanges();
        await cleaner.editConfig({ target: 'candidate', config: noVrfs });
        await cleaner.commit();
        if ((await this.names(cleaner)) === 'none') return;
      } catch (error) {
        last = error;
      }
      await sleep(100);
    }
    throw new Error('the server cannot be cleared', { cause: last });
  }
}

/** What a call came to, in the words of the table: what it gives, or the tag that it was refused with. */
export async function told(call: Promise<unknown>, done = 'ok'): Promise<string> {
  try {
    await call;
    return done;
  } catch (error) {
    if (error instanceof RpcError) return `refused: ${error.first?.tag ?? 'no error'}`;
    throw error;
  }
}

/** The same, with what the refusal says beside its tag. */
export async function toldInFull(call: Promise<unknown>, holder?: number): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    if (!(error instanceof RpcError) || error.first === undefined) throw error;
    const { tag, path } = error.first;
    const named = holder !== undefined && lockHolderSessionId(error.first) === holder ? ', holder named' : '';
    return `refused: ${tag}${path === null ? '' : ', with its path'}${named}`;
  }
}
