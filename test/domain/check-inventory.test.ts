import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { checkInventory } from '../../src/domain/check-inventory.ts';
import { formatPath } from '../../src/domain/input-issues.ts';
import { inventorySchema } from '../../src/domain/inventory.ts';

const SAMPLE = readFileSync(new URL('../../docs/samples/demo-backbone.yaml', import.meta.url), 'utf8');

/** The sample with one value replaced, and what is found in it. */
function findingsAfter(path: readonly (string | number)[], value: unknown): string[] {
  const document = parseDocument(SAMPLE);
  document.setIn(path, document.createNode(value));
  return checkInventory(inventorySchema.parse(document.toJS())).map(
    (issue) => `${formatPath(issue.path)}: ${issue.fact}`,
  );
}

describe('the references of an inventory', () => {
  it('are clean in the sample', () => {
    expect(findingsAfter(['backbone', 'name'], 'the same')).toEqual([]);
  });

  it.each([
    [
      ['entities', 1, 'id'],
      'MOH',
      ['entities[1].id: MOH is there twice', 'vpns[1].entity: MOF is not among the entities'],
    ],
    [['vpns', 0, 'entity'], 'MOX', ['vpns[0].entity: MOX is not among the entities']],
    [['vpns', 2, 'prefixes', 0], '0.0.0.0/0', ['vpns[2].prefixes[0]: 0.0.0.0/0 would make every address one of MOE']],
    [['routers', 1, 'name'], 'mct-pe-01', ['routers[1].name: mct-pe-01 is there twice']],
    [['routers', 1, 'name'], 'MCT-PE-01', ['routers[1].name: mct-pe-01 is there twice']],
    [['routers', 0, 'maintenance'], true, []],
    [['scrapped'], [{ name: 'old-pe-01', reason: 'burnt' }], []],
    [
      ['scrapped'],
      [
        { name: 'old-pe-01', reason: 'burnt' },
        { name: 'OLD-PE-01', reason: 'burnt' },
      ],
      ['scrapped[1].name: old-pe-01 is there twice'],
    ],
    [['scrapped'], [{ name: 'MCT-PE-01', reason: 'burnt' }], ['scrapped[0].name: MCT-PE-01 is among the routers too']],
    [
      ['routers', 0, 'maintenanceReason'],
      'line card',
      ['routers[0].maintenanceReason: mct-pe-01 is not in maintenance and has a reason for it'],
    ],
    [['routers', 0, 'vrfs', 0, 'name'], 'Ministry.of.Health-branches', []],
    [['routers', 1, 'management', 'port'], 8301, ['routers[1].management: 127.0.0.1 port 8301 is there twice']],
    [['routers', 0, 'vrfs', 1, 'name'], 'MOH', ['routers[0].vrfs[1].name: mct-pe-01 has the VRF MOH twice']],
    [['routers', 1, 'vrfs', 0, 'vpn'], 'MOX', ['routers[1].vrfs[0].vpn: MOX is not among the VPNs']],
    [
      ['routers', 1, 'vrfs', 0, 'routeDistinguisher'],
      '65000:25001',
      ['routers[1].vrfs[0].routeDistinguisher: 65000:25001 already belongs to CANARY'],
    ],
    [
      ['routers', 1, 'vrfs', 0, 'families'],
      ['ipv4'],
      ['routers[1].vrfs[0].attachments[0].prefixes[1]: MOH does not carry ipv6'],
    ],
    [
      ['routers', 0, 'vrfs', 0, 'attachments', 1, 'branch'],
      'Muscat headquarters',
      ['routers[0].vrfs[0].attachments[1].branch: MOH has the branch Muscat headquarters twice'],
    ],
    [
      ['routers', 0, 'vrfs', 0, 'attachments', 1, 'prefixes', 0],
      '10.99.0.0/24',
      [
        'routers[0].vrfs[0].attachments[1].prefixes[0]: 10.99.0.0/24 is not inside the address plan of MOH (10.100.0.0/16, 2001:db8:100::/48)',
        'routers[0].vrfs[0].attachments[1].probe: the probe 10.100.11.10 is not inside a prefix of Muscat laboratory',
      ],
    ],
    [['backbone', 'routeTargetPool', 'to'], 1, ['backbone.routeTargetPool.to: 1 is below 50000']],
    [
      ['backbone', 'routeTargetPool'],
      { administrator: '192.0.2.1', from: 1, to: 70_000 },
      ['backbone.routeTargetPool.to: 192.0.2.1:70000 is not a route target'],
    ],
  ])('%j = %j', (path, value, findings) => {
    expect(findingsAfter(path, value)).toEqual(findings);
  });

  it('hold names of VRFs against the platform of the router', () => {
    const document = parseDocument(SAMPLE);
    document.setIn(['routers', 0, 'platform'], 'frr');
    document.setIn(['routers', 0, 'vrfs', 0, 'name'], 'Health.branches');
    expect(checkInventory(inventorySchema.parse(document.toJS())).map(({ fact }) => fact)).toEqual([
      'Health.branches is no VRF name for platform frr, which takes up to 15 characters, and no dot',
    ]);
  });

  it('allow one VRF of a VPN per router', () => {
    const findings = findingsAfter(['routers', 0, 'vrfs', 1, 'vpn'], 'MOH');
    expect(findings).toContain('routers[0].vrfs[1].vpn: MOH has the VRFs MOH and MOE on mct-pe-01');
  });
});
