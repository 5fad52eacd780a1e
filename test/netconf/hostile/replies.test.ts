import { describe, expect, it } from 'vitest';
import { lockHolderSessionId, type NetconfError, RpcError } from '../../../src/netconf/index.ts';
import { cpuSeconds } from '../../support/cpu-seconds.ts';
import { deliveries, openLayer, outcomeOf } from '../support/memory-peer.ts';
import { BASE_NS, frame } from '../support/ssh-server.ts';

const error = (fields = '') =>
  `<rpc-error><error-type>application</error-type><error-tag>operation-failed</error-tag><error-severity>error</error-severity>${fields}</rpc-error>`;
const warning = (message: string) =>
  `<rpc-error><error-severity>warning</error-severity><error-message>${message}</error-message></rpc-error>`;
const reply = (inside: string, attributes = 'message-id="1"') =>
  `<rpc-reply xmlns="${BASE_NS}" ${attributes}>${inside}</rpc-reply>`;

interface Case {
  readonly name: string;
  readonly message: string;
  readonly outcome: string;
  /** Messages of the warnings or errors that must be kept, in order. */
  readonly said?: readonly (string | null)[];
  /** The session ends, since the message belongs to no rpc. */
  readonly ends?: boolean;
}

const JUNOS = 'http://xml.juniper.net/junos/24.4R0/junos';
const cases: Case[] = [
  { name: 'ok', message: reply('<ok/>'), outcome: 'ok' },
  {
    name: 'ok with prefix',
    message: `<nc:rpc-reply xmlns:nc="${BASE_NS}" message-id="1"><nc:ok/></nc:rpc-reply>`,
    outcome: 'ok',
  },
  { name: 'no namespace at all', message: '<rpc-reply message-id="1"><ok/></rpc-reply>', outcome: 'ok' },
  {
    name: 'a declaration, a comment and line ends around it',
    message: `<?xml version="1.0" encoding="UTF-8"?>\n<!-- a > b -->\n${reply('<ok/>')}\n`,
    outcome: 'ok',
  },
  { name: 'an attribute with > in it', message: reply('<ok/>', 'x="a>b" message-id="1" y=\'">\''), outcome: 'ok' },
  { name: 'empty', message: `<rpc-reply xmlns="${BASE_NS}" message-id="1"/>`, outcome: 'PROTOCOL' },
  {
    name: 'an error beside ok is an error (ncclient says ok)',
    message: reply(`${error()}<ok/>`),
    outcome: 'RPC_ERROR',
    said: [null],
  },
  { name: 'ok and then an error is an error', message: reply(`<ok/>${error()}`), outcome: 'RPC_ERROR', said: [null] },
  {
    name: 'two warnings are no error (ncclient says error)',
    message: reply(`${warning('one')}${warning('two')}<ok/>`),
    outcome: 'ok',
    said: ['one', 'two'],
  },
  {
    name: 'a warning does not hide the error after it (ncclient 54)',
    message: reply(`${warning('one')}${error('<error-message>bad</error-message>')}`),
    outcome: 'RPC_ERROR',
    said: ['one', 'bad'],
  },
  {
    name: 'an rpc-error inside of data is data (ncclient fails)',
    message: reply(`<data><log xmlns="urn:l">${error()}</log><rpc-error xmlns="${BASE_NS}"/></data>`),
    outcome: 'data',
  },
  {
    name: 'an error beside data is an error',
    message: reply(`<data><a xmlns="urn:a"/></data>${error()}`),
    outcome: 'RPC_ERROR',
    said: [null],
  },
  {
    name: 'an error without severity, type and tag is an error',
    message: reply('<rpc-error><error-message>hm</error-message></rpc-error>'),
    outcome: 'RPC_ERROR',
    said: ['hm'],
  },
  {
    name: 'an unknown severity is an error',
    message: reply('<rpc-error><error-severity>notice</error-severity></rpc-error>'),
    outcome: 'RPC_ERROR',
    said: [null],
  },
  { name: 'an empty error is an error', message: reply('<rpc-error/>'), outcome: 'RPC_ERROR', said: [null] },
  {
    name: 'Junos: errors nested in commit-results and load-configuration-results',
    message: reply(
      `<commit-results><routing-engine xmlns="${JUNOS}"><name>re0</name>${error('<source-daemon>rpd</source-daemon><error-message>re0</error-message>')}</routing-engine></commit-results>` +
        `<load-configuration-results>${warning('loaded')}${error('<error-message>load</error-message>')}</load-configuration-results>`,
    ),
    outcome: 'RPC_ERROR',
    said: ['re0', 'loaded', 'load'],
  },
  {
    name: 'Junos: a warning in commit-results beside ok',
    message: reply(`<commit-results>${warning('statement not found')}</commit-results><ok/>`),
    outcome: 'ok',
    said: ['statement not found'],
  },
  {
    name: 'Junos: xnm:error',
    message: reply('<xnm:error xmlns:xnm="http://xml.juniper.net/xnm/1.1/xnm"><message>syntax</message></xnm:error>'),
    outcome: 'RPC_ERROR',
    said: ['syntax'],
  },
  { name: 'Junos: a reply without message-id', message: reply('<ok/>', ''), outcome: 'ok' },
  {
    name: 'Junos: routing-engine left open (rustnetconf 43)',
    message: reply('<commit-results><routing-engine></commit-results><ok/>'),
    outcome: 'PROTOCOL',
  },
  {
    name: 'IOS-XR: lock-denied without error-message',
    message: reply(
      error('<error-info><session-id>7</session-id></error-info>').replace('operation-failed', 'lock-denied'),
    ),
    outcome: 'RPC_ERROR',
    said: [null],
  },
  {
    name: 'Huawei: flow-id attribute and a CR reference',
    message: reply(error('<error-message>a&#13;\nb</error-message>'), 'message-id="1" flow-id="27"'),
    outcome: 'RPC_ERROR',
    said: ['a\r\nb'],
  },
  {
    name: 'the end tag of an rpc-error in a text, a comment and a value is data (scrapli_netconf fails)',
    message: reply('<data><a x="&lt;/rpc-error>"><![CDATA[</rpc-error>]]></a><!-- </rpc-error> --></data>'),
    outcome: 'data',
  },
  {
    name: 'a message-id inside of data is not the reply’s (libscrapli searches the text)',
    message: reply('<data><a message-id="2">message-id="3"</a></data>', 'x="message-id=&quot;4&quot;" message-id="1"'),
    outcome: 'data',
  },
  {
    name: 'Junos, rfc-compliant: the prefix nc on everything',
    message: `<nc:rpc-reply xmlns:nc="${BASE_NS}" message-id="1"><nc:rpc-error><nc:error-severity>error</nc:error-severity><nc:error-message>bad</nc:error-message></nc:rpc-error><nc:ok/></nc:rpc-reply>`,
    outcome: 'RPC_ERROR',
    said: ['bad'],
  },
  {
    name: 'Junos: one of two routing engines fails',
    message: reply(
      `<multi-routing-engine-results><multi-routing-engine-item><re-name>re0</re-name><commit-results>${warning('re0')}</commit-results></multi-routing-engine-item>` +
        `<multi-routing-engine-item><re-name>re1</re-name><commit-results>${error('<error-message>re1</error-message>')}</commit-results></multi-routing-engine-item></multi-routing-engine-results><ok/>`,
    ),
    outcome: 'RPC_ERROR',
    said: ['re0', 're1'],
  },
  { name: 'an unclosed reply', message: `<rpc-reply xmlns="${BASE_NS}" message-id="1"><ok/>`, outcome: 'PROTOCOL' },
  { name: 'an undeclared prefix', message: reply('<x:ok/>'), outcome: 'PROTOCOL', ends: true },
  { name: 'an undeclared entity', message: reply('<data>&bomb;</data>'), outcome: 'PROTOCOL' },
  { name: 'a NUL byte', message: reply('<data>\u0000</data>'), outcome: 'PROTOCOL' },
  { name: 'a DOCTYPE', message: `<!DOCTYPE x [<!ENTITY a "aaaa">]>${reply('<ok/>')}`, outcome: 'PROTOCOL', ends: true },
  {
    name: 'an external DTD',
    message: `<!DOCTYPE x SYSTEM "http://evil/">${reply('<ok/>')}`,
    outcome: 'PROTOCOL',
    ends: true,
  },
  { name: 'a DOCTYPE after the root tag', message: reply('<!DOCTYPE x><ok/>'), outcome: 'PROTOCOL', ends: true },
  { name: 'an unknown message', message: '<html><body>login</body></html>', outcome: 'PROTOCOL', ends: true },
  {
    name: 'an rpc-reply of another namespace',
    message: '<rpc-reply xmlns="urn:x" message-id="1"><ok/></rpc-reply>',
    outcome: 'PROTOCOL',
    ends: true,
  },
  {
    name: 'a message-id in a namespace is none',
    message: `<rpc-reply xmlns="${BASE_NS}" xmlns:n="${BASE_NS}" n:message-id="7"><ok/></rpc-reply>`,
    outcome: 'ok',
  },
  { name: 'text only', message: 'Connection refused', outcome: 'PROTOCOL', ends: true },
  { name: 'a second hello', message: `<hello xmlns="${BASE_NS}"/>`, outcome: 'PROTOCOL', ends: true },
];

describe.each(['eom', 'chunked'] as const)('a reply (%s), at every byte border', (framing) => {
  // Both framings meet every border in framing.test.ts; here one of them is enough.
  const ways = (bytes: Buffer) => (framing === 'eom' ? deliveries(bytes) : deliveries(bytes).slice(0, 2));
  it.each(cases)('$name', async ({ message, outcome, said, ends = false }) => {
    for (const pieces of ways(frame(message, framing))) {
      const { layer, peer, call } = await openLayer(framing);
      const answer = call();
      for (const piece of pieces) peer.arrives(piece);
      expect(await outcomeOf(answer)).toBe(outcome);
      expect(layer.isOpen).toBe(!ends);
      const infos = await answer.then(
        (done) => done.warnings,
        (failed) => (failed instanceof RpcError ? failed.errors : []),
      );
      expect(infos.map((info) => info.message)).toEqual(said ?? []);
      layer.fail(new Error('done') as never);
    }
  });
});

describe('whom a reply belongs to', () => {
  it('a reply to nobody is dropped, a doubled one too', async () => {
    const { layer, peer, call } = await openLayer('chunked');
    const first = outcomeOf(call());
    peer.arrives(frame(reply('<ok/>', 'message-id="99"'), 'chunked'));
    peer.arrives(frame(reply('<ok/>'), 'chunked'));
    peer.arrives(frame(reply(error()), 'chunked'));
    expect(await first).toBe('ok');
    const second = outcomeOf(call());
    peer.arrives(frame(reply(error()), 'chunked'));
    peer.arrives(frame(reply('<ok/>', 'message-id="2"'), 'chunked'));
    expect(await second).toBe('ok');
    expect([layer.repliesDropped, layer.isOpen]).toEqual([3, true]);
  });

  it('an answer after its timeout is dropped and disturbs nobody', async () => {
    const { layer, peer, call } = await openLayer('eom');
    expect(await outcomeOf(call({ timeoutMs: 5 }))).toBe('RPC_TIMEOUT');
    const second = outcomeOf(call());
    peer.arrives(frame(reply('<data><late/></data>'), 'eom'));
    peer.arrives(frame(reply('<ok/>', 'message-id="2"'), 'eom'));
    expect(await second).toBe('ok');
    expect(layer.repliesDropped).toBe(1);
  });

  it('a reply without message-id is given to no one where it may be another rpc’s late answer', async () => {
    const { layer, peer, call } = await openLayer('eom');
    expect(await outcomeOf(call({ timeoutMs: 5 }))).toBe('RPC_TIMEOUT');
    const commit = outcomeOf(call({ changesRunning: true }));
    peer.arrives(frame(reply('<ok/>', ''), 'eom'));
    expect(await commit).toBe('COMMIT_OUTCOME_UNKNOWN');
    expect(layer.isOpen).toBe(false);
  });

  it('given up by the caller, the session goes on', async () => {
    const { layer, peer, call } = await openLayer('eom');
    const controller = new AbortController();
    const first = outcomeOf(call({ signal: controller.signal }));
    controller.abort(new Error('enough'));
    expect(await first).toBe('ABORTED');
    const second = outcomeOf(call());
    peer.arrives(frame(reply('<ok/>', 'message-id="2"'), 'eom'));
    expect([await second, layer.isOpen]).toEqual(['ok', true]);
  });

  it('the end of the stream fails every rpc in flight, each by its kind', async () => {
    const { layer, peer, call } = await openLayer('chunked');
    const outcomes = [outcomeOf(call()), outcomeOf(call({ changesRunning: true }))];
    peer.arrives('\n#10\n<rpc');
    peer.ends();
    expect(await Promise.all(outcomes)).toEqual(['TRANSPORT', 'COMMIT_OUTCOME_UNKNOWN']);
    expect((await layer.ended).error?.fact).toBe('the server closed the channel in the middle of a message');
  });
});

describe('floods', () => {
  const limits = { xmlDepthMax: 64, xmlAttributesMax: 32, xmlElementsMax: 10_000 };
  const floods: [string, string, string][] = [
    ['deep nesting', '<a>'.repeat(100_000), 'LIMIT_EXCEEDED'],
    ['attributes', `<a ${Array.from({ length: 50_000 }, (_, n) => `a${n}=""`).join(' ')}/>`, 'LIMIT_EXCEEDED'],
    [
      'namespace declarations',
      `<a ${Array.from({ length: 50_000 }, (_, n) => `xmlns:a${n}="urn:a"`).join(' ')}/>`,
      'LIMIT_EXCEEDED',
    ],
    ['elements', '<a/>'.repeat(200_000), 'LIMIT_EXCEEDED'],
  ];
  it.each(floods)('%s', async (_name, flood, outcome) => {
    const { peer, call } = await openLayer('chunked', limits);
    const answer = call();
    peer.arrives(frame(reply(`<x xmlns="urn:x">${flood}</x>`), 'chunked'));
    expect(await outcomeOf(answer)).toBe(outcome);
    const second = call();
    peer.arrives(frame(reply(`<data>${flood}</data>`, 'message-id="2"'), 'chunked'));
    // What a large reply has inside of data is read when somebody asks for it.
    await expect(second.then((data) => data.root)).rejects.toMatchObject({ code: outcome });
  });

  it('half a million numeric references are read in linear time', async () => {
    const { peer, call } = await openLayer('chunked');
    const answer = call();
    const before = cpuSeconds();
    peer.arrives(frame(reply(`<data><a>${'&#65;'.repeat(500_000)}</a></data>`), 'chunked'));
    expect((await answer).data?.children[0]?.text).toHaveLength(500_000);
    expect(cpuSeconds() - before).toBeLessThan(5);
  });

  it('a large reply whose data names rpc-error is still data, and its errors are still found', async () => {
    const filler = '<entry xmlns="urn:e"><name>rpc-error</name></entry>'.repeat(4_000);
    const { peer, call } = await openLayer('chunked');
    const [first, second] = [call(), call()];
    peer.arrives(frame(reply(`<data>${filler}<rpc-error/></data>`), 'chunked'));
    expect((await first).dataXml).toHaveLength(filler.length + '<rpc-error/>'.length);
    peer.arrives(
      frame(
        reply(`<data>${filler}</data>${error('<error-message>late</error-message>')}`, 'message-id="2"'),
        'chunked',
      ),
    );
    const failed = await second.catch((problem: NetconfError) => problem);
    expect(failed).toMatchObject({ code: 'RPC_ERROR', first: { message: 'late' } });
  });

  it('a start tag without end is given up at its bound', async () => {
    const { peer, call, layer } = await openLayer('chunked');
    const answer = outcomeOf(call());
    peer.arrives(frame(`<rpc-reply ${'a'.repeat(100_000)}`, 'chunked'));
    expect(await answer).toBe('LIMIT_EXCEEDED');
    expect(layer.isOpen).toBe(false);
  });
});

describe('Junos', () => {
  it('names a process in the text of lock-denied: the holder is what error-info says', async () => {
    const { peer, call } = await openLayer('eom');
    const answer = call();
    const fields =
      '<error-message>lock held by pid 4711</error-message><error-info><session-id>27</session-id></error-info>';
    peer.arrives(frame(reply(error(fields)), 'eom'));
    const failed = await answer.catch((problem: unknown) => problem);
    expect(failed instanceof RpcError && failed.first !== undefined ? lockHolderSessionId(failed.first) : null).toBe(
      27,
    );
  });

  it('reads a frame in one read, and netopeer2 takes what follows the mark for a message: one write, nothing after it', async () => {
    const { layer, peer, call } = await openLayer('eom');
    void outcomeOf(call());
    expect(peer.writes).toHaveLength(2);
    for (const write of peer.writes) expect(write.toString()).toMatch(/^<\?xml .*>\]\]>\]\]>$/);
    layer.fail(new Error('done') as never);
  });
});

describe('a slow drip', () => {
  it('of a reply ends at the rpc’s timeout; its late end is dropped and the session goes on', async () => {
    const { layer, peer, call } = await openLayer('chunked');
    const [answer, commit] = [
      outcomeOf(call({ timeoutMs: 30 })),
      outcomeOf(call({ timeoutMs: 30, changesRunning: true })),
    ];
    const bytes = frame(reply('<ok/>'), 'chunked');
    let sent = 0;
    const drip = setInterval(() => {
      peer.arrives(bytes.subarray(sent, sent + 1));
      sent += 1;
    }, 2);
    expect([await answer, await commit]).toEqual(['RPC_TIMEOUT', 'COMMIT_OUTCOME_UNKNOWN']);
    clearInterval(drip);
    peer.arrives(bytes.subarray(sent));
    const next = outcomeOf(call());
    peer.arrives(frame(reply('<ok/>', 'message-id="3"'), 'chunked'));
    expect([await next, layer.repliesDropped]).toEqual(['ok', 1]);
  });
});

describe('Huawei', () => {
  it.each(['eom', 'chunked'] as const)('NUL bytes anywhere are dropped at every border (%s)', async (framing) => {
    for (const pieces of deliveries(
      frame(`\u0000${reply('<data>\u0000<a>x\u0000\u0000y</a></data>')}\u0000`, framing),
    )) {
      const { layer, peer, call } = await openLayer(framing, {}, { dropNulBytes: true });
      const answer = call();
      for (const piece of pieces) peer.arrives(piece);
      expect((await answer).data?.children[0]?.text).toBe('xy');
      layer.fail(new Error('done') as never);
    }
  });

  it('NUL bytes are dropped where the profile says so', async () => {
    const { peer, call } = await openLayer('eom', {}, { dropNulBytes: true });
    const answer = outcomeOf(call());
    peer.arrives(frame(`${reply('<ok/>')}\u0000\u0000`, 'eom'));
    expect(await answer).toBe('ok');
  });
});
