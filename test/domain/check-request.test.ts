import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readInventory } from '../../src/cli/read-inventory.ts';
import { checkRequest } from '../../src/domain/check-request.ts';
import type { Inventory } from '../../src/domain/inventory.ts';
import { inventorySchema } from '../../src/domain/inventory.ts';
import type { EntityId } from '../../src/domain/names.ts';
import { interconnectRequestSchema } from '../../src/domain/request.ts';
import type { RegisteredAgreement, RegisterFacts, RequestReader } from '../../src/domain/request-findings.ts';
import { acceptedPolicy } from '../support/accepted-policy.ts';
import { NOW } from '../support/api-under-test.ts';

const NATIONAL = readInventory(
  readFileSync(new URL('../../docs/samples/national-backbone.yaml', import.meta.url), 'utf8'),
  'national-backbone.yaml',
);
const QUIET: RegisterFacts = {
  ...{ freeRouteTargets: 100, awaitedRouteTargets: 0, agreements: [] },
  policy: acceptedPolicy(NATIONAL.entities.map(({ id }) => id)),
};
const THERE = { from: 'MOH', to: 'MOF', prefixes: ['10.100.10.0/24'] };
const BACK = { from: 'MOF', to: 'MOH', prefixes: ['10.200.10.0/24'] };
const VALID = {
  purpose: 'invoices',
  flows: [THERE, BACK] as object[],
  validUntil: '2026-12-31T23:59:59+04:00',
  policyVersion: '2026-1',
};
const as = (entity: string) => entity as EntityId;

interface Setting {
  readonly reader?: RequestReader;
  readonly inventory?: Inventory;
  readonly register?: Partial<RegisterFacts>;
}
function examine(request: object, { reader = 'network', inventory = NATIONAL, register = {} }: Setting = {}) {
  const parsed = interconnectRequestSchema.parse(request);
  return checkRequest(parsed, { inventory, register: { ...QUIET, ...register }, now: NOW, reader });
}
const faults = (request: object, setting?: Setting) =>
  examine(request, setting).errors.map(({ code, path, fact }) => `${code} ${path}: ${fact}`);
const warnings = (request: object, setting?: Setting) =>
  examine(request, setting).warnings.map(({ code, path, fact }) => `${code} ${path}: ${fact}`);
const withFlows = (...flows: object[]) => ({ ...VALID, flows });

/** The sample with some text of its JSON replaced. */
function edited(...edits: readonly (readonly [string, string])[]): Inventory {
  let text = JSON.stringify(NATIONAL);
  for (const [from, to] of edits) {
    if (!text.includes(from)) throw new Error(`the sample has no ${from}`);
    text = text.replaceAll(from, to);
  }
  return inventorySchema.parse(JSON.parse(text));
}

function agreement(id: string, flows: object[], more: Partial<RegisteredAgreement> = {}): RegisteredAgreement {
  const request = interconnectRequestSchema.parse(withFlows(...flows));
  const [flow] = request.flows;
  if (flow === undefined) throw new Error('an agreement has a flow');
  const entities = [flow.from, flow.to].map((vpn) => as(vpn)).sort();
  const [one = as('MOH'), other = as('MOF')] = entities;
  const { validUntil } = request;
  return {
    id: id as RegisteredAgreement['id'],
    parties: [one, other],
    lifecycle: 'active',
    flows: request.flows,
    validUntil,
    ...more,
  };
}

describe('a request against the inventory', () => {
  it('gives the parties in order of their names, and finds nothing in a sound one', () => {
    expect(examine(VALID)).toEqual({ parties: ['MOF', 'MOH'], errors: [], warnings: [] });
  });

  it.each([
    [{ from: 'MOX' }, 'VPN_UNKNOWN flows[0].from: the inventory has no VPN MOX'],
    [{ to: 'MOX' }, 'VPN_UNKNOWN flows[0].to: the inventory has no VPN MOX'],
    [{ to: 'CANARY' }, 'REQUEST_PARTIES flows[0].to: CANARY is a canary: it must never gain a route'],
    [{ to: 'MOH' }, 'REQUEST_PARTIES flows[0].to: MOH and MOH both belong to MOH'],
    [{ prefixes: ['0.0.0.0/0'] }, 'PREFIX_DEFAULT_ROUTE flows[0].prefixes[0]: 0.0.0.0/0 is a default route'],
    [{ prefixes: ['::/0'] }, 'PREFIX_DEFAULT_ROUTE flows[0].prefixes[0]: ::/0 is a default route'],
    [
      { prefixes: ['10.100.10.0/24', '10.100.10.0/25'] },
      'PREFIX_OVERLAP flows[0].prefixes[1]: 10.100.10.0/25 overlaps 10.100.10.0/24 of the same flow',
    ],
    [
      { prefixes: ['10.99.0.0/24'] },
      'PREFIX_OUTSIDE_VPN flows[0].prefixes[0]: 10.99.0.0/24 is not inside the address plan of MOH (10.100.0.0/16, 2001:db8:100::/48)',
    ],
    [
      { prefixes: ['10.100.99.0/24'] },
      'PREFIX_NOT_ORIGINATED flows[0].prefixes[0]: no site of MOH announces 10.100.99.0/24',
    ],
  ])('refuses %j', (flow, refusal) => {
    expect(faults(withFlows({ ...THERE, ...flow }))).toEqual([refusal]);
  });

  it('tells all faults in one round', () => {
    const request = withFlows(
      { ...THERE, prefixes: ['10.99.0.0/24', '10.100.10.0/24', '10.100.99.0/24'] },
      { ...BACK, prefixes: ['0.0.0.0/0', '10.201.0.0/24'] },
    );
    expect(
      examine({ ...request, validUntil: '2026-01-01T00:00:00Z' }).errors.map(({ code, path }) => [code, path]),
    ).toEqual([
      ['REQUEST_PERIOD', 'validUntil'],
      ['PREFIX_OUTSIDE_VPN', 'flows[0].prefixes[0]'],
      ['PREFIX_NOT_ORIGINATED', 'flows[0].prefixes[2]'],
      ['PREFIX_DEFAULT_ROUTE', 'flows[1].prefixes[0]'],
      ['PREFIX_OUTSIDE_VPN', 'flows[1].prefixes[1]'],
    ]);
  });

  it('refuses a second flow that is not the way back', () => {
    const stray = { from: 'MOE', to: 'MOH', prefixes: ['10.150.10.0/24'] };
    expect(faults(withFlows(THERE, stray))).toEqual([
      'REQUEST_PARTIES flows[1]: the second flow goes from MOE to MOH, not from MOF back to MOH',
    ]);
    expect(faults(withFlows(THERE, THERE))[0]).toMatch(/^REQUEST_PARTIES flows\[1\]/);
  });

  it('refuses a period that has ended, or ends before it starts, and warns of one that leaves no time to sign', () => {
    expect(faults({ ...VALID, validUntil: '2026-03-01T12:00:00+04:00' })).toEqual([
      'REQUEST_PERIOD validUntil: the end 2026-03-01T12:00:00+04:00 lies in the past',
    ]);
    expect(faults({ ...VALID, validFrom: '2027-01-01T00:00:00+04:00' })).toEqual([
      'REQUEST_PERIOD validUntil: the end 2026-12-31T23:59:59+04:00 is not after the start 2027-01-01T00:00:00+04:00',
    ]);
    expect(warnings({ ...VALID, validUntil: '2026-03-01T11:00:00Z' })).toEqual([
      'PERIOD_SHORT validUntil: it ends 3 h from now',
    ]);
  });
});

describe('what is announced', () => {
  it('is listed whole, in order', () => {
    const [fault] = examine(withFlows({ ...THERE, prefixes: ['10.100.0.0/16'] }, BACK)).errors;
    const sites = NATIONAL.routers.flatMap(({ vrfs }) =>
      vrfs
        .filter(({ vpn }) => vpn === 'MOH')
        .flatMap(({ attachments }) => attachments.flatMap(({ prefixes }) => prefixes)),
    );
    const ipv4 = [...new Set(sites.filter((prefix) => !prefix.includes(':')))];
    expect(ipv4.length).toBeGreaterThan(8);
    for (const prefix of ipv4) expect(fault?.remedy).toContain(prefix);
    expect(fault?.remedy).toMatch(/^Share what is announced: 10\.100\.10\.0\/24, 10\.100\.11\.0\/24, /);
  });

  it('answers a host of an announced network with what is possible and why', () => {
    const [fault] = examine(withFlows({ ...THERE, prefixes: ['10.100.10.7/32'] }, BACK)).errors;
    expect(fault?.fact).toBe(
      'no site of MOH announces 10.100.10.7/32: Muscat headquarters announces 10.100.10.0/24, which contains it',
    );
    expect(fault?.remedy).toMatch(
      /^wasl decides routes, .*Share 10\.100\.10\.0\/24 whole and let a firewall .*; or let the site announce/,
    );
  });
});

describe('a covering prefix with bounds', () => {
  const ask = (...prefixes: string[]) => withFlows({ ...THERE, prefixes }, BACK);

  it('is what is announced in it, told to its owner by name and to the other party not', () => {
    expect(faults(ask('10.100.10.0/23 le 24'))).toEqual([]);
    const later = 'a network that joins it later is agreed too, and is shared once it is planned anew';
    expect(warnings(ask('10.100.10.0/23 le 24'))).toEqual([
      `RANGE flows[0].prefixes[0]: 10.100.10.0/23 le 24 is 10.100.10.0/24, 10.100.11.0/24 today; ${later}`,
    ]);
    expect(warnings(ask('10.100.10.0/23 le 24'), { reader: as('MOF') })).toEqual([
      `RANGE flows[0].prefixes[0]: 10.100.10.0/23 le 24 is what MOH announces in it today; ${later}`,
    ]);
  });

  it.each([
    ['0.0.0.0/0 le 24', 'PREFIX_DEFAULT_ROUTE', '0.0.0.0/0 le 24 covers every address'],
    ['10.100.128.0/17 le 24', 'PREFIX_NOT_ORIGINATED', 'no site of MOH announces a network of 10.100.128.0/17 le 24'],
    ['10.100.0.0/16 le 20', 'PREFIX_NOT_ORIGINATED', 'no site of MOH announces a network of 10.100.0.0/16 le 20'],
    [
      '10.0.0.0/8 le 24',
      'PREFIX_OUTSIDE_VPN',
      '10.0.0.0/8 is not inside the address plan of MOH (10.100.0.0/16, 2001:db8:100::/48)',
    ],
  ])('%s is refused', (range, code, fact) => {
    const oneWay = withFlows({ ...THERE, prefixes: [range] });
    expect(faults(oneWay)).toEqual([`${code} flows[0].prefixes[0]: ${fact}`]);
    const [told] = faults(oneWay, { reader: as('MOF') });
    if (code !== 'PREFIX_DEFAULT_ROUTE') {
      expect(told).toBe(`PREFIX_NOT_ORIGINATED flows[0].prefixes[0]: MOH does not announce a network of ${range}`);
    }
  });

  it('names every address once, also beside what it covers and against the way back', () => {
    expect(faults(ask('10.100.0.0/16 le 24', '10.100.10.0/24'))).toEqual([
      'PREFIX_OVERLAP flows[0].prefixes[1]: 10.100.10.0/24 overlaps 10.100.0.0/16 le 24 of the same flow',
    ]);
    expect(faults(ask('10.100.10.0/24', '10.100.0.0/16 le 24'))).toEqual([
      'PREFIX_OVERLAP flows[0].prefixes[1]: 10.100.0.0/16 le 24 overlaps 10.100.10.0/24 of the same flow',
    ]);
  });

  it('is open already where an agreement names a part of it', () => {
    const twin = agreement('IC-0002', [THERE]);
    const found = warnings(ask('10.100.10.0/23 le 24'), { register: { agreements: [twin] } });
    expect(found.join()).toContain('ALREADY_OPEN flows[0]: 10.100.10.0/23 le 24 of MOH from MOF is open already');
  });

  it('is written as routers write it; a fault of it names the place', () => {
    const { error } = interconnectRequestSchema.safeParse(ask('10.100.0.0/16 le 40'));
    expect(error?.issues).toMatchObject([{ path: ['flows', 0, 'prefixes'] }]);
    expect(JSON.stringify(error?.issues)).toContain('has bounds that no network meets');
  });
});

describe('overlap', () => {
  it('is refused inside the address plan of the taker, also of a whole VPN', () => {
    const inventory = edited(['"10.200.0.0/16",', '"10.200.0.0/16","10.100.10.0/25",']);
    expect(faults(VALID, { inventory })).toEqual([
      'PREFIX_OVERLAP flows[0].prefixes[0]: 10.100.10.0/24 overlaps 10.100.10.0/25, which is in the address plan of MOF',
    ]);
    expect(faults(withFlows({ ...THERE, prefixes: 'whole-vpn' }, BACK), { inventory })).toEqual([
      'PREFIX_OVERLAP flows[0].prefixes: 10.100.10.0/24 overlaps 10.100.10.0/25, which is in the address plan of MOF',
    ]);
  });

  it('is refused with a site of the taker, named with its place', () => {
    const inventory = edited(
      ['"10.200.0.0/16",', '"10.200.0.0/16","10.100.0.0/16",'],
      ['"prefixes":["10.200.10.0/24",', '"prefixes":["10.200.10.0/24","10.100.0.0/20",'],
    );
    expect(faults(VALID, { inventory })).toEqual([
      'PREFIX_OVERLAP flows[0].prefixes[0]: 10.100.10.0/24 overlaps 10.100.0.0/20, which Muscat headquarters at mct-pe-01 of MOF announces',
    ]);
    expect(faults(VALID, { inventory, reader: as('MOF') })[0]).toMatch(/which Muscat headquarters of MOF announces$/);
    expect(faults(VALID, { inventory, reader: as('MOH') })).toEqual([
      'PREFIX_OVERLAP flows[0].prefixes[0]: 10.100.10.0/24 overlaps addresses that MOF has or reaches already',
    ]);
  });

  it('is refused with what an agreement in force brings to the taker, and only warned of while none is', () => {
    const inventory = edited(
      ['"10.150.0.0/16",', '"10.150.0.0/16","10.100.8.0/21",'],
      ['"prefixes":["10.150.10.0/24",', '"prefixes":["10.150.10.0/24","10.100.8.0/21",'],
    );
    const other = [{ from: 'MOE', to: 'MOF', prefixes: 'whole-vpn' }];
    const setting = (lifecycle: RegisteredAgreement['lifecycle'], reader: RequestReader) => ({
      inventory,
      reader,
      register: { agreements: [agreement('IC-0007', other, { lifecycle })] },
    });
    const named = '10.100.10.0/24 overlaps 10.100.8.0/21, which MOF reaches at MOE by IC-0007';
    expect(faults(VALID, setting('active', 'network'))).toEqual([`PREFIX_OVERLAP flows[0].prefixes[0]: ${named}`]);
    expect(faults(VALID, setting('active', as('MOF')))).toEqual([`PREFIX_OVERLAP flows[0].prefixes[0]: ${named}`]);
    expect(faults(VALID, setting('active', as('MOH')))).toEqual([
      'PREFIX_OVERLAP flows[0].prefixes[0]: 10.100.10.0/24 overlaps addresses that MOF has or reaches already',
    ]);
    expect(warnings(VALID, setting('requested', as('MOF')))).toEqual([
      `OVERLAP_PENDING flows[0].prefixes[0]: ${named}, once both are in force`,
    ]);
    expect(examine(VALID, setting('requested', as('MOH')))).toMatchObject({ errors: [], warnings: [] });
  });
});

describe('the way back', () => {
  it('is warned of when there is none: no TCP connection can be', () => {
    expect(warnings(withFlows(THERE))).toEqual([
      expect.stringMatching(
        /^ONE_WAY flows\[0\]: one-way over IPv4: packets from MOF reach MOH, .*no TCP connection and no ping/,
      ),
    ]);
    const [warning] = examine(withFlows(THERE)).warnings;
    expect(warning?.remedy).toContain('Add a flow from MOF to MOH');
  });

  it('may be that of another agreement, and ends with it', () => {
    const register = { agreements: [agreement('IC-0003', [BACK])] };
    expect(warnings(withFlows(THERE), { register })).toEqual([
      'ONE_WAY flows[0]: over IPv4, answers from MOH go back to MOF only by IC-0003, which ends 2026-12-31T23:59:59+04:00',
    ]);
  });

  it('is asked for in each address family that a flow carries', () => {
    const both = { ...THERE, prefixes: ['10.100.10.0/24', '2001:db8:100:10::/64'] };
    expect(faults(withFlows(both, BACK))).toEqual([
      'RETURN_PATH_MISSING flows[0].prefixes[1]: 2001:db8:100:10::/64 could be reached from MOF, and the flow back shares no IPv6 prefix: no answer would find back',
    ]);
    expect(faults(withFlows({ ...THERE, prefixes: 'whole-vpn' }, BACK))).toEqual([
      'RETURN_PATH_MISSING flows[0].prefixes: the IPv6 networks of MOH could be reached from MOF, and the flow back shares no IPv6 prefix: no answer would find back',
    ]);
    const dual = { ...BACK, prefixes: ['10.200.10.0/24', '2001:db8:200:10::/64'] };
    expect(examine(withFlows(both, dual))).toMatchObject({ errors: [], warnings: [] });
  });

  it('needs a taker: a VPN without a site, or without the family, takes nothing', () => {
    const homeless = {
      ...NATIONAL,
      routers: NATIONAL.routers.map((router) => ({ ...router, vrfs: router.vrfs.filter(({ vpn }) => vpn !== 'MOF') })),
    };
    expect(faults(withFlows(THERE), { inventory: homeless })).toEqual([
      'VRF_MISSING flows[0].to: MOF has no site yet: no router has a VRF of it',
    ]);
    const old = {
      ...NATIONAL,
      routers: NATIONAL.routers.map((router) => ({
        ...router,
        vrfs: router.vrfs.map((vrf) => (vrf.vpn === 'MOF' ? { ...vrf, families: ['ipv4' as const] } : vrf)),
      })),
    };
    expect(faults(withFlows({ ...THERE, prefixes: ['2001:db8:100:10::/64'] }), { inventory: old })).toEqual([
      'VRF_MISSING flows[0].prefixes[0]: 2001:db8:100:10::/64 cannot be delivered: no VRF of MOF carries IPv6',
    ]);
  });

  it('tells that nothing will be pinged: no probe, or a source that is not shared', () => {
    const silent = edited(['"probe":"10.100.10.10"', '"probe":null']);
    expect(warnings(VALID, { inventory: silent })).toEqual([
      expect.stringMatching(/^NOT_PINGED flows\[0\]\.prefixes: /),
    ]);
    const elsewhere = edited(['"probe":"10.200.10.10"', '"probe":"10.200.10.10","source":"192.0.2.1"']);
    expect(warnings(VALID, { inventory: elsewhere })).toEqual([
      expect.stringMatching(/^NOT_PINGED flows\[0\]\.prefixes: /),
    ]);
  });

  it('says what a whole VPN means', () => {
    const whole = withFlows({ ...THERE, prefixes: 'whole-vpn' }, { ...BACK, prefixes: 'whole-vpn' });
    expect(warnings(whole).map((text) => text.split(':')[0])).toEqual([
      'WHOLE_VPN flows[0].prefixes',
      'WHOLE_VPN flows[1].prefixes',
    ]);
  });
});

describe('the communication policy', () => {
  const policy = acceptedPolicy(['MOH']);

  it('that is named is in force: else nobody can sign', () => {
    expect(faults({ ...VALID, policyVersion: '2019-1' })).toEqual([
      'POLICY_NOT_IN_FORCE policyVersion: the communication policy 2019-1 is not in force, but 2026-1 is',
    ]);
    expect(faults(VALID, { register: { policy: { published: [], acceptances: [] } } })).toEqual([
      'POLICY_NOT_IN_FORCE policyVersion: the communication policy 2026-1 is not in force, and none is',
    ]);
  });

  it('is still to be accepted: told of its own side to a party, of both to the network side', () => {
    const pending = 'POLICY_PENDING policyVersion: MOF has not accepted the communication policy 2026-1';
    expect(warnings(VALID, { register: { policy } })).toEqual([pending]);
    expect(warnings(VALID, { register: { policy }, reader: as('MOF') })).toEqual([pending]);
    expect(warnings(VALID, { register: { policy }, reader: as('MOH') })).toEqual([]);
  });
});

describe('the register', () => {
  it('needs a free route target for every flow; how many there are, parties are not told', () => {
    const register = { freeRouteTargets: 1 };
    expect(faults(VALID, { register })).toEqual([
      'ROUTE_TARGET_POOL_EXHAUSTED flows: the pool of route targets has no room for this request (2 needed, 1 free, 0 awaited by others)',
    ]);
    expect(faults(VALID, { register, reader: as('MOH') })[0]).toMatch(/no room for this request$/);
    expect(warnings(VALID, { register: { freeRouteTargets: 3, awaitedRouteTargets: 2 } })[0]).toMatch(
      /^POOL_SHORT flows: /,
    );
    expect(warnings(VALID, { register: { freeRouteTargets: 4, awaitedRouteTargets: 2 } })).toEqual([]);
  });

  it('names an agreement on the same prefixes, to its parties only', () => {
    const twin = agreement('IC-0002', [{ ...THERE, prefixes: ['10.100.10.0/24', '10.100.20.0/24'] }]);
    const already = 'ALREADY_OPEN flows[0]: 10.100.10.0/24 of MOH from MOF is open already by';
    const register = { agreements: [twin] };
    const period = '(active, until 2026-12-31T23:59:59+04:00)';
    expect(warnings(VALID, { register, reader: as('MOF') })).toEqual([`${already} IC-0002 ${period}`]);
    const moved = { agreements: [{ ...twin, parties: [as('MOE'), as('MOL')] as const }] };
    expect(warnings(VALID, { register: moved, reader: as('MOF') })).toEqual([
      `${already} an agreement of others ${period}`,
    ]);
    const elsewhere = agreement('IC-0002', [{ ...THERE, prefixes: ['10.100.20.0/24'] }]);
    expect(warnings(VALID, { register: { agreements: [elsewhere] } })).toEqual([]);
  });
});

describe('what a party reads of others', () => {
  const moe = as('MOE');

  it('is not their address plan, and not what they announce', () => {
    for (const prefix of ['10.1.0.0/24', '10.100.0.0/16', '10.100.10.0/25', '10.100.99.0/24']) {
      const request = withFlows(
        { from: 'MOE', to: 'MOH', prefixes: ['10.150.10.0/24'] },
        { from: 'MOH', to: 'MOE', prefixes: [prefix] },
      );
      const { errors, warnings: told } = examine(request, { reader: moe });
      expect(errors).toEqual([
        {
          code: 'PREFIX_NOT_ORIGINATED',
          path: 'flows[1].prefixes[0]',
          fact: `MOH does not announce ${prefix}`,
          remedy: 'Ask MOH what it shares: a prefix is shared exactly as a site announces it.',
        },
      ]);
      expect(told).toEqual([]);
    }
  });

  it('is of a canary what it is of a VPN that does not exist', () => {
    const ask = (vpn: string, reader: string) => [
      examine(withFlows({ from: 'MOE', to: vpn, prefixes: ['10.150.10.0/24', '10.9.0.0/16'] }), { reader: as(reader) }),
      examine(withFlows({ from: vpn, to: 'MOE', prefixes: ['10.250.1.0/24'] }), { reader: as(reader) }),
      examine(withFlows(THERE, { from: vpn, to: 'MOH', prefixes: 'whole-vpn' }), { reader: as(reader) }),
    ];
    // Its owner, too: who listens where is nobody's business but the network side's.
    for (const reader of ['MOE', 'MTCIT']) {
      const canary = JSON.stringify(ask('CANARY', reader));
      expect(canary).toContain('VPN_UNKNOWN');
      expect(canary).toBe(JSON.stringify(ask('NOTHING', reader)).replaceAll('NOTHING', 'CANARY'));
    }
  });

  it('is nothing at all when it is no party', () => {
    const foreign = { ...THERE, prefixes: ['10.100.0.0/16', '10.99.0.0/24'] };
    expect(examine(withFlows(foreign, BACK), { reader: moe })).toEqual({
      parties: null,
      errors: [
        {
          code: 'APPROVAL_PARTY',
          path: 'flows',
          fact: 'MOE is no party of this request',
          remedy: 'Somebody of MOF or MOH must ask for it.',
        },
      ],
      warnings: [],
    });
  });
});
