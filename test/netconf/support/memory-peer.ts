import { Duplex } from 'node:stream';
import { DEFAULT_LIMITS, type NetconfLimits } from '../../../src/netconf/limits.ts';
import type { RpcReply } from '../../../src/netconf/message/reply.ts';
import { MessageLayer, type MessageLayerOptions } from '../../../src/netconf/session/message-layer.ts';
import { helloXml } from './ssh-server.ts';

/** A byte stream without a network: the test is the server and says which bytes arrive in which read. */
export class MemoryPeer extends Duplex {
  readonly writes: Buffer[] = [];

  constructor() {
    super({ highWaterMark: 1 << 30 });
  }

  /** One read of the client. */
  arrives(bytes: Buffer | string): void {
    const piece = typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes;
    // Without the stream's queue: the test decides what one read is.
    if (piece.length > 0) this.emit('data', piece);
  }

  ends(): void {
    this.emit('end');
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.writes.push(chunk);
    done();
  }
}

const BASE = 'urn:ietf:params:netconf:base';

/** Short ones: they are parsed once for every border. */
export const HELLO = {
  eom: helloXml([`${BASE}:1.0`]),
  chunked: helloXml([`${BASE}:1.0`, `${BASE}:1.1`]),
} as const;

export interface Opened {
  readonly layer: MessageLayer;
  readonly peer: MemoryPeer;
  call(options?: { changesRunning?: boolean; timeoutMs?: number; signal?: AbortSignal }): Promise<RpcReply>;
}

export function newLayer(
  limits: Partial<NetconfLimits> = {},
  options: Partial<MessageLayerOptions> = {},
): { layer: MessageLayer; peer: MemoryPeer } {
  const peer = new MemoryPeer();
  const layer = new MessageLayer(peer, {
    peer: 'pe1',
    limits: { ...DEFAULT_LIMITS, ...limits },
    baseVersions: ['1.0', '1.1'],
    clientCapabilities: [],
    helloTimeoutMs: 60_000,
    dropNulBytes: false,
    ...options,
  });
  return { layer, peer };
}

/** A session after the hellos. */
export async function openLayer(
  framing: 'eom' | 'chunked',
  limits: Partial<NetconfLimits> = {},
  options: Partial<MessageLayerOptions> = {},
): Promise<Opened> {
  const { layer, peer } = newLayer(limits, options);
  peer.arrives(`${HELLO[framing]}]]>]]>`);
  await layer.hello;
  const call: Opened['call'] = (request = {}) =>
    layer.call({ operation: 'get', body: '<get/>', changesRunning: false, timeoutMs: 60_000, ...request });
  return { layer, peer, call };
}

/** What became of a call, as data. */
export async function outcomeOf(call: Promise<RpcReply>): Promise<string> {
  return call.then(
    (reply) => (reply.ok ? 'ok' : 'data'),
    (error: { code?: string }) => error.code ?? String(error),
  );
}

/** All ways to deliver bytes that a border can break: whole, byte by byte, and in two reads at every border. */
export function deliveries(bytes: Buffer): Buffer[][] {
  const ways: Buffer[][] = [[bytes], [...bytes].map((_, index) => bytes.subarray(index, index + 1))];
  for (let border = 1; border < bytes.length; border += 1)
    ways.push([bytes.subarray(0, border), bytes.subarray(border)]);
  return ways;
}
