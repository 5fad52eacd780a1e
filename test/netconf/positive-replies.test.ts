import { describe, expect, it } from 'vitest';
import { type NetconfSession, openSessionOverStream, type ReplyStream } from '../../src/netconf/index.ts';
import { acquireLock } from '../../src/router/candidate-lock.ts';
import { MemoryPeer } from './support/memory-peer.ts';
import { BASE_NS, frame, helloXml } from './support/ssh-server.ts';

const CAPABILITIES = [
  'urn:ietf:params:netconf:base:1.1',
  ...['candidate:1.0', 'confirmed-commit:1.1', 'validate:1.1', 'writable-running:1.0', 'startup:1.0'].map(
    (name) => `urn:ietf:params:netconf:capability:${name}`,
  ),
  'urn:ietf:params:netconf:capability:yang-library:1.1?revision=2019-01-04&amp;content-id=a',
  'urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring',
  'urn:ietf:params:netconf:capability:notification:1.0',
  'urn:ietf:params:netconf:capability:partial-lock:1.0',
];

/** A server that answers every rpc with what `inner` says. */
async function open(inner: string | ((body: string) => string)): Promise<NetconfSession> {
  const peer = new MemoryPeer();
  const write = peer._write.bind(peer);
  peer._write = (chunk, encoding, done) => {
    const text = chunk.toString();
    const id = /message-id="(\d+)"/.exec(text)?.[1];
    if (id !== undefined) {
      const inside = typeof inner === 'string' ? inner : inner(text);
      const reply = `<rpc-reply xmlns="${BASE_NS}" message-id="${id}">${inside}</rpc-reply>`;
      setImmediate(() => {
        const framed = frame(reply, 'chunked', 5_000);
        for (let at = 0; at < framed.length; at += 30_000) peer.arrives(framed.subarray(at, at + 30_000));
      });
    }
    write(chunk, encoding, done);
  };
  const session = openSessionOverStream(peer, { name: 'pe1' });
  peer.arrives(`${helloXml(CAPABILITIES)}]]>]]>`);
  return session;
}

const told = (severity: string, message = 'm') =>
  `<rpc-error><error-type>application</error-type><error-tag>operation-failed</error-tag><error-severity>${severity}</error-severity><error-message>${message}</error-message></rpc-error>`;
const warning = told('warning');
const BIG = `<v xmlns="urn:a"><n>${'x'.repeat(100_000)}</n></v>`;

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? String(error),
  );

async function textOf(stream: ReplyStream): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream.bytes()) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

async function elementsOf(stream: ReplyStream, path: readonly string[]): Promise<number> {
  let count = 0;
  for await (const _ of stream.elements(...path)) count += 1;
  return count;
}

const SMALL_AND_LARGE: readonly [string, string][] = [
  ['small', '<a xmlns="urn:a"><b/></a>'],
  ['large', BIG],
];

/** `§` stands for the data, in both sizes. */
const noData: readonly [string, string, string][] = [
  ['nothing', '', 'PROTOCOL'],
  ['a comment', '<!-- x -->', 'PROTOCOL'],
  ['ok', '<ok/>', 'PROTOCOL'],
  ['a warning alone', warning, 'PROTOCOL'],
  ['data of another namespace', '<data xmlns="urn:x">§</data>', 'PROTOCOL'],
  ['data of no namespace', '<data xmlns="">§</data>', 'PROTOCOL'],
  ['two data', '<data>§</data><data><b xmlns="urn:a"/></data>', 'PROTOCOL'],
  ['two empty data', '<data/><data/>', 'PROTOCOL'],
  ['something before data', '<x xmlns="urn:x"/><data>§</data>', 'PROTOCOL'],
  ['something behind data', '<data>§</data><x xmlns="urn:x">§</x>', 'PROTOCOL'],
  ['ok behind data', '<data>§</data><ok/>', 'PROTOCOL'],
  ['a text before data', 'error: no such thing<data>§</data>', 'PROTOCOL'],
  ['a text behind data', '<data>§</data>error: no such thing', 'PROTOCOL'],
  ['a text alone', 'error: no such thing', 'PROTOCOL'],
  ['a wrapper of somebody', '<result><data>§</data></result>', 'PROTOCOL'],
  ['an error behind data', `<data>§</data>${told('error')}`, 'RPC_ERROR'],
  ['an error before data', `${told('error')}<data>§</data>`, 'RPC_ERROR'],
  ['an error behind a warning and data', `${warning}<data>§</data>${told('error')}`, 'RPC_ERROR'],
];

describe.each(SMALL_AND_LARGE)('get-config answered with %s', (_size, data) => {
  it.each(noData)('%s is no answer, in whatever way it is read', async (_name, inner, code) => {
    const session = await open(inner.replaceAll('§', data));
    const running = { source: 'running' } as const;
    expect(await codeOf(session.getConfig(running))).toBe(code);
    expect(await codeOf(session.get())).toBe(code);
    expect(await codeOf(session.getConfigStream(running).then(textOf))).toBe(code);
    expect(await codeOf(session.getConfigStream(running).then((stream) => elementsOf(stream, ['a'])))).toBe(code);
    expect(await codeOf(session.getStream().then((stream) => stream.parse({ open() {}, close() {} })))).toBe(code);
    expect(await codeOf(session.rpc('<get-config><source><running/></source></get-config>'))).toBe(code);
    expect(session.isOpen).toBe(true);
    session.destroy();
  });

  const positive: readonly [string, string, string, number][] = [
    ['data', '<data>§</data>', data, 0],
    ['data in spaces', '\n <data>§</data>\n ', data, 0],
    ['data behind a warning (N1, N7a)', `${warning}<data>§</data>`, data, 1],
    ['data before a warning (N7b)', `<data>§</data>${warning}`, data, 1],
    ['data between warnings', `${warning}${warning}<data>§</data>${warning}`, data, 3],
    [
      'data with a CDATA section (N7d)',
      `<data>§<c xmlns="urn:a"><![CDATA[</data>${told('error')}]]></c></data>`,
      `${data}<c xmlns="urn:a"><![CDATA[</data>${told('error')}]]></c>`,
      0,
    ],
    [
      'data with a comment (N7e)',
      `<data>§<!-- </data> ${told('error')} --></data>`,
      `${data}<!-- </data> ${told('error')} -->`,
      0,
    ],
    ['data with an instruction', `<data>§<?x </data> ?></data>`, `${data}<?x </data> ?>`, 0],
    ['data before a comment (N7f)', '<data>§</data><!-- x -->', data, 0],
    ['data behind a comment', '<!-- <data> --><data>§</data>', data, 0],
    [
      'data that holds data',
      '<data><data xmlns="urn:a"><data/><data a=">">§</data></data><database/></data>',
      `<data xmlns="urn:a"><data/><data a=">">${data}</data></data><database/>`,
      0,
    ],
    ['empty data', '<data/>', '', 0],
    ['empty data behind a warning', `${warning}<data  />`, '', 1],
  ];
  it.each(positive)('%s is read the same in every way', async (_name, inner, inside, warnings) => {
    const session = await open(inner.replaceAll('§', data));
    const running = { source: 'running' } as const;
    const reply = await session.getConfig(running);
    expect([reply.ok, reply.warnings.length, reply.dataXml]).toEqual([false, warnings, inside]);
    const bytes = await session.getConfigStream(running);
    expect([await textOf(bytes), bytes.warnings.length]).toEqual([inside, warnings]);
    const elements = await session.getConfigStream(running);
    const [name] = reply.data?.children.map((element) => element.name) ?? [];
    const count = reply.data?.children.filter((element) => element.name === name).length ?? 0;
    expect([await elementsOf(elements, [name ?? 'none']), elements.warnings.length]).toEqual([count, warnings]);
    session.destroy();
  });
});

describe('an operation that acts', () => {
  const operations: Record<string, [(session: NetconfSession) => Promise<unknown>, string]> = {
    commit: [(session) => session.commit(), 'COMMIT_OUTCOME_UNKNOWN'],
    'confirmed commit': [(session) => session.commit({ confirmed: true }), 'COMMIT_OUTCOME_UNKNOWN'],
    'cancel-commit': [(session) => session.cancelCommit(), 'COMMIT_OUTCOME_UNKNOWN'],
    'edit of running': [
      (session) => session.editConfig({ target: 'running', config: '<a xmlns="urn:a"/>' }),
      'COMMIT_OUTCOME_UNKNOWN',
    ],
    'copy to running': [
      (session) => session.copyConfig({ source: 'startup', target: 'running' }),
      'COMMIT_OUTCOME_UNKNOWN',
    ],
    'a commit written by hand': [
      (session) =>
        session.rpc('<x:commit xmlns:x="urn:ietf:params:xml:ns:netconf:base:1.0"/>', { changesRunning: true }),
      'COMMIT_OUTCOME_UNKNOWN',
    ],
    lock: [(session) => session.lock('candidate'), 'PROTOCOL'],
    unlock: [(session) => session.unlock('candidate'), 'PROTOCOL'],
    validate: [(session) => session.validate('candidate'), 'PROTOCOL'],
    'edit-config': [(session) => session.editConfig({ target: 'candidate', config: '<a xmlns="urn:a"/>' }), 'PROTOCOL'],
    'discard-changes': [(session) => session.discardChanges(), 'PROTOCOL'],
    'delete-config': [(session) => session.deleteConfig({ target: 'startup' }), 'PROTOCOL'],
    'kill-session': [(session) => session.killSession(9), 'PROTOCOL'],
    'edit-data': [(session) => session.editData({ datastore: 'candidate', config: '<a xmlns="urn:a"/>' }), 'PROTOCOL'],
    'create-subscription': [(session) => session.createSubscription(), 'PROTOCOL'],
    'partial-unlock': [(session) => session.partialUnlock(1), 'PROTOCOL'],
  };
  const nothing = ['', 'hello', '<x xmlns="urn:x"/>', '<data/>', '<ok xmlns="urn:x"/>', '<ok xmlns=""/>', '<ok/><ok/>'];
  const mixed = [
    '<ok/>error: it failed',
    '<ok/><x xmlns="urn:x"/>',
    '<ok><x/></ok>',
    '<ok>no</ok>',
    '<commit-results/>',
    '<x><ok/></x>',
  ];
  const large = `<x xmlns="urn:x">${BIG}</x>`;
  const inners = [...nothing, ...mixed, '<!-- <ok/> -->', large, `${warning}${large}`, `<ok>${BIG}</ok>`];

  it.each(Object.keys(operations))('%s is done when the server says so, and then only', async (name) => {
    const [act, code] = operations[name] ?? [];
    if (act === undefined) throw new Error(name);
    for (const inner of inners) {
      const session = await open(inner);
      expect([inner.slice(0, 80), await codeOf(act(session))]).toEqual([inner.slice(0, 80), code]);
      expect(session.isOpen).toBe(true);
      session.destroy();
    }
    for (const inner of [
      '<ok/>',
      `<ok xmlns="${BASE_NS}"/>`,
      `<ok></ok>`,
      '\n<ok/>\n',
      warning,
      `${warning}<ok/>${warning}`,
      '<!-- x --><ok/>',
    ]) {
      const session = await open(inner);
      expect([inner, await codeOf(act(session))]).toEqual([inner, 'done']);
      session.destroy();
    }
    const refusing = await open(`<ok/>${told('error')}`);
    expect(await codeOf(act(refusing))).toBe('RPC_ERROR');
    refusing.destroy();
  });
});

describe('Junos', () => {
  const engine = (name: string, says: string) => `<routing-engine><name>${name}</name>${says}</routing-engine>`;
  const commits: [string, string, string][] = [
    ['commit-success', `<commit-results>${engine('re0', '<commit-success/>')}</commit-results>`, 'done'],
    ['commit-success without engines', '<commit-results><commit-success/></commit-results>', 'done'],
    [
      'commit-success with a warning in it',
      `<commit-results>${warning}${engine('re0', '<commit-success/>')}</commit-results>`,
      'done',
    ],
    [
      'checked, and then committed on both',
      `<commit-results>${engine('re0', '<commit-check-success/>')}${engine('re1', '<commit-success/>')}${engine('re0', '<commit-success/>')}</commit-results>`,
      'done',
    ],
    [
      'committed on one of two',
      `<commit-results>${engine('re0', '<commit-success/>')}${engine('re1', '<commit-check-success/>')}</commit-results>`,
      'COMMIT_OUTCOME_UNKNOWN',
    ],
    [
      'checked alone',
      `<commit-results>${engine('re0', '<commit-check-success/>')}</commit-results>`,
      'COMMIT_OUTCOME_UNKNOWN',
    ],
    ['results that say nothing', `<commit-results>${engine('re0', '')}</commit-results>`, 'COMMIT_OUTCOME_UNKNOWN'],
    [
      'a warning alone in results',
      `<commit-results>${engine('re0', warning)}</commit-results>`,
      'COMMIT_OUTCOME_UNKNOWN',
    ],
    [
      'results of each engine',
      `<multi-routing-engine-results><multi-routing-engine-item><re-name>re0</re-name><commit-results>${engine('re0', '<commit-success/>')}</commit-results></multi-routing-engine-item></multi-routing-engine-results>`,
      'done',
    ],
    [
      'an engine without results',
      `<multi-routing-engine-results><multi-routing-engine-item><re-name>re0</re-name><commit-results><commit-success/></commit-results></multi-routing-engine-item><multi-routing-engine-item><re-name>re1</re-name></multi-routing-engine-item></multi-routing-engine-results>`,
      'COMMIT_OUTCOME_UNKNOWN',
    ],
    [
      'results of a load',
      '<load-configuration-results><load-success/></load-configuration-results>',
      'COMMIT_OUTCOME_UNKNOWN',
    ],
  ];
  it.each(commits)('answers a commit with %s', async (_name, inner, code) => {
    const session = await open(inner);
    expect(await codeOf(session.commit())).toBe(code);
    session.destroy();
  });

  const loads: [string, string, string][] = [
    [
      'load-error-count 1 (N10)',
      '<load-configuration-results><load-error-count>1</load-error-count></load-configuration-results>',
      'RPC_ERROR',
    ],
    [
      'load-error-count beside ok',
      '<load-configuration-results><load-error-count> 2 </load-error-count></load-configuration-results><ok/>',
      'RPC_ERROR',
    ],
    [
      'load-error-count beside load-success',
      '<load-configuration-results><load-success/><load-error-count>1</load-error-count></load-configuration-results>',
      'RPC_ERROR',
    ],
    [
      'load-error-count that is no number',
      '<load-configuration-results><load-error-count/></load-configuration-results>',
      'RPC_ERROR',
    ],
    [
      'load-error-count 0 and success',
      '<load-configuration-results><load-error-count>0</load-error-count><load-success/></load-configuration-results>',
      'done',
    ],
    ['load-success', '<load-configuration-results><load-success/></load-configuration-results>', 'done'],
    ['ok in results', '<load-configuration-results><ok/></load-configuration-results>', 'done'],
    ['empty results', '<load-configuration-results/>', 'PROTOCOL'],
    ['results of a commit', '<commit-results><commit-success/></commit-results>', 'PROTOCOL'],
  ];
  it.each(loads)('answers an edit with %s', async (_name, inner, code) => {
    const session = await open(inner);
    const edit = session.editConfig({ target: 'candidate', config: '<a xmlns="urn:a"/>' });
    expect(await codeOf(edit)).toBe(code);
    session.destroy();
  });

  it('checks without committing', async () => {
    const session = await open(`<commit-results>${engine('re0', '<commit-check-success/>')}</commit-results>`);
    expect((await session.validate('candidate')).ok).toBe(true);
    session.destroy();
  });

  it('answers for each engine: an rpc-error inside of an answer is data, one beside it is not', async () => {
    const item = (inside: string) =>
      `<multi-routing-engine-results><multi-routing-engine-item><re-name>re0</re-name>${inside}</multi-routing-engine-item></multi-routing-engine-results>`;
    for (const filler of ['', BIG]) {
      const log = await open(item(`<log xmlns="urn:l">${filler}${told('error')}</log>`));
      expect(await codeOf(log.rpc('<get-log xmlns="urn:l"/>'))).toBe('done');
      const failed = await open(item(`<log xmlns="urn:l">${filler}</log>${told('error')}`));
      expect(await codeOf(failed.rpc('<get-log xmlns="urn:l"/>'))).toBe('RPC_ERROR');
    }
  });
});

describe('an operation of another RFC', () => {
  const lockId = '<lock-id xmlns="urn:ietf:params:xml:ns:netconf:partial-lock:1.0">7</lock-id>';
  const asks: [string, (session: NetconfSession) => Promise<unknown>, string, string][] = [
    [
      'get-schema',
      (session) => session.getSchema({ identifier: 'a' }),
      '<data xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring">m</data>',
      'done',
    ],
    ['get-schema', (session) => session.getSchema({ identifier: 'a' }), '<data>m</data>', 'PROTOCOL'],
    ['get-schema', (session) => session.getSchema({ identifier: 'a' }), '<ok/>', 'PROTOCOL'],
    [
      'get-data',
      (session) => session.getData({ datastore: 'running' }),
      '<data xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"/>',
      'done',
    ],
    ['get-data', (session) => session.getData({ datastore: 'running' }), '', 'PROTOCOL'],
    ['partial-lock', (session) => session.partialLock(['/a']), lockId, 'done'],
    ['partial-lock', (session) => session.partialLock(['/a']), '<lock-id>7</lock-id>', 'PROTOCOL'],
    ['partial-lock', (session) => session.partialLock(['/a']), '<ok/>', 'PROTOCOL'],
    ['yang-library', (session) => session.yangLibrary(), '', 'PROTOCOL'],
    ['one that is not known', (session) => session.rpc('<ping xmlns="urn:p"/>'), '<pong xmlns="urn:p"/>', 'done'],
    ['one that is not known', (session) => session.rpc('<ping xmlns="urn:p"/>'), '<ok/>', 'done'],
    ['one that is not known', (session) => session.rpc('<ping xmlns="urn:p"/>'), '', 'PROTOCOL'],
    ['one that is not known', (session) => session.rpc('<ping xmlns="urn:p"/>'), 'error: no route', 'PROTOCOL'],
    [
      'one that is not known',
      (session) => session.rpc('<ping xmlns="urn:p"/>'),
      `<pong xmlns="urn:p">${BIG}</pong>error`,
      'PROTOCOL',
    ],
  ];
  it.each(asks)('%s', async (_name, ask, inner, code) => {
    const session = await open(inner);
    expect(await codeOf(ask(session))).toBe(code);
    session.destroy();
  });

  it.each(['', '<a xmlns="urn:a"/><b xmlns="urn:a"/>'])('is one operation: %j is not sent', async (content) => {
    const session = await open('<ok/>');
    expect(await codeOf(session.rpc(content))).toBe('INVALID_REQUEST');
    session.destroy();
  });
});

describe('a stranger’s edits in the candidate', () => {
  const vrf = (description: string) =>
    `<data><vrfs xmlns="urn:x"><vrf><name>MOH</name>${description}</vrf></vrfs></data>`;
  const lock = (session: NetconfSession) =>
    acquireLock(session, { pe: 'pe1', lockWaitMs: 0, target: 'candidate', lockRefusesDirtyCandidate: false });
  const answering = (before: string, both: (of: string) => string) =>
    open((text) => {
      if (!text.includes('<get-config>')) return '<ok/>';
      return (
        before + both(text.includes('<source><candidate/></source>') ? '<description>a stranger</description>' : '')
      );
    });

  it.each([
    ['', 'a warning'],
    [told('warning', 'statement has no contents; ignored'), ''],
  ])('are seen behind a warning too', async (before) => {
    const session = await answering(before, vrf);
    expect(await codeOf(lock(session))).toBe('ROUTER_CANDIDATE_DIRTY');
    session.destroy();
  });

  it('are not taken for absent where neither side answered', async () => {
    const session = await answering('', () => '');
    expect(await codeOf(lock(session))).toBe('PROTOCOL');
    session.destroy();
  });
});
