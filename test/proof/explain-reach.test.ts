import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PeName } from '../../src/domain/names.ts';
import { parsePrefix } from '../../src/domain/prefix.ts';
import type { ReachQuestion } from '../../src/domain/reach-question.ts';
import { explainReach } from '../../src/proof/explain-reach.ts';
import { type Agreement, computeMatrix, type Standing } from '../../src/proof/matrix.ts';
import { inventoryOf } from '../plan/samples.ts';
import { brutePut, bruteReachability } from './brute-force.ts';
import {
  alterVrf,
  arbitraryInterconnect,
  arbitraryNetwork,
  PROPERTY_TIMEOUT_MS,
  sampleInterconnect,
  sampleNetwork,
  vpn,
} from './networks.ts';

const EMPTY_OPERATOR = { importRouteTargets: [], exportRouteTargets: [], exportPolicies: [] };
const bare = sampleNetwork();
const carried = brutePut(bare, [sampleInterconnect()]);
const agreed = (standing: Standing = 'on-network', state = 'active'): Agreement => {
  const { id, flows } = sampleInterconnect();
  return { id, flows, standing, state };
};
const ask = (
  view = carried,
  question: Partial<ReachQuestion> = {},
  agreements = [agreed()],
  unread = new Map<PeName, string>(),
) =>
  explainReach(
    { view, inventory: inventoryOf(bare), agreements, unread },
    { from: vpn('MOF'), to: vpn('MOH'), ...question },
  );
const place = (explanation: ReturnType<typeof ask>, prefix: string) =>
  explanation.places.find((one) => (one.prefix as string) === prefix);

describe('why one VPN reaches another', () => {
  it('says rule by rule what carries a route, and who agreed', () => {
    const one = place(ask(), '10.100.10.0/24');
    expect(one).toMatchObject({
      verdict: 'reached',
      interconnects: ['IC-0001'],
      by: { prefix: '10.100.10.0/24', of: 'MOH' },
    });
    expect(one?.because).toEqual([
      "VRF MOH at pe1 puts 65000:9001 on 10.100.10.0/24 (an export of wasl's pool)",
      "VRF MOF at pe3 imports 65000:9001 for ipv4 (an import of wasl's pool)",
      'IC-0001 (active) lets MOF reach it',
    ]);
  });

  it('says that nobody agreed, and what there is instead', () => {
    expect(place(ask(carried, {}, []), '10.100.10.0/24')?.because.at(-1)).toBe('NO AGREEMENT lets MOF reach it');
    expect(place(ask(carried, {}, [agreed('suspended', 'suspended')]), '10.100.10.0/24')).toMatchObject({
      interconnects: [],
    });
  });

  it('names every agreement and every stranger that carries the same network', () => {
    const twice = { ...sampleInterconnect(), id: 'IC-0002' as never };
    const flows = twice.flows.map((flow) => ({ ...flow, routeTarget: '0:65000:9100' as never }));
    const both = brutePut(bare, [sampleInterconnect(), { ...twice, flows }]);
    const second: Agreement = { id: twice.id, flows, standing: 'on-network', state: 'active' };
    const two = place(ask(both, {}, [agreed(), second]), '10.100.10.0/24');
    expect(two?.interconnects).toEqual(['IC-0001', 'IC-0002']);
    expect(two?.because.at(-1)).toBe('by 65000:9100 too: IC-0002 (active) lets MOF reach it');
    for (const one of [agreed(), second]) {
      const half = place(ask(both, {}, [one]), '10.100.10.0/24');
      expect(half).toMatchObject({ verdict: 'reached', interconnects: [] });
      expect(half?.because).toContain('NO AGREEMENT lets MOF reach it');
      expect(half?.because.at(-1)).toMatch(new RegExp(`^by 65000:\\d+ too: ${one.id} \\(active\\) lets MOF reach it$`));
    }
  });

  it('says what is announced and what is imported where nothing is reached', () => {
    const one = place(ask(bare, {}, [agreed('planned', 'requested')]), '10.100.10.0/24');
    expect(one?.verdict).toBe('not reached');
    expect(one?.because).toEqual([
      'VRF MOH at pe1 announces 10.100.10.0/24 with 65000:100',
      'VRF MOF at pe3 imports 65000:200 for ipv4: none of these',
      'IC-0001 (requested) is about it, and is not on the network there',
    ]);
    const nobody = place(ask(carried, { to: parsePrefix('192.0.2.0/24') }), '192.0.2.0/24');
    expect(nobody?.because[0]).toBe(
      'no VRF of the inventory announces 192.0.2.0/24, or what is around or inside of it',
    );
  });

  it('takes the longest match, and says whose each part is', () => {
    const ownToo = alterVrf(carried, 'pe3', 'MOF', (vrf) => ({
      ...vrf,
      attachments: [...vrf.attachments, { branch: 'b', prefixes: [parsePrefix('10.100.10.128/25')], probe: null }],
    }));
    const whole = place(ask(ownToo), '10.100.10.0/24');
    expect(whole).toMatchObject({ verdict: 'in part', by: { of: 'MOH' } });
    expect(whole?.because.at(-1)).toBe('10.100.10.128/25, a part of it, is of MOF too, attached there');
    const [inside, beside] = ['10.100.10.129/32', '10.100.10.1/32'].map((text) => {
      return place(ask(ownToo, { to: parsePrefix(text) }), text);
    });
    expect([inside?.verdict, beside?.verdict, beside?.by?.prefix]).toEqual(['own', 'reached', '10.100.10.0/24']);
  });

  it('says of a part that nobody agreed to it, as of the whole', () => {
    const of = (agreements: Agreement[], view = carried) =>
      place(ask(view, { to: parsePrefix('10.100.0.0/16') }, agreements), '10.100.0.0/16');
    const [strange, agreedOn] = [of([]), of([agreed()])];
    expect(strange).toMatchObject({ verdict: 'in part', by: { of: 'MOH' }, interconnects: [] });
    expect(strange?.because[0]).toBe('no route is for all of 10.100.0.0/16');
    expect(strange?.because.at(-1)).toBe('NO AGREEMENT lets MOF reach it');
    expect(agreedOn).toMatchObject({ verdict: 'in part', by: null });
    expect(agreedOn?.because.join()).not.toContain('NO AGREEMENT');
    const odd = alterVrf(carried, 'pe3', 'MOF', (vrf) => ({ ...vrf, anomalies: ['edited'] }));
    expect(of([agreed()], odd)?.verdict).toBe('unknown');
  });

  it('names the parts of others before its own, and counts those that it does not name', () => {
    const many = alterVrf(carried, 'pe3', 'MOF', (vrf) => ({
      ...vrf,
      attachments: [1, 2, 3, 4, 5].map((n) => ({
        ...{ branch: `b${n}`, prefixes: [parsePrefix(`10.0.${n}.0/24`)], probe: null },
      })),
    }));
    const because = place(ask(many, { to: parsePrefix('10.0.0.0/8') }), '10.0.0.0/8')?.because ?? [];
    expect(because[1]).toMatch(/^10\.100\.\d+\.0\/24, a part of it, is of MOH too, by route target 65000:9001$/);
    expect(because.at(-1)).toMatch(/^and \d+ more, of MOF$/);
  });

  it('does not know what was not read, or not understood', () => {
    const away = new Map([['pe3' as PeName, 'it does not answer']]);
    const without = { pes: carried.pes.filter(({ name }) => (name as string) !== 'pe3') };
    const one = place(ask(without, {}, [agreed()], away), '10.100.10.0/24');
    expect(one).toMatchObject({ pe: 'pe3', verdict: 'unknown' });
    expect(one?.because).toEqual(['VRF MOF at pe3 was not read: it does not answer']);
    const odd = alterVrf(bare, 'pe3', 'MOF', (vrf) => ({ ...vrf, anomalies: ['route-policy WASL-X was edited'] }));
    const doubted = place(ask(odd, {}, []), '10.100.10.0/24');
    expect(doubted?.verdict).toBe('unknown');
    expect(doubted?.because.at(-1)).toBe(
      'NOT UNDERSTOOD: pe3: route-policy WASL-X was edited; what it lets through is unknown',
    );
  });

  it('does not know what an import policy takes by a pattern, and says where one was not judged', () => {
    const behind = (policyTexts: Readonly<Record<string, string>>, view = bare) =>
      alterVrf(view, 'pe3', 'MOF', (vrf) => ({
        ...vrf,
        operator: { ...vrf.operator, ipv4: { ...EMPTY_OPERATOR, ...vrf.operator.ipv4, importPolicies: ['IMP'] } },
        policyTexts,
      }));
    const onJunos = ({ pes }: typeof bare) => ({
      pes: pes.map((pe) => ({ ...pe, platform: 'junos-yang' as const })),
    });
    const wide = onJunos(behind({ IMP: 'community ANY members target:65000:.*' }));
    const one = place(ask(wide, {}, []), '10.100.10.0/24');
    expect(one?.verdict).toBe('unknown');
    expect(one?.because.at(-1)).toBe(
      'NOT UNDERSTOOD: pe3: import policy IMP matches route targets by a pattern; what it lets through is unknown',
    );
    const rest = [{ branch: 'rest', prefixes: [parsePrefix('0.0.0.0/0')], probe: null }];
    const byDefault = alterVrf(wide, 'pe3', 'MOF', (vrf) => ({ ...vrf, attachments: rest }));
    const hidden = place(ask(byDefault, { to: parsePrefix('10.77.1.0/24') }, []), '10.77.1.0/24');
    expect(hidden?.verdict).toBe('unknown');
    expect(hidden?.because.at(-1)).toMatch(/; whether a longer route is there is unknown$/);
    const { doubts, unreadVpns } = computeMatrix(wide, inventoryOf(bare), []);
    expect([doubts.map(({ pe, vrf }) => `${pe} ${vrf}`), unreadVpns]).toEqual([['pe3 MOF'], ['MOF']]);
    const narrow = place(ask(behind({ IMP: 'drop' }, carried)), '10.100.10.0/24');
    expect(narrow).toMatchObject({ verdict: 'reached', interconnects: ['IC-0001'] });
    expect(narrow?.because).toContain('whether IMP drops it was not judged: only route targets are');
    const kept = alterVrf(carried, narrow?.by?.fromPe ?? '', 'MOH', (vrf) => ({
      ...vrf,
      operator: {
        ...vrf.operator,
        ipv4: { ...EMPTY_OPERATOR, ...vrf.operator.ipv4, importPolicies: [], exportPolicies: ['EXP'] },
      },
    }));
    expect(place(ask(kept), '10.100.10.0/24')?.because).toContain(
      `whether EXP at ${narrow?.by?.fromPe} keeps it back was not judged: only route targets are`,
    );
  });

  it('does not know who takes packets where a longer route may be there unseen', () => {
    const wide = alterVrf(bare, 'pe3', 'MOF', (vrf) => ({
      ...vrf,
      attachments: [...vrf.attachments, { branch: 'b', prefixes: [parsePrefix('0.0.0.0/0')], probe: null }],
    }));
    const away = new Map([['pe1' as PeName, 'it does not answer']]);
    const without = { pes: wide.pes.filter(({ name }) => (name as string) !== 'pe1') };
    const one = place(ask(without, {}, [], away), '10.100.10.0/24');
    expect(one?.verdict).toBe('unknown');
    expect(one?.because.at(-1)).toBe(
      'VRF MOH at pe1 announces 10.100.10.0/24, and was not read: its route targets are unknown; whether that longer route is taken is unknown',
    );
    expect(place(ask(wide, {}, []), '10.100.10.0/24')?.verdict).toBe('own');
    const odd = alterVrf(wide, 'pe3', 'MOF', (vrf) => ({ ...vrf, anomalies: ['edited'] }));
    expect(place(ask(odd, {}, []), '10.100.10.0/24')?.verdict).toBe('unknown');
  });

  it(
    'agrees with nested loops over every route',
    () => {
      let reached = 0;
      const holds = fc.property(arbitraryNetwork, arbitraryInterconnect(1), (network, interconnect) => {
        const view = brutePut(network, [interconnect]);
        const inventory = inventoryOf(view);
        const routes = bruteReachability(view);
        for (const from of inventory.vpns) {
          for (const to of inventory.vpns.filter(({ id }) => id !== from.id)) {
            const question = { from: from.id, to: to.id };
            const { places } = explainReach({ view, inventory, agreements: [], unread: new Map() }, question);
            const taken = new Set(
              places.flatMap((one) => (one.verdict === 'not reached' ? [] : [`${one.pe} ${one.prefix}`])),
            );
            const asked = new Set(places.map(({ prefix }) => prefix as string));
            for (const line of routes) {
              const [, , network_ = '', taker, toPe] = line.split(' ');
              if (taker !== from.id || !asked.has(network_)) continue;
              if (!taken.has(`${toPe} ${network_}`)) return false;
              reached++;
            }
          }
        }
        return true;
      });
      fc.assert(holds, { numRuns: 150 });
      expect(reached).toBeGreaterThan(0);
    },
    PROPERTY_TIMEOUT_MS,
  );
});
