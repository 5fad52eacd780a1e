import { describe, expect, it } from 'vitest';
import { readInventory } from '../../src/cli/read-inventory.ts';
import { readRequest } from '../../src/cli/read-request.ts';
import { WaslError } from '../../src/errors.ts';

const REQUEST = `purpose: invoices
validUntil: "2031-12-31T23:59:59+04:00"
policyVersion: "1"
flows:
  - { from: MOH, to: MOF, prefixes: [10.100.10.0/24] }
`;

function refusal(read: () => unknown): { fact: string; remedy: string } {
  try {
    read();
  } catch (error) {
    if (error instanceof WaslError) return { fact: error.message, remedy: error.remedy };
    throw error;
  }
  throw new Error('it was taken');
}

describe('what people ask for that wasl does not decide', () => {
  it.each(['firewall', 'ports', 'port', 'dstPort', 'protocol', 'tcp', 'services', 'acl', 'Hosts'])(
    'answers %s with what is possible and why',
    (member) => {
      const { fact, remedy } = refusal(() => readRequest(`${REQUEST}${member}: [443]\n`, 'r.yaml'));
      expect(fact).toContain('wasl decides routes, not ports, protocols or hosts');
      expect(remedy).toMatch(/Share the smallest prefixes .*, and let a firewall in front of them decide/);
      const inFlow = REQUEST.replace('from: MOH', `${member}: [443], from: MOH`);
      expect(refusal(() => readRequest(inFlow, 'r.yaml')).fact).toContain('flows[0]: wasl decides routes');
    },
  );

  it('knows addresses and bandwidth apart, and other names as mistakes', () => {
    expect(refusal(() => readRequest(`${REQUEST}nat: true\n`, 'r.yaml')).fact).toContain('it translates none');
    expect(refusal(() => readRequest(`${REQUEST}bandwidth: 10M\n`, 'r.yaml')).fact).toContain('not bandwidth');
    expect(refusal(() => readRequest(`${REQUEST}constructor: 1\n`, 'r.yaml')).remedy).toBe(
      'Remove it, or correct its name.',
    );
  });

  it('takes a member that stands at the wrong place of an inventory for what it is', () => {
    const text = 'version: 1\nrouters:\n  - { name: pe1, port: 830 }\n';
    expect(JSON.stringify(refusal(() => readInventory(text, 'i.yaml')))).not.toContain('wasl decides');
  });
});
