/** What Junos says of its tables and of pings, answer by answer. */
import { describe, expect, it } from 'vitest';
import type { VrfName } from '../../src/domain/names.ts';
import { parseAddress } from '../../src/domain/prefix.ts';
import { parseXmlFragment } from '../../src/netconf/index.ts';
import { pingJunos, readJunosTable } from '../../src/platforms/junos-yang/operational.ts';
import type { RouterReader } from '../../src/platforms/platform.ts';

const notAsked = () => Promise.reject(new Error('only rpcs are asked'));

function routerThatSays(reply: string) {
  const asked: string[] = [];
  const call = async (rpc: string) => {
    asked.push(rpc);
    return parseXmlFragment(reply);
  };
  return { asked, reader: { get: notAsked, exec: notAsked, call } as RouterReader };
}

const read = (reply: string, vrf = 'MOH', family: 'ipv4' | 'ipv6' = 'ipv4') =>
  readJunosTable(routerThatSays(reply).reader, { vrf: vrf as VrfName, family });
const table = (routes: string, name = 'MOH.inet.0') =>
  `<route-table><table-name>${name}</table-name>${routes}</route-table>`;
const information = (inside: string) => `<route-information>${inside}</route-information>`;
const entry = (protocol: string, more = '', tag = '*') =>
  `<rt-entry>${tag === '' ? '' : `<active-tag>${tag}</active-tag>`}<protocol-name>${protocol}</protocol-name>${more}</rt-entry>`;
const route = (prefix: string, ...entries: string[]) =>
  `<rt><rt-destination>${prefix}</rt-destination>${entries.join('')}</rt>`;
const shown = (...routes: string[]) => information(table(routes.join('')));
const engine = (inside: string, name = 're0') =>
  `<multi-routing-engine-item><re-name>${name}</re-name>${inside}</multi-routing-engine-item>`;
const engines = (...items: string[]) =>
  `<multi-routing-engine-results>${items.join('')}</multi-routing-engine-results>`;

describe('a table of Junos', () => {
  it.each([
    ['ipv4', 'MOH', 'MOH.inet.0'],
    ['ipv6', 'A&B', 'A&amp;B.inet6.0'],
  ] as const)('%s of %s is asked for by its name', async (family, vrf, name) => {
    const { asked, reader } = routerThatSays('<route-information/>');
    expect(await readJunosTable(reader, { vrf: vrf as VrfName, family })).toEqual([]);
    expect(asked).toEqual([
      `<get-route-information xmlns="http://yang.juniper.net/junos/rpc/route"><table>${name}</table></get-route-information>`,
    ]);
  });

  it.each([
    ['Static', '', 'local'],
    ['Direct', '', 'local'],
    ['BGP', '', 'vpn'],
    ['Direct', '<rt-entry-state>Secondary Active Int</rt-entry-state>', 'vpn'],
    ['Direct', '<rt-entry-state>Active  Secondary</rt-entry-state>', 'vpn'],
    ['Direct', '<rt-entry-state>Active Int NotSecondary</rt-entry-state>', 'local'],
  ])('a route of %s %s is %s', async (protocol, more, origin) => {
    expect(await read(shown(route('10.0.0.0/8', entry(protocol, more))))).toEqual([{ prefix: '10.0.0.0/8', origin }]);
  });

  it.each([
    ['the active one', [entry('Static', '', ''), entry('BGP')], 'vpn'],
    ['the active one, with more in its mark', [entry('BGP', '', '+'), entry('Static', '', '@*')], 'local'],
    ['the first where none is', [entry('Static', '', '-'), entry('BGP', '', '')], 'local'],
  ])('the entry of a route that counts is %s', async (_what, entries, origin) => {
    expect(await read(shown(route('10.0.0.0/8', ...entries)))).toEqual([{ prefix: '10.0.0.0/8', origin }]);
  });

  it('leads over its next hops, an interface or a table', async () => {
    const hop = (inside: string) => `<nh>${inside}</nh>`;
    const hops =
      hop('<to>192.0.2.1</to><via>ge-0/0/1.0</via>') +
      hop('<nh-local-interface>lo0.5</nh-local-interface>') +
      hop('<nh-table>MOF.inet.0</nh-table>');
    const [found] = await read(shown(route('10.0.0.0/8', entry('Static', hops))));
    expect(found?.towards).toBe('192.0.2.1 ge-0/0/1.0, MOF.inet.0, lo0.5');
  });

  it('has a route once of each origin, in whatever answers it came', async () => {
    const [own, foreign] = [route('10.0.0.0/8', entry('Static')), route('10.0.0.0/8', entry('BGP'))];
    const found = await read(engines(engine(shown(own)), engine(shown(own, foreign), 're1')));
    expect(found.map(({ prefix, origin }) => `${prefix} ${origin}`)).toEqual(['10.0.0.0/8 local', '10.0.0.0/8 vpn']);
  });

  it('may stand in one more element', async () => {
    expect(await read(`<output>${shown(route('10.0.0.0/8', entry('BGP')))}</output>`)).toHaveLength(1);
    expect(await read(engines(engine(`<output>${shown(route('10.0.0.0/8', entry('BGP')))}</output>`)))).toHaveLength(1);
  });

  it.each([
    ['', 'table MOH.inet.0: the answer is nothing'],
    [engines(), 'table MOH.inet.0: the answer is nothing'],
    ['<output/>', 'table MOH.inet.0: the answer is output'],
    ['<output>error: no</output>', 'table MOH.inet.0: the answer is output: "error: no"'],
    ['<ok/>', 'table MOH.inet.0: the answer is ok'],
    [engines('<item/>'), 'table MOH.inet.0: the answer is item'],
    [engines(engine('<ok/>')), 'table MOH.inet.0: the answer is ok'],
    [information('<summary/>'), 'table MOH.inet.0: the answer is route-information with something else inside'],
    [information(`text${table('')}`), 'table MOH.inet.0: the answer is route-information with something else inside'],
    [information(table('', 'MOF.inet.0')), 'table MOH.inet.0: the answer is table MOF.inet.0'],
    [information(table('') + table('', 'MOF.inet.0')), 'table MOH.inet.0: the answer is table MOF.inet.0'],
    [information('<route-table/>'), 'table MOH.inet.0: the answer is table without a name'],
    [shown(route('10.0.0.0/8')), 'table MOH.inet.0: the answer is route 10.0.0.0/8 without an entry'],
    [shown('<rt/>'), 'table MOH.inet.0: the answer is route  without an entry'],
    [shown(route('10.0.0.0/8', entry(''))), 'table MOH.inet.0: the answer is route 10.0.0.0/8 without its protocol'],
  ])('is not %s', async (reply, message) => {
    await expect(read(reply)).rejects.toMatchObject({ code: 'ROUTER_PROTOCOL', message });
  });
});

describe('a ping of Junos', () => {
  const request = (destination: string, source?: string) => ({
    vrf: 'A&B' as VrfName,
    destination: parseAddress(destination),
    count: 3,
    ...(source === undefined ? {} : { source: parseAddress(source) }),
  });
  const answer =
    '<probe-results-summary><probes-sent>3</probes-sent><responses-received>2</responses-received></probe-results-summary>';

  it.each([
    ['10.0.0.1', undefined, '<inet/>', ''],
    ['2001:db8::1', '2001:db8::2', '<inet6/>', '<source>2001:db8::2</source>'],
  ])('of %s from %s is asked in the instance', async (destination, source, version, from) => {
    const { asked, reader } = routerThatSays(`<ping-results>${answer}</ping-results>`);
    expect(await pingJunos(reader, request(destination, source))).toEqual({ sent: 3, received: 2 });
    expect(asked).toEqual([
      `<ping xmlns="http://yang.juniper.net/junos/rpc/ping"><count>3</count><rapid/>${version}${from}` +
        `<routing-instance>A&amp;B</routing-instance><host>${destination}</host></ping>`,
    ]);
  });

  it.each([
    ['', ''],
    ['<output>x</output>', ''],
    ['<ping-results/>', ''],
    ['<ping-results><ping-failure>no response</ping-failure></ping-results>', ': no response'],
    [
      '<ping-results><ping-failure>x</ping-failure><ping-error-message>no route</ping-error-message></ping-results>',
      ': no route',
    ],
    ['<ping-results><probe-results-summary/></ping-results>', ''],
  ])('that says %s was none', async (reply, said) => {
    const message = `ping 10.0.0.1 from VRF A&B: no echo was counted${said}`;
    await expect(pingJunos(routerThatSays(reply).reader, request('10.0.0.1'))).rejects.toMatchObject({ message });
  });
});
