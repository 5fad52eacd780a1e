import { describe, expect, it } from 'vitest';
import { deliveries, HELLO, newLayer } from '../support/memory-peer.ts';
import { BASE_NS, frame, helloXml, okReply } from '../support/ssh-server.ts';

const BASE_10 = 'urn:ietf:params:netconf:base:1.0';

const cases: { name: string; hello: string; outcome: string }[] = [
  { name: 'plain', hello: helloXml([BASE_10]), outcome: '4711' },
  { name: 'one capability (breaks nokia/vscode-netconf)', hello: helloXml([BASE_10]), outcome: '4711' },
  { name: 'without namespace (NX-OS)', hello: helloXml([BASE_10]).replace(` xmlns="${BASE_NS}"`, ''), outcome: '4711' },
  {
    name: 'with prefix',
    hello: `<nc:hello xmlns:nc="${BASE_NS}"><nc:capabilities><nc:capability>${BASE_10}</nc:capability></nc:capabilities><nc:session-id>1</nc:session-id></nc:hello>`,
    outcome: '1',
  },
  {
    name: 'pretty printed, CRLF',
    hello: `<?xml version="1.0"?>\r\n<hello xmlns="${BASE_NS}">\r\n <capabilities>\r\n  <capability>\r\n   ${BASE_10}\r\n  </capability>\r\n </capabilities>\r\n <session-id> 5 </session-id>\r\n</hello>\r\n`,
    outcome: '5',
  },
  { name: 'base:1.1 only (IOS-XR)', hello: helloXml(['urn:ietf:params:netconf:base:1.1']), outcome: '4711' },
  {
    name: 'legacy base URI only (Junos)',
    hello: helloXml(['urn:ietf:params:xml:ns:netconf:base:1.0']),
    outcome: '4711',
  },
  { name: 'the largest session-id', hello: helloXml([BASE_10], 4_294_967_295), outcome: '4294967295' },
  {
    name: 'unknown elements',
    hello: helloXml([BASE_10]).replace('<session-id>', '<vendor xmlns="urn:v"/><session-id>'),
    outcome: '4711',
  },
  {
    name: 'no session-id',
    hello: helloXml([BASE_10]).replace(/<session-id>.*<\/session-id>/, ''),
    outcome: 'PROTOCOL',
  },
  { name: 'session-id 0', hello: helloXml([BASE_10], 0), outcome: 'PROTOCOL' },
  { name: 'session-id beyond 32 bits', hello: helloXml([BASE_10], 4_294_967_296), outcome: 'PROTOCOL' },
  { name: 'session-id that is no number', hello: helloXml([BASE_10], 'one'), outcome: 'PROTOCOL' },
  {
    name: 'no capabilities',
    hello: `<hello xmlns="${BASE_NS}"><session-id>1</session-id></hello>`,
    outcome: 'PROTOCOL',
  },
  { name: 'no base version', hello: helloXml(['urn:x']), outcome: 'PROTOCOL' },
  { name: 'another namespace', hello: helloXml([BASE_10]).replace(BASE_NS, 'urn:x'), outcome: 'PROTOCOL' },
  { name: 'an rpc-reply', hello: okReply('1'), outcome: 'PROTOCOL' },
  {
    name: 'broken by a terminal (IOS-XR 7.3.1)',
    hello: helloXml([BASE_10]).replace('<capability>', '<capabil\n\nity>'),
    outcome: 'PROTOCOL',
  },
  {
    name: 'our own, echoed by a terminal (Huawei, scrapli 25)',
    hello: `<?xml version="1.0" encoding="UTF-8"?>${helloXml([BASE_10]).replace(/<session-id>.*<\/session-id>/, '')}`,
    outcome: 'PROTOCOL',
  },
  {
    name: 'a capability in another namespace is none',
    hello: helloXml([BASE_10]).replace('<capability>', '<capability xmlns="urn:x">'),
    outcome: 'PROTOCOL',
  },
  { name: 'a DOCTYPE', hello: `<!DOCTYPE hello>${helloXml()}`, outcome: 'PROTOCOL' },
  { name: 'a banner before it', hello: `Authorized users only\n${helloXml()}`, outcome: 'PROTOCOL' },
];

describe('a server hello, at every byte border', () => {
  it.each(cases)('$name', async ({ hello, outcome }) => {
    for (const pieces of deliveries(Buffer.from(`${hello}]]>]]>`))) {
      const { layer, peer } = newLayer();
      for (const piece of pieces) peer.arrives(piece);
      const seen = await layer.hello.then(
        ({ sessionId }) => String(sessionId),
        (error: { code: string }) => error.code,
      );
      expect(seen).toBe(outcome);
      expect(layer.isOpen).toBe(outcome !== 'PROTOCOL');
      layer.fail(new Error('done') as never);
    }
  });

  it('is not waited for: ours is sent at once, in one write', () => {
    const { layer, peer } = newLayer({}, { clientCapabilities: ['urn:nokia.com:nc:pc', 'a&b'] });
    expect(peer.writes.map(String)).toEqual([
      `<?xml version="1.0" encoding="UTF-8"?><hello xmlns="${BASE_NS}"><capabilities><capability>urn:ietf:params:netconf:base:1.0</capability><capability>urn:ietf:params:netconf:base:1.1</capability><capability>urn:nokia.com:nc:pc</capability><capability>a&amp;b</capability></capabilities></hello>]]>]]>`,
    ]);
    layer.fail(new Error('done') as never);
  });

  it('and what follows it in the same read is framed the new way (ncclient 524), at every border', async () => {
    const after = frame(`<notification xmlns="urn:ietf:params:xml:ns:netconf:notification:1.0"/>`, 'chunked', 7);
    for (const pieces of deliveries(Buffer.concat([Buffer.from(`${HELLO.chunked}]]>]]>`), after]))) {
      const { layer, peer } = newLayer();
      for (const piece of pieces) peer.arrives(piece);
      await layer.hello;
      expect([layer.isOpen, layer.notificationsDropped]).toEqual([true, 1]);
      layer.fail(new Error('done') as never);
    }
  });

  it('that never comes, or drips, ends at its timeout', async () => {
    const { layer, peer } = newLayer({}, { helloTimeoutMs: 30 });
    const drip = setInterval(() => peer.arrives('<'), 5);
    await expect(layer.hello).rejects.toMatchObject({
      code: 'HELLO_TIMEOUT',
      message: 'pe1: hello: no complete hello in 30 ms',
    });
    clearInterval(drip);
    expect(layer.isOpen).toBe(false);
  });

  it('is bounded in bytes and in capabilities', async () => {
    const bytes = newLayer({ helloBytesMax: 1_000 });
    bytes.peer.arrives('x'.repeat(1_001));
    await expect(bytes.layer.hello).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    const entries = newLayer({ capabilitiesMax: 3 });
    entries.peer.arrives(`${helloXml()}]]>]]>`);
    await expect(entries.layer.hello).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('where the channel ends before it, says so', async () => {
    const { layer, peer } = newLayer();
    peer.arrives('<hello');
    peer.ends();
    await expect(layer.hello).rejects.toMatchObject({ code: 'TRANSPORT' });
  });
});
