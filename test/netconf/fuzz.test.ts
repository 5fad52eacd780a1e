import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NetconfError } from '../../src/netconf/errors.ts';
import { ByteList } from '../../src/netconf/framing/byte-list.ts';
import { ChunkedFramer } from '../../src/netconf/framing/chunked-framer.ts';
import { encodeFrame } from '../../src/netconf/framing/encode.ts';
import { EomFramer } from '../../src/netconf/framing/eom-framer.ts';
import type { Framer } from '../../src/netconf/framing/framer.ts';
import { parseXml, serializeXml, type XmlElement, xml } from '../../src/netconf/index.ts';
import { newLayer, openLayer, outcomeOf } from './support/memory-peer.ts';
import { frame, helloXml, okReply } from './support/ssh-server.ts';

/** Messages that a framer hands out, whatever the reads. */
function messagesOf(framer: Framer, pieces: readonly Uint8Array[]): string[] {
  const messages: string[] = [];
  const list = new ByteList();
  const sink = {
    onBytes: (piece: Buffer) => list.push(piece),
    onMessageEnd: () => void messages.push(list.take().toString('latin1')),
  };
  for (const piece of pieces) {
    const chunk = Buffer.from(piece);
    for (let offset = 0; offset < chunk.length; ) offset = framer.consume(chunk, offset, sink);
  }
  return messages;
}

function cut(bytes: Buffer, borders: readonly number[]): Buffer[] {
  const sorted = [...new Set(borders.map((border) => border % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...sorted, bytes.length].map((end, index) => bytes.subarray(sorted[index - 1] ?? 0, end));
}

const borders = fc.array(fc.nat(5_000), { maxLength: 30 });
// Letters of the marks themselves, so that near misses are common.
const tricky = fc.string({
  unit: fc.constantFrom(']', '>', '#', '\n', '1', '<', 'a', 'é', '🏥'),
  minLength: 1,
  maxLength: 60,
});
const message = tricky.map((text) => `<${text}`);

describe('framers', () => {
  it('chunked: what is framed comes out, however it is chunked and read', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), borders, fc.integer({ min: 1, max: 9 }), (texts, at, size) => {
        const bytes = Buffer.concat(texts.map((text) => frame(text, 'chunked', size)));
        const seen = messagesOf(new ChunkedFramer(), cut(bytes, at)).map((text) =>
          Buffer.from(text, 'latin1').toString(),
        );
        expect(seen).toEqual(texts);
      }),
    );
  });

  it('end-of-message: the same, for texts without the mark', () => {
    const safe = message.filter((text) => !`${text}]]>]]`.includes(']]>]]>'));
    fc.assert(
      fc.property(fc.array(safe, { maxLength: 6 }), borders, (texts, at) => {
        const bytes = Buffer.concat(texts.map((text) => encodeFrame(text, 'eom')));
        const seen = messagesOf(new EomFramer(), cut(bytes, at)).map((text) => Buffer.from(text, 'latin1').toString());
        expect(seen).toEqual(texts);
      }),
    );
  });

  it.each([
    ['eom', () => new EomFramer()],
    ['chunked', () => new ChunkedFramer(() => 10_000)],
  ] as const)('%s: any bytes give the same messages or the same error at any borders', (_name, create) => {
    const noise = fc.array(
      fc.constantFrom(']', '>', '#', '\n', '0', '1', '2', '<a/>', ']]>]]>', '\n##\n', '\n#3\nabc', ' '),
      {
        maxLength: 40,
      },
    );
    const run = (pieces: readonly Buffer[]) => {
      try {
        return messagesOf(create(), pieces);
      } catch (error) {
        return error instanceof NetconfError ? error.code : `crash: ${error}`;
      }
    };
    fc.assert(
      fc.property(noise, borders, (parts, at) => {
        const bytes = Buffer.from(parts.join(''));
        const whole = run([bytes]);
        expect(String(whole)).not.toMatch(/^crash/);
        expect(run(cut(bytes, at))).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });
});

/** Breaks a valid text in the ways that a sick server would. */
function mutated(valid: string): fc.Arbitrary<Buffer> {
  const edit = fc.record({
    at: fc.nat(valid.length),
    drop: fc.nat(8),
    put: fc.oneof(
      fc.constantFrom('<', '>', '"', '&', ']]>', '/', '<rpc-error>', '</data>', '\u0000', '\n##\n'),
      fc.string({ maxLength: 4 }),
    ),
  });
  return fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) => {
    let text = valid;
    for (const { at, drop, put } of edits) text = text.slice(0, at) + put + text.slice(at + drop);
    return Buffer.from(text);
  });
}

describe('a sick server', () => {
  const reply = `<rpc-reply xmlns="urn:ietf:params:xml:ns:netconf:base:1.0" message-id="1"><rpc-error><error-type>rpc</error-type><error-severity>error</error-severity></rpc-error></rpc-reply>`;

  it('ends a call with one of our errors, and never turns a refusal with a whole rpc-error into a success', async () => {
    await fc.assert(
      fc.asyncProperty(mutated(reply), async (bytes) => {
        const { layer, peer, call } = await openLayer('chunked');
        const outcome = outcomeOf(call({ timeoutMs: 20 }));
        peer.arrives(Buffer.concat([Buffer.from(`\n#${bytes.length}\n`), bytes, Buffer.from('\n##\n')]));
        const seen = await outcome;
        expect(seen).toMatch(/^(RPC_ERROR|PROTOCOL|LIMIT_EXCEEDED|RPC_TIMEOUT|ok|data)$/);
        // An untouched error element in a message that was understood is a refusal.
        const text = bytes.toString();
        const understood = seen === 'ok' || seen === 'data';
        if (understood)
          expect(text).not.toMatch(
            /^<rpc-reply [^<>]*><rpc-error><error-type>rpc<\/error-type><error-severity>error<\/error-severity><\/rpc-error><\/rpc-reply>$/,
          );
        layer.fail(new NetconfError('SESSION_CLOSED', 'done'), 'closed');
      }),
      { numRuns: 300 },
    );
  });

  it('ends a hello with one of our errors', async () => {
    const valid = `${helloXml(['urn:ietf:params:netconf:base:1.0'])}]]>]]>`;
    await fc.assert(
      fc.asyncProperty(mutated(valid), async (bytes) => {
        const { layer, peer } = newLayer({}, { helloTimeoutMs: 10 });
        peer.arrives(bytes);
        const seen = await layer.hello.then(
          () => 'hello',
          (error: unknown) => (error instanceof NetconfError ? error.code : `crash: ${error}`),
        );
        expect(seen).toMatch(/^(hello|PROTOCOL|HELLO_TIMEOUT|LIMIT_EXCEEDED)$/);
        layer.fail(new NetconfError('SESSION_CLOSED', 'done'), 'closed');
      }),
      { numRuns: 300 },
    );
  });

  it('may send anything at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), async (reads) => {
        const { layer, peer, call } = await openLayer('eom');
        const outcome = outcomeOf(call({ timeoutMs: 10 }));
        for (const read of reads) peer.arrives(Buffer.from(read));
        expect(await outcome).toMatch(/^(PROTOCOL|RPC_TIMEOUT)$/);
        layer.fail(new NetconfError('SESSION_CLOSED', 'done'), 'closed');
      }),
    );
  });

  it('is survived by the next rpc where the framing held', async () => {
    const { peer, call } = await openLayer('chunked');
    const first = outcomeOf(call());
    peer.arrives(frame(okReply('1').replace('<ok/>', '<ok>'), 'chunked'));
    const second = outcomeOf(call());
    peer.arrives(frame(okReply('2'), 'chunked'));
    expect([await first, await second]).toEqual(['PROTOCOL', 'ok']);
  });
});

describe('XML', () => {
  const text = fc.string({ unit: 'grapheme' }).filter((value) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML cannot carry
    return !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(value);
  });
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9._-]{0,8}$/).filter((value) => !/^xml/i.test(value));
  const uri = fc.constantFrom('', 'urn:a', 'urn:b?x=1&y="2"');
  const attributes = fc.dictionary(
    fc.oneof(
      name,
      name.map((local) => `{urn:a}${local}`),
    ),
    text,
    { maxKeys: 3, noNullPrototype: true },
  );
  const { element } = fc.letrec<{ element: XmlElement }>((tie) => ({
    element: fc
      .tuple(name, uri, attributes, fc.oneof({ depthSize: 'small' }, text, fc.array(tie('element'), { maxLength: 3 })))
      .map(([local, namespace, attrs, content]) => xml(local, namespace, content, attrs)),
  }));

  it('what is built and written is read back equal', () => {
    const bare = ({ name: local, namespace, attributes: attrs, children, text: own }: XmlElement): unknown => ({
      local,
      namespace,
      attributes: { ...attrs },
      children: children.map(bare),
      text: own,
    });
    fc.assert(
      fc.property(element, (built) => {
        expect(bare(parseXml(serializeXml(built)))).toEqual(bare(built));
      }),
      { numRuns: 500 },
    );
  });
});
