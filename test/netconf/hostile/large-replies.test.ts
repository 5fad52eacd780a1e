import { describe, expect, it } from 'vitest';
import type { ReplyStream } from '../../../src/netconf/index.ts';
import { openLayer } from '../support/memory-peer.ts';
import { BASE_NS, frame } from '../support/ssh-server.ts';

// Above the size up to which every reply is parsed when it arrives: what is not parsed must not hide a refusal.
const filler = '<vrf><name>MOH</name></vrf>'.repeat(4_000);
const xnm = '<xnm:error xmlns:xnm="http://xml.juniper.net/xnm/1.1/xnm"><message>no</message></xnm:error>';
const error = '<rpc-error><error-tag>in-use</error-tag><error-severity>error</error-severity></rpc-error>';
const warning = '<rpc-error><error-severity>warning</error-severity></rpc-error>';
const reply = (inside: string) => `<rpc-reply xmlns="${BASE_NS}" message-id="1">${inside}</rpc-reply>`;
const request = { operation: 'get-config', body: '<get-config/>', changesRunning: false, timeoutMs: 60_000 };

async function call(inside: string) {
  const { peer, call } = await openLayer('chunked');
  const answer = call();
  const framed = frame(reply(inside), 'chunked', 5_000);
  for (let at = 0; at < framed.length; at += 30_000) peer.arrives(framed.subarray(at, at + 30_000));
  return answer;
}

async function stream(inside: string): Promise<ReplyStream> {
  const { layer, peer } = await openLayer('chunked');
  const streaming = layer.callStreaming(request);
  const framed = frame(reply(inside), 'chunked', 5_000);
  setImmediate(() => {
    for (let at = 0; at < framed.length; at += 30_000) peer.arrives(framed.subarray(at, at + 30_000));
  });
  return streaming;
}

async function bytesOf(reading: ReplyStream): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of reading.bytes()) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

const refusals: readonly [string, string][] = [
  ['an rpc-error behind data', `<data>${filler}</data>${error}`],
  ["Junos' error behind data", `<data>${filler}</data>${xnm}`],
  ["Junos' error behind empty data", `<data/>${xnm}<other>${filler}</other>`],
  ['an rpc-error behind empty data, before data', `<data/>${error}<data>${filler}</data>`],
  ['an rpc-error between two data', `<data>${filler}</data>${error}<data></data>`],
  ["Junos' error between two data", `<data>${filler}</data>${xnm}<data></data>`],
];

describe('a large reply', () => {
  it.each(refusals)('with %s is a refusal', async (_name, inside) => {
    await expect(call(inside)).rejects.toMatchObject({ code: 'RPC_ERROR' });
  });

  it.each(refusals)('with %s, read as a stream of bytes, is a refusal', async (_name, inside) => {
    await expect(bytesOf(await stream(inside))).rejects.toMatchObject({ code: 'RPC_ERROR' });
  });

  it.each(refusals)('with %s, read as elements, is a refusal', async (_name, inside) => {
    const elements = async () => {
      for await (const _ of (await stream(inside)).elements('vrf'));
    };
    await expect(elements()).rejects.toMatchObject({ code: 'RPC_ERROR' });
  });

  it.each([
    ['names an rpc-error', `<log>${error}</log>${filler}`],
    [
      "is Junos' own configuration",
      `<configuration xmlns="http://xml.juniper.net/xnm/1.1/xnm">${filler}</configuration>`,
    ],
    ['holds elements named data', `<a><data>${filler}</data></a>`],
  ])('whose data %s is a success', async (_name, inside) => {
    const answer = await call(`<data>${inside}</data>`);
    expect(answer.dataXml).toBe(inside);
    expect(answer.ok).toBe(false);
    expect(await bytesOf(await stream(`<data>${inside}</data>`))).toBe(inside);
  });

  it('is ok where it says so, also behind its warnings', async () => {
    expect((await call(`${warning.repeat(2_000)}<ok/>`)).ok).toBe(true);
    expect((await call(`<ok/>${warning.repeat(2_000)}`)).ok).toBe(true);
    expect((await call(`<other>${filler}</other>`)).ok).toBe(false);
  });

  it('of empty data and then nothing that ends is refused before it is collected', async () => {
    const reading = stream(`<data/>${'<x/>'.repeat(20_000)}`);
    await expect(bytesOf(await reading)).rejects.toMatchObject({ code: 'PROTOCOL' });
  });
});

describe('a reply that is made into a tree', () => {
  const beyond = `<data>${'<a>1</a>'.repeat(20)}</data>`;
  const answered = async (treeBytesMax: number) => {
    const { peer, call } = await openLayer('chunked', { treeBytesMax });
    const answer = call();
    peer.arrives(frame(reply(`<data>${filler}</data>`), 'chunked', 5_000));
    return answer;
  };

  it('is refused above its bound before it is read, and still there as bytes', async () => {
    const large = await answered(100_000);
    expect(large.dataBytes.length).toBe(filler.length);
    for (const read of [() => large.root, () => large.data, () => large.answers]) {
      expect(read).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
    }
    expect((await answered(200_000)).data?.children).toHaveLength(4_000);
  });

  it('answers with its elements, and not with the warnings among them', async () => {
    const names = async (inside: string) => (await call(inside)).answers.map(({ name }) => name);
    expect(await names(`${warning}${beyond}${warning}`)).toEqual(['data']);
  });
});
