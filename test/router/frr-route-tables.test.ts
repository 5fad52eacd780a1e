import { describe, expect, it } from 'vitest';
import type { VrfName } from '../../src/domain/names.ts';
import { frr } from '../../src/platforms/frr/platform.ts';
import type { RouterReader } from '../../src/platforms/platform.ts';

interface Said {
  readonly code: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

function readerThatHears({ code, stdout = '', stderr = '' }: Said): RouterReader {
  const notAsked = () => Promise.reject(new Error('only commands are asked'));
  return { get: notAsked, call: notAsked, exec: async () => ({ code, stdout, stderr }) };
}

const MOH = 'MOH' as VrfName;

describe('routing tables of FRR', () => {
  const read = (said: Said) => frr.readRouteTables(readerThatHears(said), [{ vrf: MOH, family: 'ipv4' }]);
  const tables = `${JSON.stringify({ MOH: { '10.1.0.0/16': [{ protocol: 'bgp', selected: true, nexthops: [{ labels: [18] }] }] } })}\n{}\n`;

  it('are read from both documents', async () => {
    expect(await read({ code: 0, stdout: tables })).toEqual([[{ prefix: '10.1.0.0/16', origin: 'vpn' }]]);
  });

  it.each([
    ['a part of the answer', { code: 0, stdout: tables.slice(0, 30) }, /the answer is not JSON: "\{\\"MOH/],
    ['one document', { code: 0, stdout: '{}\n' }, /1 answers to two commands/],
    ['nothing', { code: 0 }, /0 answers to two commands/],
    ['no table of the VRF', { code: 0, stdout: '{}\n{}\n' }, /no ipv4 table of MOH/],
    ['a failed vtysh', { code: 1, stderr: 'failed to connect to any daemons' }, /exit status 1: failed to connect/],
    ['a failed vtysh that printed tables', { code: 1, stdout: tables }, /exit status 1/],
  ])('%s is not a table', async (_, said, message) => {
    await expect(read(said)).rejects.toMatchObject({
      code: 'ROUTER_PROTOCOL',
      message: expect.stringMatching(message),
    });
  });
});
