import { describe, expect, it } from 'vitest';
import { runScenarios } from '../../golden/scenarios.ts';
import { lint } from '../../support/yanglint.ts';

const results = runScenarios();

describe.each(['iosxr-um2', 'junos-yang', 'frr'] as const)('YANG of %s', (platform) => {
  const mine = results.filter((result) => result.platform === platform);

  it('takes every golden edit', () => {
    expect(mine.length).toBeGreaterThan(5);
    expect(
      lint(
        platform,
        'edit',
        mine.map(({ editXml }) => editXml),
      ),
    ).toBe('');
  });

  it('takes every configuration after an edit', () => {
    expect(
      lint(
        platform,
        'config',
        mine.map(({ stateXml }) => stateXml),
      ),
    ).toBe('');
  });

  it('notices one bad document among good ones', () => {
    const edits = mine.map(({ editXml }) => editXml);
    const bad = (edits[0] ?? '').replace(/<(name|vrf-name)>MOH<\/\1>/, '<surname>MOH</surname>');
    expect(bad).not.toBe(edits[0]);
    expect(lint(platform, 'edit', [...edits.slice(1), bad])).toContain('surname');
  });
});

describe('yanglint as it is used here', () => {
  it('notices a value that the type does not allow and a mandatory leaf that is missing', () => {
    const of = (platform: string) => results.find((result) => result.platform === platform);
    const edit = of('iosxr-um2')?.editXml ?? '';
    expect(lint('iosxr-um2', 'edit', [edit.replaceAll('>disable<', '>off<')])).toContain('off');
    const state = of('frr')?.stateXml ?? '';
    expect(lint('frr', 'config', [state.replace(/<rd>[^<]*<\/rd>/, '')])).toContain('rd');
  });
});
