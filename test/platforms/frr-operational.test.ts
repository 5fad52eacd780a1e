/** What FRR says of its tables and of pings, answer by answer. */
import { describe, expect, it } from 'vitest';
import type { VrfName } from '../../src/domain/names.ts';
import { parseAddress } from '../../src/domain/prefix.ts';
import { pingFrr, readFrrTables } from '../../src/platforms/frr/operational.ts';
import type { RouterReader } from '../../src/platforms/platform.ts';

const MOH = 'MOH' as VrfName;
const notAsked = () => Promise.reject(new Error('only commands are asked'));

function routerThatSays(said: { code?: number; stdout?: string; stderr?: string }) {
  const asked: string[] = [];
  const exec = async (command: string) => {
    asked.push(command);
    return { code: 0, stdout: '', stderr: '', ...said };
  };
  return { asked, reader: { get: notAsked, call: notAsked, exec } as RouterReader };
}

const shown = (ipv4: unknown, ipv6: unknown = {}) => `${JSON.stringify(ipv4)}\n${JSON.stringify(ipv6)}\n`;
const read = (stdout: string, family: 'ipv4' | 'ipv6' = 'ipv4') =>
  readFrrTables(routerThatSays({ stdout }).reader, [{ vrf: MOH, family }]).then(([routes]) => routes);
const entry = (more: object) => [{ selected: true, protocol: 'bgp', ...more }];

describe('a table of FRR', () => {
  it.each([
    ['static', [{ ip: '192.0.2.1', labels: [18] }], 'local'],
    ['bgp', [{ ip: '192.0.2.1', labels: [18] }], 'vpn'],
    ['bgp', [{ ip: '192.0.2.1', labels: [] }], 'local'],
    ['bgp', [{ ip: '192.0.2.1' }], 'local'],
    ['bgp', [{ ip: '192.0.2.1', vrf: 'MOH' }], 'local'],
    ['bgp', [{ ip: '192.0.2.1', vrf: 'MOF' }], 'vpn'],
    ['bgp', [{ ip: '192.0.2.1' }, { ip: '192.0.2.2', labels: [18] }], 'vpn'],
    ['static', undefined, 'local'],
  ])('a route of %s over %j is %s', async (protocol, nexthops, origin) => {
    const routes = await read(shown({ MOH: { '10.0.0.0/8': entry({ protocol, nexthops }) } }));
    expect(routes).toEqual([expect.objectContaining({ prefix: '10.0.0.0/8', origin })]);
  });

  it('has what is installed, of its family, with the way', async () => {
    const table = {
      '10.0.0.0/8': [
        { protocol: 'bgp', nexthops: [{ labels: [18] }] },
        ...entry({ protocol: 'static', nexthops: [{ ip: '192.0.2.1', interfaceName: 'eth0' }] }),
      ],
      '10.9.0.0/16': [{ protocol: 'bgp', selected: false }],
    };
    const six = { '2001:db8::/32': entry({ protocol: 'static' }) };
    const both = shown({ MOH: table }, { MOH: six });
    expect(await read(both)).toMatchObject([
      { prefix: '10.0.0.0/8', origin: 'local', towards: expect.stringContaining('192.0.2.1') },
    ]);
    expect(await read(both, 'ipv6')).toEqual([{ prefix: '2001:db8::/32', origin: 'local' }]);
  });

  it.each([
    [{ MOH: [] }, 'table MOH ipv4: the answer is no object'],
    [{ MOH: 'text' }, 'table MOH ipv4: the answer is no object'],
    [{ MOH: null }, 'table MOH ipv4: the answer is no object'],
    [{ MOH: { '10.0.0.0/8': {} } }, 'table MOH ipv4: the answer is no list of routes for 10.0.0.0/8'],
    [
      { MOH: { '10.0.0.0/8': [...entry({}), 'text'] } },
      'table MOH ipv4: the answer is no list of routes for 10.0.0.0/8',
    ],
    [
      { MOH: { nonsense: entry({ protocol: 'static' }) } },
      'table MOH ipv4: the answer is a route whose prefix is not one: "nonsense/undefined"',
    ],
    [{ MOH: { '10.0.0.0/8': entry({}) } }, 'table MOH ipv4: the answer is route 10.0.0.0/8 of bgp without next hops'],
    [{ MOF: {} }, 'show route vrf all: no ipv4 table of MOH'],
  ])('%j is none', async (ipv4, message) => {
    await expect(read(shown(ipv4))).rejects.toMatchObject({ code: 'ROUTER_PROTOCOL', message });
  });

  it.each([
    ['{}\n{}\n{}\n', '3 answers to two commands'],
    ['{}\n \n', '1 answers to two commands'],
    ['[]\n{}\n', '2 answers to two commands'],
    ['\n\n{"MOH":{}}\n\n{}\n\n', null],
  ])('%j: %s', async (stdout, message) => {
    if (message === null) expect(await read(stdout)).toEqual([]);
    else await expect(read(stdout)).rejects.toThrow(message);
  });

  it('that is no JSON is told with its beginning and the reason', async () => {
    await expect(read('{"MOH": {\n{}\n')).rejects.toMatchObject({
      message: expect.stringContaining('the answer is not JSON: "{\\"MOH'),
      cause: expect.any(SyntaxError),
    });
  });

  it.each([
    [{ code: 1, stderr: ' \n', stdout: 'said' }, 'exit status 1: said'],
    [{ code: 1, stderr: 'wrong', stdout: 'said' }, 'exit status 1: wrong'],
    [{ code: 2 }, 'exit status 2'],
  ])('that failed with %j: %s', async (said, message) => {
    await expect(readFrrTables(routerThatSays(said).reader, [{ vrf: MOH, family: 'ipv4' }])).rejects.toMatchObject({
      code: 'ROUTER_PROTOCOL',
      message: `show route vrf all: ${message}`,
    });
  });
});

describe('a ping of FRR', () => {
  const request = { vrf: MOH, destination: parseAddress('10.0.0.1'), count: 12 };
  const said = { stdout: '12 packets transmitted, 11 received, 8% packet loss' };

  it.each([
    [{}, "ping -4 -n -q -c 12 -i 0.2 -w 4 -I 'MOH' '10.0.0.1'"],
    [{ source: parseAddress('10.9.0.1') }, "ping -4 -n -q -c 12 -i 0.2 -w 4 -I 'MOH' -I '10.9.0.1' '10.0.0.1'"],
    [{ destination: parseAddress('2001:db8::1') }, "ping -6 -n -q -c 12 -i 0.2 -w 4 -I 'MOH' '2001:db8::1'"],
    [{ vrf: "M'H" as VrfName }, "ping -4 -n -q -c 12 -i 0.2 -w 4 -I 'M'\\''H' '10.0.0.1'"],
  ])('with %j is asked for as one command', async (more, command) => {
    const { asked, reader } = routerThatSays(said);
    expect(await pingFrr(reader, { ...request, ...more })).toEqual({ sent: 12, received: 11 });
    expect(asked).toEqual([command]);
  });

  it('without a route is silence; what has numbers is believed', async () => {
    const stderr = 'ping: connect: No route to host';
    expect(await pingFrr(routerThatSays({ code: 2, stderr }).reader, request)).toEqual({ sent: 12, received: 0 });
    expect(await pingFrr(routerThatSays({ ...said, stderr }).reader, request)).toEqual({ sent: 12, received: 11 });
  });

  it('that counted nothing says what the router said', async () => {
    const pinged = pingFrr(routerThatSays({ code: 2, stderr: 'ping: bad' }).reader, request);
    await expect(pinged).rejects.toThrow('ping 10.0.0.1 from VRF MOH: no echo was counted: exit status 2: ping: bad');
  });
});
