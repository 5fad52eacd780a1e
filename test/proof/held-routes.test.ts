/** What comes to a table, against what the table holds beyond the inventory. */
import { expect, it } from 'vitest';
import { type ObservedRoute, type ObservedTables, tableKey } from '../../src/domain/observed-routes.ts';
import { differRoutes } from '../../src/proof/change-under-proof.ts';
import { judgeHeldRoutes } from '../../src/proof/held-routes.ts';
import { allVrfs } from '../../src/proof/route-model.ts';
import { brutePut } from './brute-force.ts';
import { alterVrf, makeFlow, makeInterconnect, prefix, sampleInterconnect, sampleNetwork } from './networks.ts';

const NETWORK = sampleNetwork();
const route = (text: string, origin: ObservedRoute['origin'] = 'local'): ObservedRoute => ({
  prefix: prefix(text),
  origin,
});
const WHOLE = makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', 'whole-vpn'));

/** Every table empty but these: `pe/VRF` -> routes of IPv4. */
function judge(
  tables: Readonly<Record<string, readonly ObservedRoute[] | null>>,
  subject = sampleInterconnect(),
  network = NETWORK,
) {
  const after = brutePut(network, [subject]);
  const held = new Map<string, readonly ObservedRoute[]>();
  for (const { pe, vrf } of allVrfs(network)) {
    const own = tables[`${pe}/${vrf.name}`];
    if (own !== null) held.set(tableKey(pe, vrf.name, 'ipv4'), own ?? []);
    held.set(tableKey(pe, vrf.name, 'ipv6'), []);
  }
  const change = { kind: 'provision' as const, before: network, after, subject, others: [] };
  const found = judgeHeldRoutes(change, differRoutes(network, after), held as ObservedTables);
  return {
    found: found.found.map(({ pe, vrf, sentence }) => `${pe} ${vrf}: ${sentence}`),
    unread: found.unread.map(({ sentence }) => sentence),
    toAccept: found.toAccept.map(({ name, pes }) => `${name} at ${pes.join()}`),
    told: found.told,
  };
}
const NOTHING = { found: [], unread: [], toAccept: [], told: [] };

it('is nothing where the tables hold nothing else', () => {
  expect(judge({})).toEqual(NOTHING);
});

it.each([
  ['the same', '10.100.10.0/24', 'local', 'as its own'],
  ['a longer one', '10.100.10.128/25', 'vpn', 'from elsewhere'],
] as const)('%s is a clash, whoever approves', (_what, text, origin, how) => {
  const { found, ...rest } = judge({ 'pe3/MOF': [route(text, origin)] });
  expect(found).toEqual([
    `pe3 MOF: 10.100.10.0/24 of MOH, new in VRF MOF at pe3, overlaps ${text}, which its table holds ${how}`,
  ]);
  expect(rest).toMatchObject({ unread: [], toAccept: [] });
});

it('a shorter one is to be accepted by name, once for all PEs', () => {
  const wider = [route('10.100.0.0/16')];
  const { found, toAccept } = judge({ 'pe3/MOF': wider, 'pe4/MOF': wider });
  expect([found, toAccept]).toEqual([[], ['10.100.0.0/16@MOF at pe3,pe4']]);
});

it('a shorter one that is listed for somebody else is a clash', () => {
  const subject = makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/24']));
  const wider = prefix('10.100.0.0/16');
  const network = alterVrf(NETWORK, 'pe4', 'CANARY', (vrf) => ({
    ...vrf,
    attachments: [{ branch: 'b', prefixes: [wider], probe: null }],
  }));
  const held = { 'pe3/MOF': [route('10.100.0.0/16')] };
  expect(judge(held, subject, network).found).toEqual([
    'pe3 MOF: 10.100.10.0/24 of MOH, new in VRF MOF at pe3, overlaps 10.100.0.0/16, which its table holds as its own',
  ]);
});

it.each(['pe1', 'pe3'])('a shorter one that the giver lists, and at %s somebody else too, is a clash', (at) => {
  const subject = makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/24']));
  const more = { branch: 'b', prefixes: [prefix('10.100.0.0/16')], probe: null };
  const network = [
    [at, 'MOE'],
    ['pe2', 'MOH'],
  ].reduce(
    (view, [pe = '', vrf = '']) =>
      alterVrf(view, pe, vrf, (one) => ({ ...one, attachments: [...one.attachments, more] })),
    NETWORK,
  );
  expect(judge({ 'pe3/MOF': [route('10.100.0.0/16')] }, subject, network).found).toHaveLength(1);
});

it('a default route is told of, and accepted by nobody', () => {
  const { told, ...rest } = judge({ 'pe3/MOF': [route('0.0.0.0/0')] });
  expect(told[0]).toBe(
    'from then on 10.100.10.0/24 goes to MOH: until now VRF MOF at pe3 sends it by its default route',
  );
  expect(rest).toMatchObject({ found: [], toAccept: [] });
});

it('what the inventory and the route targets explain is no finding', () => {
  expect(judge({ 'pe3/MOF': [route('10.120.10.0/24'), route('10.120.20.0/24', 'vpn')] })).toEqual(NOTHING);
});

it('a table that was not read is unknown', () => {
  expect(judge({ 'pe3/MOF': null }).unread).toEqual(['the ipv4 routes of VRF MOF at pe3 were not read']);
});

it('of a VPN that is shared whole what no inventory lists comes too, and its default route is to be accepted', () => {
  const extra = { 'pe1/MOH': [route('10.77.0.0/16'), route('0.0.0.0/0')] };
  const { told, toAccept, found } = judge(extra, WHOLE);
  expect(told).toContain('with the whole VPN MOH also 10.77.0.0/16, which no inventory lists, comes to VRF MOF at pe3');
  expect([toAccept, found]).toEqual([['0.0.0.0/0@MOF at pe3,pe4'], []]);
  const clash = judge({ ...extra, 'pe3/MOF': [route('10.77.1.0/24')] }, WHOLE);
  expect(clash.found).toEqual([
    'pe3 MOF: 10.77.0.0/16 of MOH, new in VRF MOF at pe3, overlaps 10.77.1.0/24, which its table holds as its own',
  ]);
  const two = judge({ ...extra, 'pe3/MOF': [route('0.0.0.0/0')] }, WHOLE);
  expect(two.found).toEqual([
    'pe3 MOF: 0.0.0.0/0 of MOH, new in VRF MOF at pe3, overlaps 0.0.0.0/0, which its table holds as its own',
  ]);
  expect(judge({ 'pe1/MOH': null }, WHOLE).unread).toEqual(['the ipv4 routes of VRF MOH at pe1 were not read']);
});

it('where the way of a route is known, the sentence tells it', () => {
  const { found } = judge({ 'pe3/MOF': [{ ...route('10.100.10.0/24', 'vpn'), towards: '192.0.2.9' }] });
  expect(found).toEqual([
    'pe3 MOF: 10.100.10.0/24 of MOH, new in VRF MOF at pe3, overlaps 10.100.10.0/24, which its table holds from elsewhere (towards 192.0.2.9)',
  ]);
});

it('what is to be accepted is listed by name, with every PE in order and what it means', () => {
  const all = [route('10.100.0.0/16'), route('10.0.0.0/8', 'vpn')];
  const subject = makeInterconnect(1, makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/24', '10.100.20.0/24']));
  const turned = { pes: [...NETWORK.pes].reverse() };
  expect(judge({ 'pe3/MOF': all, 'pe4/MOF': all }, subject, turned).toAccept).toEqual(['10.100.0.0/16@MOF at pe3,pe4']);
  const two = judge({ 'pe3/MOF': [route('10.100.0.0/16')], 'pe1/MOH': [route('10.120.0.0/16')] });
  expect(two.toAccept).toEqual(['10.100.0.0/16@MOF at pe3', '10.120.0.0/16@MOH at pe1']);
  const after = brutePut(NETWORK, [sampleInterconnect()]);
  const held = new Map(
    allVrfs(NETWORK).flatMap(({ pe, vrf }) => [
      [tableKey(pe, vrf.name, 'ipv4'), vrf.name === 'MOF' ? [route('10.100.0.0/16')] : []],
      [tableKey(pe, vrf.name, 'ipv6'), []],
    ]),
  );
  const change = { kind: 'provision' as const, before: NETWORK, after, subject: sampleInterconnect(), others: [] };
  const { toAccept } = judgeHeldRoutes(change, differRoutes(NETWORK, after), held as ObservedTables);
  expect(toAccept.map(({ sentence }) => sentence)).toEqual([
    [
      'from then on 10.100.10.0/24 goes to MOH: until now VRF MOF at pe3 sends it by 10.100.0.0/16, which its table holds as its own',
      'from then on 10.100.20.0/24 goes to MOH: until now VRF MOF at pe3 sends it by 10.100.0.0/16, which its table holds as its own',
      'from then on 10.100.10.0/24 goes to MOH: until now VRF MOF at pe4 sends it by 10.100.0.0/16, which its table holds as its own',
      'from then on 10.100.20.0/24 goes to MOH: until now VRF MOF at pe4 sends it by 10.100.0.0/16, which its table holds as its own',
    ].join('; '),
  ]);
});

it('a shorter one that is listed for the giver itself is no clash', () => {
  const network = alterVrf(NETWORK, 'pe2', 'MOH', (vrf) => ({
    ...vrf,
    attachments: [...vrf.attachments, { branch: 'b', prefixes: [prefix('10.100.0.0/16')], probe: null }],
  }));
  const { found, toAccept } = judge({ 'pe3/MOF': [route('10.100.0.0/16')] }, sampleInterconnect(), network);
  expect([found, toAccept]).toEqual([[], ['10.100.0.0/16@MOF at pe3']]);
});

it('a default route that somebody lists stays a default route', () => {
  const network = alterVrf(NETWORK, 'pe4', 'CANARY', (vrf) => ({
    ...vrf,
    attachments: [{ branch: 'b', prefixes: [prefix('0.0.0.0/0')], probe: null }],
  }));
  expect(judge({ 'pe3/MOF': [route('0.0.0.0/0')] }, sampleInterconnect(), network).found).toEqual([]);
});

it('of a VPN that is shared whole only its own routes come, not what it has from elsewhere', () => {
  expect(judge({ 'pe1/MOH': [route('10.77.0.0/16', 'vpn'), route('10.100.10.0/24')] }, WHOLE)).toEqual(NOTHING);
});

it('beyond twenty what is told is counted', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => route(`10.77.${index}.0/24`));
  const { told } = judge({ 'pe1/MOH': many(11) }, WHOLE);
  expect(told).toHaveLength(21);
  expect(told[0]).toContain('10.77.0.0/24');
  expect(told.at(-1)).toBe('and 2 more of the kind');
  expect(judge({ 'pe1/MOH': many(10) }, WHOLE).told).toHaveLength(20);
  expect(judge({ 'pe1/MOH': many(10) }, WHOLE).told.at(-1)).toContain('10.77.9.0/24');
});

it('the findings are in the order of the network', () => {
  const { unread } = judge({ 'pe4/MOF': null, 'pe1/MOH': null, 'pe3/MOF': null });
  expect(unread).toEqual([
    'the ipv4 routes of VRF MOH at pe1 were not read',
    'the ipv4 routes of VRF MOF at pe3 were not read',
    'the ipv4 routes of VRF MOF at pe4 were not read',
  ]);
});

it('what overlaps what comes and is the VPN’s own, or came without the change, is judged by its owner', () => {
  const own = alterVrf(NETWORK, 'pe4', 'MOF', (vrf) => ({
    ...vrf,
    attachments: [...vrf.attachments, { branch: 'b', prefixes: [prefix('10.100.0.0/16')], probe: null }],
  }));
  const held = { 'pe3/MOF': [route('10.100.0.0/16', 'vpn')] };
  expect(judge(held, sampleInterconnect(), own)).toEqual(NOTHING);
  // The same of a third VPN by an agreement that is on the network already, or by none.
  const listed = alterVrf(NETWORK, 'pe1', 'MOE', (vrf) => ({
    ...vrf,
    attachments: [...vrf.attachments, { branch: 'b', prefixes: [prefix('10.100.0.0/16')], probe: null }],
  }));
  const other = makeInterconnect(2, makeFlow('MOE', 'MOF', '65000:9005', ['10.100.0.0/16']));
  const both = brutePut(listed, [other]);
  const carried = brutePut(listed, [other, sampleInterconnect()]);
  const tables = new Map(
    allVrfs(listed).flatMap(({ pe, vrf }) => [
      [tableKey(pe, vrf.name, 'ipv4'), vrf.name === 'MOF' ? [route('10.100.0.0/16', 'vpn')] : []],
      [tableKey(pe, vrf.name, 'ipv6'), []],
    ]),
  ) as ObservedTables;
  const change = { kind: 'provision' as const, subject: sampleInterconnect(), others: [other] };
  const judged = judgeHeldRoutes({ ...change, before: both, after: carried }, differRoutes(both, carried), tables);
  expect([judged.found, judged.toAccept]).toEqual([[], []]);
  expect(judge(held, sampleInterconnect(), listed).found).toHaveLength(2);
});

it('of a VRF that comes with the change all that it holds is news', () => {
  const after = brutePut(NETWORK, [sampleInterconnect()]);
  const before = { pes: NETWORK.pes.map((one) => (one.name === 'pe3' ? { ...one, vrfs: [] } : one)) };
  const tables = new Map(
    allVrfs(NETWORK).map(({ pe, vrf }) => [
      tableKey(pe, vrf.name, 'ipv4'),
      pe === 'pe3' ? [route('10.100.10.0/24', 'vpn')] : [],
    ]),
  ) as ObservedTables;
  const change = { kind: 'provision' as const, before, after, subject: sampleInterconnect(), others: [] };
  expect(
    judgeHeldRoutes(change, differRoutes(before, after), tables).found.map(({ pe, vrf }) => `${pe} ${vrf}`),
  ).toEqual(['pe3 MOF']);
});

it('what is told is in the order of the network', () => {
  const { told } = judge({ 'pe3/MOF': [route('0.0.0.0/0')], 'pe1/MOH': [route('0.0.0.0/0')] });
  expect(told).toEqual([
    'from then on 10.120.10.0/24 goes to MOF: until now VRF MOH at pe1 sends it by its default route',
    'from then on 10.100.10.0/24 goes to MOH: until now VRF MOF at pe3 sends it by its default route',
    'from then on 10.100.20.0/24 goes to MOH: until now VRF MOF at pe3 sends it by its default route',
  ]);
});

it('what a VPN shares whole with one other comes to that one alone', () => {
  const extra = { 'pe1/MOH': [route('10.77.0.0/16')] };
  const named = makeInterconnect(
    1,
    makeFlow('MOH', 'MOF', '65000:9001', ['10.100.10.0/24']),
    makeFlow('MOH', 'MOE', '65000:9005', 'whole-vpn'),
  );
  const { told } = judge(extra, named);
  expect(told.map((one) => one.slice(-14))).toEqual(['VRF MOE at pe1', 'VRF MOE at pe3']);
  expect(told[0]).toBe('with the whole VPN MOH also 10.77.0.0/16, which no inventory lists, comes to VRF MOE at pe1');
});

it('what is to be accepted of a default route says what it means', () => {
  const after = brutePut(NETWORK, [WHOLE]);
  const held = new Map(
    allVrfs(NETWORK).flatMap(({ pe, vrf }) => [
      [tableKey(pe, vrf.name, 'ipv4'), pe === 'pe1' && vrf.name === 'MOH' ? [route('0.0.0.0/0')] : []],
      [tableKey(pe, vrf.name, 'ipv6'), []],
    ]),
  ) as ObservedTables;
  const change = { kind: 'provision' as const, before: NETWORK, after, subject: WHOLE, others: [] };
  const { toAccept } = judgeHeldRoutes(change, differRoutes(NETWORK, after), held);
  expect(toAccept.map(({ sentence }) => sentence)).toEqual([
    ['pe3', 'pe4']
      .map(
        (at) =>
          `with the whole VPN MOH its default route 0.0.0.0/0 comes to VRF MOF at ${at}: whatever nothing else matches goes to it`,
      )
      .join('; '),
  ]);
});
