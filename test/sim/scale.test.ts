import { describe, expect, it, vi } from 'vitest';
import { startBackbone } from '../../src/sim/backbone.ts';
import { cpuSeconds } from '../support/cpu-seconds.ts';
import { makeInventory } from './support/fixtures.ts';
import { getConfig } from './support/operations.ts';
import { find, RawClient } from './support/raw-client.ts';

vi.setConfig({ testTimeout: 120_000 });

const ROUTERS = 200;
/** Of processor time, not of the wall clock: the machine of a test has other work. */
const START_CPU_SECONDS_MAX = 6;
/** Listening sockets and configurations; sessions come on top. */
const IDLE_BYTES_PER_ROUTER_MAX = 200_000;

describe('200 routers in one process', () => {
  it('start in seconds, cost little memory, all answer, and leave nothing', async () => {
    const vpns = Array.from({ length: 4 }, (_, i) => `V${i + 1}`);
    const inventory = makeInventory(
      vpns,
      Array.from({ length: ROUTERS }, (_, i) => ({
        name: `pe${i + 1}`,
        platform: i % 2 === 0 ? 'iosxr-um2' : 'junos-yang',
        vrfs: vpns.map((vpn) => ({ vpn, site: i + 1 })),
      })),
    );
    const handles = process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
    const heapBefore = process.memoryUsage().heapUsed;
    const cpuBefore = cpuSeconds();
    const backbone = await startBackbone({ inventory });
    expect(cpuSeconds() - cpuBefore).toBeLessThan(START_CPU_SECONDS_MAX);
    expect((process.memoryUsage().heapUsed - heapBefore) / ROUTERS).toBeLessThan(IDLE_BYTES_PER_ROUTER_MAX);

    const clients = await Promise.all(backbone.routers().map((router) => RawClient.connect(router)));
    const replies = await Promise.all(clients.map((client) => client.rpc(getConfig('running'))));
    expect(replies.filter((reply) => find(reply, 'data') !== undefined)).toHaveLength(ROUTERS);
    expect(backbone.router('pe1').routes('V1', 'ipv4')).toHaveLength(ROUTERS);

    await backbone.close();
    await Promise.all(clients.map((client) => client.waitClosed()));
    expect(process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap')).toHaveLength(handles);
  });
});
