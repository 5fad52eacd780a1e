import { describe, expect, it } from 'vitest';
import { checkRequest } from '../../src/domain/check-request.ts';
import { inventorySchema } from '../../src/domain/inventory.ts';
import { interconnectRequestSchema } from '../../src/domain/request.ts';
import { WaslError } from '../../src/errors.ts';
import { DEMO_INVENTORY, NOW } from '../support/api-under-test.ts';

const VALID = {
  purpose: 'invoices',
  flows: [
    { from: 'MOH', to: 'MOF', prefixes: ['10.100.10.0/24'] },
    { from: 'MOF', to: 'MOH', prefixes: ['10.200.10.0/24'] },
  ],
  validUntil: '2026-12-31T23:59:59+04:00',
  policyVersion: '1',
};

function check(request: object): string {
  try {
    return checkRequest(interconnectRequestSchema.parse(request), DEMO_INVENTORY, NOW).join('–');
  } catch (error) {
    if (!(error instanceof WaslError)) throw error;
    return `${error.code} ${error.path}: ${error.message}`;
  }
}
const withFlow = (flow: object) => ({ ...VALID, flows: [{ ...VALID.flows[0], ...flow }] });

describe('a request against the inventory', () => {
  it('gives the parties in order of their names', () => {
    expect(check(VALID)).toBe('MOF–MOH');
    expect(check(withFlow({ prefixes: 'whole-vpn' }))).toBe('MOF–MOH');
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
      { prefixes: ['10.200.10.0/24'] },
      'PREFIX_OUTSIDE_VPN flows[0].prefixes[0]: 10.200.10.0/24 is not inside the address plan of MOH (10.100.0.0/16, 2001:db8:100::/48)',
    ],
    [
      { prefixes: ['10.100.10.0/25'] },
      'PREFIX_NOT_ORIGINATED flows[0].prefixes[0]: no site of MOH announces 10.100.10.0/25',
    ],
  ])('refuses %j', (flow, refusal) => {
    expect(check(withFlow(flow))).toBe(refusal);
  });

  it('refuses a second flow that is not the way back', () => {
    const flows = [VALID.flows[0], { from: 'MOE', to: 'MOH', prefixes: ['10.150.10.0/24'] }];
    expect(check({ ...VALID, flows })).toBe(
      'REQUEST_PARTIES flows[1]: the second flow goes from MOE to MOH, not from MOF back to MOH',
    );
    expect(check({ ...VALID, flows: [VALID.flows[0], VALID.flows[0]] })).toMatch(/^REQUEST_PARTIES flows\[1\]/);
  });

  it('refuses a period that has ended, or ends before it starts', () => {
    expect(check({ ...VALID, validUntil: '2026-03-01T12:00:00+04:00' })).toBe(
      'REQUEST_PERIOD validUntil: the end 2026-03-01T12:00:00+04:00 lies in the past',
    );
    expect(check({ ...VALID, validFrom: '2027-01-01T00:00:00+04:00' })).toBe(
      'REQUEST_PERIOD validUntil: the end 2026-12-31T23:59:59+04:00 is not after the start 2027-01-01T00:00:00+04:00',
    );
  });

  it('refuses addresses that the far side uses itself', () => {
    const text = JSON.stringify(DEMO_INVENTORY)
      .replace('"10.200.0.0/16"', '"10.200.0.0/16","10.100.0.0/16"')
      .replace('"10.200.10.0/24"', '"10.200.10.0/24","10.100.0.0/20"');
    const twin = inventorySchema.parse(JSON.parse(text));
    expect(() => checkRequest(interconnectRequestSchema.parse(VALID), twin, NOW)).toThrow(
      '10.100.10.0/24 overlaps 10.100.0.0/20, which MOF uses itself',
    );
  });
});
