/** No address that a VPN gains is one that it has, reaches, or gains of somebody else. */
import { expect, it } from 'vitest';
import type { NetworkView } from '../../src/domain/network-view.ts';
import { type ChangeUnderProof, differRoutes } from '../../src/proof/change-under-proof.ts';
import type { HeldFindings } from '../../src/proof/held-routes.ts';
import { proveNoOverlap } from '../../src/proof/no-overlap.ts';
import { brutePut } from './brute-force.ts';
import { makeFlow, makeInterconnect, makePe, pe, type VrfSpec, vrfName } from './networks.ts';

const SUBJECT = makeInterconnect(1, makeFlow('AAA', 'BBB', '65000:9001', 'whole-vpn'));
const NONE: HeldFindings = { found: [], unread: [], toAccept: [], told: [] };

/** AAA at pe1 gives 10.1.0.0/16 to BBB at pe2. */
function prove(
  more: readonly (readonly [string, VrfSpec])[],
  options: { held?: HeldFindings; looked?: ChangeUnderProof['held']; subject?: typeof SUBJECT } = {},
) {
  const { held = NONE, looked, subject = SUBJECT } = options;
  const network: NetworkView = {
    pes: ['pe1', 'pe2', 'pe3'].map((name) =>
      makePe(name, [
        ...(name === 'pe1' ? [{ vpn: 'AAA', own: '65000:100', prefixes: ['10.1.0.0/16'] }] : []),
        ...(name === 'pe2' ? [{ vpn: 'BBB', own: '65000:200', prefixes: ['10.2.0.0/16'] }] : []),
        ...more.filter(([at]) => at === name).map(([, spec]) => spec),
      ]),
    ),
  };
  const after = brutePut(network, [subject]);
  const change = { kind: 'provision' as const, before: network, after, subject, others: [], held: looked };
  const { verdict, assumptions, counterExamples } = proveNoOverlap(change, differRoutes(network, after), held);
  return {
    verdict,
    assumptions,
    sentences: counterExamples.map(({ pe: at, vrf, sentence }) => `${at} ${vrf}: ${sentence}`),
  };
}
const site = (vpn: string, ...prefixes: string[]): VrfSpec => ({
  vpn,
  own: vpn === 'AAA' ? '65000:100' : '65000:200',
  prefixes,
});

it('passes where all are apart, and says whether tables were looked at', () => {
  expect(prove([])).toEqual({
    verdict: 'pass',
    assumptions: ['addresses that are routed in a VPN but not in the inventory overlap with nothing of this change'],
    sentences: [],
  });
  expect(prove([], { looked: new Map() }).assumptions).toEqual([
    'the tables of the VRFs that gain routes stay as they were read: they are read again at push',
  ]);
});

it.each<[string, readonly (readonly [string, VrfSpec])[], readonly string[]]>([
  ['another site of the giver has a part of it', [['pe3', site('AAA', '10.1.1.0/24')]], []],
  ['another site of the taker is beside it', [['pe3', site('BBB', '10.0.0.0/16')]], []],
  ['a third VPN that it does not reach has it', [['pe3', { ...site('CCC', '10.1.0.0/16'), own: '65000:300' }]], []],
  [
    'another site of the taker has a part of it',
    [['pe3', site('BBB', '10.1.1.0/24')]],
    ['pe2 BBB: 10.1.0.0/16 of AAA, new in BBB, overlaps 10.1.1.0/24 of BBB itself at pe3'],
  ],
  [
    'it is a part of what another site of the taker has',
    [['pe3', site('BBB', '10.0.0.0/8')]],
    ['pe2 BBB: 10.1.0.0/16 of AAA, new in BBB, overlaps 10.0.0.0/8 of BBB itself at pe3'],
  ],
  [
    'a third VPN has it, which shares a route target with the taker',
    [['pe3', { ...site('CCC', '10.1.0.0/16'), own: '65000:200' }]],
    ['pe2 BBB: 10.1.0.0/16 of AAA, new in BBB, overlaps 10.1.0.0/16 of CCC at pe3'],
  ],
  [
    'and of IPv6',
    [
      ['pe3', site('AAA', '2001:db8:1::/48')],
      ['pe3', site('BBB', '2001:db8::/32')],
    ],
    ['pe2 BBB: 2001:db8:1::/48 of AAA, new in BBB, overlaps 2001:db8::/32 of BBB itself at pe3'],
  ],
])('%s', (_what, more, sentences) => {
  const found = prove(more);
  expect(found.sentences.filter((one) => one.startsWith('pe2'))).toEqual(sentences);
  expect(found.verdict).toBe(sentences.length === 0 ? 'pass' : 'fail');
});

it('two VPNs that both give what overlaps are found, though the taker had neither', () => {
  const two = makeInterconnect(
    1,
    makeFlow('AAA', 'BBB', '65000:9001', 'whole-vpn'),
    makeFlow('CCC', 'BBB', '65000:9003', 'whole-vpn'),
  );
  const { sentences } = prove([['pe3', { ...site('CCC', '10.1.1.0/24'), own: '65000:300' }]], { subject: two });
  expect(sentences).toEqual(['pe2 BBB: 10.1.1.0/24 of CCC, new in BBB, overlaps 10.1.0.0/16 of AAA at pe1']);
});

it('what was there before is no matter of the change', () => {
  const [inner, outer] = [site('CCC', '10.9.1.0/24'), site('DDD', '10.9.0.0/16')];
  expect(
    prove([
      ['pe3', { ...inner, own: '65000:200' }],
      ['pe3', { ...outer, own: '65000:200' }],
    ]),
  ).toMatchObject({ verdict: 'pass', sentences: [] });
});

it('what the tables hold fails too, and what was not read is unknown', () => {
  const example = (sentence: string) => ({
    pe: pe('pe2'),
    vrf: vrfName('BBB'),
    routeTarget: null,
    prefix: null,
    sentence,
  });
  const unread = { ...NONE, unread: [example('was not read')] };
  expect(prove([], { held: unread })).toMatchObject({ verdict: 'unknown', sentences: ['pe2 BBB: was not read'] });
  const both = { ...unread, found: [example('is held')] };
  expect(prove([], { held: both })).toMatchObject({
    verdict: 'fail',
    sentences: ['pe2 BBB: is held', 'pe2 BBB: was not read'],
  });
});
