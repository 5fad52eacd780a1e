import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Capabilities, NetconfError, parseXmlFragment, RpcError, type RpcReply } from '../../src/netconf/index.ts';
import { type InspectedSession, inspectSession } from '../../src/router/inspect-session.ts';

const MONITORING = 'urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring';
const SYSTEM = 'urn:ietf:params:xml:ns:yang:ietf-system';
const CANDIDATE = { target: 'candidate', lockRefusesDirtyCandidate: true } as const;

interface Script {
  readonly capabilities?: readonly string[];
  readonly candidate?: string;
  readonly running?: string;
  readonly startup?: string;
  readonly get?: (filter: string) => string | Error;
  readonly lock?: Error;
  readonly getConfig?: Error;
}

function scripted(script: Script) {
  const calls: string[] = [];
  const reply = (xml: string) =>
    ({ data: { children: parseXmlFragment(xml) }, dataBytes: Buffer.from(xml) }) as unknown as RpcReply;
  const session = {
    capabilities: new Capabilities(script.capabilities ?? []),
    sessionId: 9,
    async get({ filter }: { filter: { subtree: string } }) {
      calls.push('get');
      const answer = script.get?.(filter.subtree) ?? '';
      if (answer instanceof Error) throw answer;
      return reply(answer);
    },
    async getConfig({ source }: { source: 'candidate' | 'running' | 'startup' }) {
      calls.push(`get-config ${source}`);
      if (script.getConfig !== undefined) throw script.getConfig;
      return reply(script[source] ?? script.running ?? '<a xmlns="urn:x"/>');
    },
    async lock() {
      calls.push('lock');
      if (script.lock !== undefined) throw script.lock;
    },
    async unlock() {
      calls.push('unlock');
    },
  };
  return { session: session as unknown as InspectedSession, calls };
}

const denied = (sessionId: number | null) => {
  const info = sessionId === null ? [] : parseXmlFragment(`<session-id>${sessionId}</session-id>`);
  const common = {
    type: 'protocol',
    severity: 'error',
    appTag: null,
    path: null,
    message: null,
    infoXml: null,
  } as const;
  return new RpcError([{ ...common, tag: 'lock-denied', info }], '');
};
const silence = () => new NetconfError('RPC_TIMEOUT', 'get-config: no answer in 10000 ms');
const DIRTY = '<a xmlns="urn:x"><b>work in progress</b></a>';

describe('what a router says of its candidate and lock', () => {
  it('clean and free: the lock is taken and given back, and nothing else is sent', async () => {
    const { session, calls } = scripted({});
    expect(await inspectSession(session, CANDIDATE)).toEqual({
      ...{
        candidate: 'clean',
        isUnsaved: false,
        uncommittedLines: [],
        unsavedLines: [],
        sessions: null,
        clockSkewMs: null,
        unanswered: [],
      },
      lock: { datastore: 'candidate', state: 'free', holder: null, how: 'tried' },
    });
    expect(calls.sort()).toEqual(['get-config candidate', 'get-config running', 'lock', 'unlock']);
  });

  it('held: by whom', async () => {
    const { session, calls } = scripted({ lock: denied(4711) });
    expect((await inspectSession(session, CANDIDATE)).lock).toEqual({
      ...{ datastore: 'candidate', state: 'held', holder: 'session 4711', how: 'tried' },
    });
    expect(calls).not.toContain('unlock');
  });

  it('held: by somebody whom the server does not name', async () => {
    const { session } = scripted({ lock: denied(null) });
    expect((await inspectSession(session, CANDIDATE)).lock).toMatchObject({ state: 'held', holder: null });
  });

  it("dirty: whose lock would discard somebody's work is not tried", async () => {
    const { session, calls } = scripted({ candidate: DIRTY });
    const found = await inspectSession(session, { ...CANDIDATE, lockRefusesDirtyCandidate: false });
    expect([found.candidate, found.uncommittedLines, found.lock]).toEqual([
      'dirty',
      ['<a xmlns="urn:x">', '<b>work in progress</b>', '</a>'],
      { datastore: 'candidate', state: 'unknown', holder: null, how: 'not tried' },
    ]);
    expect(calls).not.toContain('lock');
  });

  it('dirty: a server that refuses the lock for it holds no lock', async () => {
    const { session } = scripted({ candidate: DIRTY, lock: denied(0) });
    const found = await inspectSession(session, CANDIDATE);
    expect([found.candidate, found.lock.state]).toEqual(['dirty', 'unknown']);
  });

  it('monitored: the holder is read with his name, and no lock is tried', async () => {
    const state = `<netconf-state xmlns="${MONITORING}">
      <datastores><datastore><name>running</name></datastore><datastore><name>candidate</name><locks><global-lock>
        <locked-by-session>4711</locked-by-session><locked-time>2026-03-01T08:00:00Z</locked-time></global-lock></locks></datastore></datastores>
      <sessions><session><session-id>4711</session-id><username>noc</username><source-host>192.0.2.7</source-host></session>
        <session><session-id>9</session-id></session></sessions></netconf-state>`;
    const { session, calls } = scripted({
      capabilities: [`${MONITORING}?module=ietf-netconf-monitoring`],
      get: () => state,
    });
    const found = await inspectSession(session, CANDIDATE);
    expect([found.sessions, found.lock]).toEqual([
      2,
      {
        ...{ datastore: 'candidate', state: 'held', how: 'asked' },
        holder: 'session 4711 (noc, 192.0.2.7, 2026-03-01T08:00:00Z)',
      },
    ]);
    expect(calls).not.toContain('lock');
  });

  it('monitoring that is refused is told, and the lock is tried', async () => {
    const { session, calls } = scripted({ capabilities: [MONITORING], get: () => denied(null) });
    const found = await inspectSession(session, CANDIDATE);
    expect(found.unanswered).toMatchObject([
      { code: 'ROUTER_REFUSED', fact: expect.stringMatching(/^netconf-state: /) },
    ]);
    expect(calls).toContain('lock');
  });

  it('without a candidate: the lock of running', async () => {
    const { session, calls } = scripted({});
    const found = await inspectSession(session, { target: 'running', lockRefusesDirtyCandidate: false });
    expect([found.candidate, found.lock]).toMatchObject(['none', { datastore: 'running', state: 'free' }]);
    expect(calls).toEqual(['lock', 'unlock']);
  });

  it('unsaved: running that is not in startup, or lacks what startup has', async () => {
    const capabilities = ['urn:ietf:params:netconf:capability:startup:1.0'];
    const [more, less] = [
      scripted({ capabilities, running: DIRTY, startup: '<a xmlns="urn:x"/>' }),
      scripted({ capabilities, running: '<a xmlns="urn:x"/>', startup: `<a xmlns="urn:x"/>${DIRTY}` }),
    ];
    const added = await inspectSession(more.session, CANDIDATE);
    expect([added.isUnsaved, added.unsavedLines]).toEqual([true, expect.arrayContaining(['<b>work in progress</b>'])]);
    const removed = await inspectSession(less.session, CANDIDATE);
    expect([removed.isUnsaved, removed.unsavedLines]).toEqual([true, []]);
    expect((await inspectSession(scripted({ capabilities }).session, CANDIDATE)).isUnsaved).toBe(false);
  });

  it('silent: after the first question without an answer no other is asked', async () => {
    const { session, calls } = scripted({ capabilities: [SYSTEM], getConfig: silence() });
    const found = await inspectSession(session, CANDIDATE);
    expect([found.candidate, found.lock.state, found.lock.how]).toEqual(['unknown', 'unknown', 'not tried']);
    expect(found.unanswered).toEqual([
      { code: 'ROUTER_TIMEOUT', fact: 'the candidate: get-config: no answer in 10000 ms' },
    ]);
    expect(calls.filter((call) => !call.startsWith('get-config'))).toEqual([]);
  });

  it('a clock that is wrong', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const clock = () =>
      `<system-state xmlns="${SYSTEM}"><clock><current-datetime>${new Date(Date.now() + 90_000).toISOString()}</current-datetime></clock></system-state>`;
    const { session } = scripted({ capabilities: [SYSTEM], get: clock });
    const { clockSkewMs } = await inspectSession(session, CANDIDATE);
    expect(clockSkewMs).toBe(90_000);
    const { session: mute } = scripted({ capabilities: [SYSTEM], get: () => '' });
    expect((await inspectSession(mute, CANDIDATE)).clockSkewMs).toBeNull();
  });
});
