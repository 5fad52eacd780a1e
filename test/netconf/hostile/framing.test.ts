import { describe, expect, it } from 'vitest';
import { deliveries, openLayer, outcomeOf } from '../support/memory-peer.ts';
import { dataReply, frame, okReply } from '../support/ssh-server.ts';

interface Case {
  readonly name: string;
  readonly framing: 'eom' | 'chunked';
  readonly bytes: string | Buffer;
  /** The outcome of two calls, message-ids 1 and 2; `pending` where bytes are missing. */
  readonly outcomes: readonly [string, string];
  readonly open: boolean;
}

const bothOk = okReply('1') + okReply('2');
const chunked = (text: string, size?: number) => frame(text, 'chunked', size).toString('latin1');
const eom = (text: string) => `${text}]]>]]>`;

const cases: Case[] = [
  {
    name: 'two messages',
    framing: 'eom',
    bytes: eom(okReply('1')) + eom(okReply('2')),
    outcomes: ['ok', 'ok'],
    open: true,
  },
  {
    name: 'line ends after the mark',
    framing: 'eom',
    bytes: `${eom(okReply('1'))}\n\r\n ${eom(okReply('2'))}\n`,
    outcomes: ['ok', 'ok'],
    open: true,
  },
  {
    name: 'a doubled mark',
    framing: 'eom',
    bytes: `${eom(okReply('1'))}]]>]]>\n]]>]]>${eom(okReply('2'))}`,
    outcomes: ['ok', 'ok'],
    open: true,
  },
  {
    name: 'almost a mark in the text',
    framing: 'eom',
    bytes: eom(dataReply('1', '<a><![CDATA[x]]]]><![CDATA[>]]]]><![CDATA[]]]></a>')) + eom(okReply('2')),
    outcomes: ['data', 'ok'],
    open: true,
  },
  {
    name: 'brackets before the mark',
    framing: 'eom',
    bytes: `${okReply('1')}<!--]]]]--><!--]]>]-->${']]>]]>'}${eom(okReply('2'))}`,
    outcomes: ['ok', 'ok'],
    open: true,
  },
  {
    name: 'the mark inside of a payload splits it: neither part is taken for an answer',
    framing: 'eom',
    bytes: eom(dataReply('1', '<a x="]]>]]>"/>')) + eom(okReply('2')),
    outcomes: ['PROTOCOL', 'PROTOCOL'],
    open: false,
  },
  {
    name: 'the mark of the other framing',
    framing: 'eom',
    bytes: `${chunked(okReply('1'))}]]>]]>`,
    outcomes: ['PROTOCOL', 'PROTOCOL'],
    open: false,
  },
  { name: 'no end', framing: 'eom', bytes: okReply('1'), outcomes: ['pending', 'pending'], open: true },

  {
    name: 'two messages',
    framing: 'chunked',
    bytes: chunked(okReply('1')) + chunked(okReply('2')),
    outcomes: ['ok', 'ok'],
    open: true,
  },
  {
    name: 'one-byte chunks (SR OS)',
    framing: 'chunked',
    bytes: chunked(okReply('1'), 1) + chunked(okReply('2'), 1),
    outcomes: ['ok', 'ok'],
    open: true,
  },
  {
    name: 'an extra LF between messages (ncclient loses the second)',
    framing: 'chunked',
    bytes: `${chunked(okReply('1'))}\n${chunked(okReply('2'))}\n`,
    outcomes: ['ok', 'ok'],
    open: true,
  },
  {
    name: 'CRLF and spaces between messages',
    framing: 'chunked',
    bytes: `${chunked(okReply('1'))}\r\n \t${chunked(okReply('2'))}`,
    outcomes: ['ok', 'ok'],
    open: true,
  },
  {
    name: '## and the other mark in the text (scrapligo 99)',
    framing: 'chunked',
    bytes: chunked(dataReply('1', '<a>\n##\n\n#5\n</a><b x="]]>]]>"/>')) + chunked(okReply('2')),
    outcomes: ['data', 'ok'],
    open: true,
  },
  {
    name: 'CR counted in the chunk size (SR OS)',
    framing: 'chunked',
    bytes: chunked(dataReply('1', '<a>\r\n</a>')) + chunked(okReply('2')),
    outcomes: ['data', 'ok'],
    open: true,
  },
  { name: 'a zero chunk', framing: 'chunked', bytes: '\n#0\n\n##\n', outcomes: ['FRAMING', 'FRAMING'], open: false },
  {
    name: 'a leading zero',
    framing: 'chunked',
    bytes: chunked(okReply('1')).replace('\n#', '\n#0'),
    outcomes: ['FRAMING', 'FRAMING'],
    open: false,
  },
  {
    name: 'a size of 40 digits',
    framing: 'chunked',
    bytes: `\n#${'1'.repeat(40)}\n`,
    outcomes: ['FRAMING', 'FRAMING'],
    open: false,
  },
  {
    name: 'a size of one more than the RFC allows',
    framing: 'chunked',
    bytes: '\n#4294967296\n',
    outcomes: ['FRAMING', 'FRAMING'],
    open: false,
  },
  {
    name: 'a size that the RFC allows and we do not, before its end is there',
    framing: 'chunked',
    bytes: '\n#4294967295',
    outcomes: ['pending', 'pending'],
    open: true,
  },
  {
    name: 'an oversize chunk',
    framing: 'chunked',
    bytes: '\n#4294967295\n<rpc-reply',
    outcomes: ['LIMIT_EXCEEDED', 'LIMIT_EXCEEDED'],
    open: false,
  },
  {
    name: 'a size that is no number',
    framing: 'chunked',
    bytes: '\n#1x\n',
    outcomes: ['FRAMING', 'FRAMING'],
    open: false,
  },
  { name: 'a signed size', framing: 'chunked', bytes: '\n#+5\n', outcomes: ['FRAMING', 'FRAMING'], open: false },
  { name: 'a size with CR', framing: 'chunked', bytes: '\n#5\r\n', outcomes: ['FRAMING', 'FRAMING'], open: false },
  {
    name: 'no LF before the first chunk',
    framing: 'chunked',
    bytes: chunked(okReply('1')).slice(1),
    outcomes: ['FRAMING', 'FRAMING'],
    open: false,
  },
  {
    name: 'no LF after the chunk',
    framing: 'chunked',
    bytes: chunked(okReply('1')).replace('\n##\n', '##\n'),
    outcomes: ['FRAMING', 'FRAMING'],
    open: false,
  },
  {
    name: 'a chunk size too small',
    framing: 'chunked',
    bytes: `\n#20\n${okReply('1')}\n##\n`,
    outcomes: ['FRAMING', 'FRAMING'],
    open: false,
  },
  {
    name: 'no LF after the end',
    framing: 'chunked',
    bytes: `${chunked(okReply('1')).slice(0, -1)}x`,
    outcomes: ['FRAMING', 'FRAMING'],
    open: false,
  },
  { name: 'an empty message', framing: 'chunked', bytes: '\n##\n', outcomes: ['FRAMING', 'FRAMING'], open: false },
  {
    name: 'end-of-message framing after base:1.1 was agreed',
    framing: 'chunked',
    bytes: eom(okReply('1')),
    outcomes: ['FRAMING', 'FRAMING'],
    open: false,
  },
  {
    name: 'two replies in one frame',
    framing: 'chunked',
    bytes: chunked(bothOk),
    outcomes: ['PROTOCOL', 'pending'],
    open: true,
  },
  {
    name: 'no end',
    framing: 'chunked',
    bytes: chunked(okReply('1')).slice(0, -4),
    outcomes: ['pending', 'pending'],
    open: true,
  },
];

describe.each(['eom', 'chunked'] as const)('%s framing, at every byte border', (framing) => {
  it.each(cases.filter((entry) => entry.framing === framing))('$name', async ({ bytes, outcomes, open }) => {
    for (const pieces of deliveries(Buffer.from(bytes))) {
      const { layer, peer, call } = await openLayer(framing);
      const calls = [outcomeOf(call()), outcomeOf(call())];
      for (const piece of pieces) peer.arrives(piece);
      const seen = await Promise.all(calls.map((outcome) => Promise.race([outcome, soon()])));
      const border = pieces.length === 2 ? pieces[0]?.length : pieces.length;
      expect({ seen, open: layer.isOpen }, `border ${border}`).toEqual({ seen: outcomes, open });
      layer.fail(new Error('done') as never);
    }
  });
});

describe('UTF-8', () => {
  it.each(['eom', 'chunked'] as const)('a character split by reads and chunks stays whole (%s)', async (framing) => {
    const text = 'وزارة الصحة — 保健省 🏥';
    const message = dataReply('1', `<name>${text}</name>`);
    for (const chunkBytes of framing === 'eom' ? [Number.POSITIVE_INFINITY] : [1, 2, 3, 5, 7]) {
      for (const pieces of deliveries(frame(message, framing, chunkBytes))) {
        const { peer, call, layer } = await openLayer(framing);
        const reply = call();
        for (const piece of pieces) peer.arrives(piece);
        expect((await reply).data?.children[0]?.text).toBe(text);
        layer.fail(new Error('done') as never);
      }
    }
  });

  it('bytes that are not UTF-8 fail the rpc they belong to and no other', async () => {
    const { layer, peer, call } = await openLayer('chunked');
    const [first, second] = [outcomeOf(call()), outcomeOf(call())];
    const bad = Buffer.from(dataReply('1', '<a>X</a>'), 'latin1');
    bad[bad.indexOf('X')] = 0xe9;
    peer.arrives(Buffer.concat([Buffer.from(`\n#${bad.length}\n`), bad, Buffer.from('\n##\n')]));
    peer.arrives(frame(okReply('2'), 'chunked'));
    expect([await first, await second, layer.isOpen]).toEqual(['PROTOCOL', 'ok', true]);
  });
});

describe('limits', () => {
  it.each(['eom', 'chunked'] as const)(
    'a reply above its bound ends the session as soon as that is certain (%s)',
    async (framing) => {
      const { layer, peer, call } = await openLayer(framing, { replyBytesMax: 1_000 });
      const outcome = outcomeOf(call());
      const endless = framing === 'eom' ? 'x'.repeat(600) : `\n#600\n${'x'.repeat(600)}`;
      peer.arrives(endless);
      expect(layer.isOpen).toBe(true);
      peer.arrives(endless);
      expect(await outcome).toBe('LIMIT_EXCEEDED');
      expect(layer.isOpen).toBe(false);
    },
  );

  it('a request above its bound is not sent', async () => {
    const { peer, call } = await openLayer('chunked', { requestBytesMax: 100 });
    expect(await outcomeOf(call())).toBe('LIMIT_EXCEEDED');
    expect(peer.writes).toHaveLength(1);
  });

  it('more rpcs in flight than allowed are refused', async () => {
    const { call, peer } = await openLayer('chunked', { rpcsInFlightMax: 2 });
    const first = outcomeOf(call());
    void outcomeOf(call());
    expect(await outcomeOf(call())).toBe('LIMIT_EXCEEDED');
    peer.arrives(frame(okReply('1'), 'chunked'));
    expect(await first).toBe('ok');
    const next = outcomeOf(call());
    peer.arrives(frame(okReply('3'), 'chunked'));
    expect(await next).toBe('ok');
  });
});

function soon(): Promise<string> {
  return new Promise((resolve) => setImmediate(() => resolve('pending')));
}
