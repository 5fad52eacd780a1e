import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AUDIT_ASSUMPTIONS } from '../../src/proof/audit-network.ts';
import { proveChange } from '../../src/proof/prove-change.ts';
import { brutePut } from './brute-force.ts';
import {
  alterVrf,
  arbitraryInterconnect,
  arbitraryNetwork,
  PROPERTY_TIMEOUT_MS,
  sampleInterconnect,
  sampleNetwork,
} from './networks.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const page = read('docs/proof.md');
const [, section = ''] = page.split('\n## Assumptions\n');
const listed = [...section.matchAll(/^\| `([^`]+)` \|/gm)].flatMap(([, text]) => text ?? []);
const forms = listed.map(
  (text) =>
    new RegExp(
      `^${text
        .split('…')
        .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
        .join('.+')}$`,
    ),
);

describe('docs/proof.md', () => {
  it(
    'lists every assumption that a proof or an audit prints',
    () => {
      const unlisted = (printed: readonly string[]) => printed.filter((text) => !forms.some((form) => form.test(text)));
      expect(unlisted(AUDIT_ASSUMPTIONS)).toEqual([]);
      const printed = new Set<string>();
      const prove = (bare: ReturnType<typeof sampleNetwork>, subject: ReturnType<typeof sampleInterconnect>) => {
        const change = {
          kind: 'provision' as const,
          before: bare,
          after: brutePut(bare, [subject]),
          subject,
          others: [],
        };
        for (const { assumptions } of proveChange(change).proofs) for (const text of assumptions) printed.add(text);
      };
      fc.assert(fc.property(arbitraryNetwork, arbitraryInterconnect(1), prove), { numRuns: 100 });
      const policied = sampleNetwork().pes.flatMap(({ name, vrfs }) =>
        vrfs.map((vrf) => ({ pe: name, vrf: vrf.name })),
      );
      for (const { pe, vrf } of policied) {
        const operated = alterVrf(sampleNetwork(), pe, vrf, (one) => {
          const ipv4 = one.operator.ipv4;
          if (ipv4 === undefined) return one;
          return {
            ...one,
            operator: { ...one.operator, ipv4: { ...ipv4, exportPolicies: ['OUT'], importPolicies: ['IN'] } },
          };
        });
        prove(operated, sampleInterconnect());
      }
      const logging = alterVrf(sampleNetwork(), 'pe3', 'MOF', (one) => ({
        ...one,
        routeLimits: { ipv4: { routes: 9, drops: false } },
      }));
      prove(logging, sampleInterconnect());
      expect(unlisted([...printed])).toEqual([]);
      expect([...printed].some((text) => text.startsWith('VRF MOF at pe3 logs'))).toBe(true);
      expect([...printed].some((text) => text.startsWith('import policy IN of '))).toBe(true);
      expect([...printed].some((text) => text.startsWith('one-way as signed'))).toBe(true);
    },
    PROPERTY_TIMEOUT_MS,
  );

  it('lists none that nothing prints', () => {
    const sources = readdirSync(new URL('src/proof', root))
      .map((name) => read(`src/proof/${name}`))
      .join('\n');
    const parts = listed
      .flatMap((text) => text.split(/…|(?=; not assumed of)/))
      .filter((part) => part.trim().length > 3);
    expect(listed.length).toBeGreaterThan(10);
    expect(parts.filter((part) => !sources.includes(part))).toEqual([]);
  });

  it('links to files that are there', () => {
    const links = [...page.matchAll(/\]\(\.\.\/([^)#]+)\)/g)].flatMap(([, path]) => path ?? []);
    expect(links.length).toBeGreaterThan(15);
    for (const path of links) expect(() => readdirOrRead(path)).not.toThrow();
  });
});

function readdirOrRead(path: string): unknown {
  return path.endsWith('.ts') || path.endsWith('.md') ? read(path) : readdirSync(new URL(path, root));
}
