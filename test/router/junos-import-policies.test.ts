import { describe, expect, it } from 'vitest';
import { parseXmlFragment } from '../../src/netconf/index.ts';
import { PLATFORMS } from '../../src/platforms/registry.ts';
import { readVrfs } from '../../src/router/read-vrfs.ts';
import { BASES, POOL } from './support/base-configurations.ts';

const chained = BASES.find(({ platform, xml }) => platform === 'junos-yang' && xml.includes('OLD-IMP'))?.xml ?? '';

function importText(xml: string): string {
  const vrfs = readVrfs(PLATFORMS['junos-yang'], parseXmlFragment(xml), { pool: POOL, vrfs: [] });
  return vrfs.find(({ name }) => name === 'MOH')?.policyTexts['OLD-IMP'] ?? '';
}

// The proof looks for patterns of route targets in these texts: what may take more than it names must show one.
describe("an operator's import policy as text", () => {
  it('shows the members of the communities that it names', () => {
    expect(importText(chained)).toContain('community OLD-RT members target:65000:100');
    expect(importText(chained)).not.toContain('target:*:*');
  });

  it.each([
    ['no final reject: what is left is accepted', '<then><reject/></then>', ''],
    ['a term that accepts whatever community', '<from><community>OLD-RT</community></from>', ''],
    [
      'a term that hands on to the next policy, of which there is none, before the final reject',
      '<then><reject/></then>',
      '<term><name>on</name><then><next>policy</next></then></term><then><reject/></then>',
    ],
    ['an inverted community', '<name>OLD-RT</name><members>', '<name>OLD-RT</name><invert-match/><members>'],
  ])('says so for %s', (_what, pattern, replacement) => {
    const edited = chained.replace(pattern, replacement);
    expect(edited).not.toBe(chained);
    expect(importText(edited)).toContain('takes target:*:*');
  });
});
