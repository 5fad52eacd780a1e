import { describe, expect, it } from 'vitest';
import { PLATFORMS } from '../../src/platforms/registry.ts';

const rpl = (name: string, ...statements: readonly string[]) =>
  `route-policy ${name}\n${statements.map((line) => `  ${line}\n`).join('')}end-policy\n`;

describe('an RPL policy inside of ours', () => {
  const judge = (statements: readonly string[], others: Record<string, string> = {}) =>
    PLATFORMS['iosxr-um2'].judgeExportPolicies(['OLD'], { OLD: rpl('OLD', ...statements), ...others });

  it.each([
    ['passes everything', ['pass']],
    ['sets something on everything', ['set local-preference 200']],
    ['sets route targets anew: ours come after', ['set extcommunity rt (65000:100)']],
    ['does something for some and passes all', ['if destination in P then', 'set med 5', 'endif', 'pass']],
    ['has words of danger in comments only', ['# done and drop', 'pass']],
  ])('is safe when it %s', (_what, statements) => expect(judge(statements)).toBeNull());

  it.each([
    ['drops', ['if destination in P then', 'drop', 'endif', 'pass'], '`drop`'],
    ['ends early', ['set med 5', 'done'], '`done`'],
    ['ends early in capitals', ['set med 5', 'DONE'], '`done`'],
    ['passes only some', ['if destination in P then', 'pass', 'endif'], 'only under conditions'],
    ['passes none', [], 'only under conditions'],
    [
      'passes all by an else',
      ['if destination in P then', 'pass', 'else', 'set med 5', 'endif'],
      'only under conditions',
    ],
    ['applies a policy that is not there', ['apply GONE', 'pass'], 'GONE is named but its text'],
    ['applies a policy with parameters', ['apply OTHER(10)', 'pass'], 'takes parameters'],
    ['applies itself', ['apply OLD', 'pass'], 'nested more than'],
  ])('is refused when it %s', (_what, statements, reason) => expect(judge(statements)).toContain(reason));

  it('is judged with what it applies', () => {
    expect(judge(['apply TAIL'], { TAIL: rpl('TAIL', 'pass') })).toBeNull();
    expect(judge(['apply TAIL'], { TAIL: rpl('TAIL', 'drop') })).toContain('TAIL has `drop`');
    expect(judge(['if destination in P then', 'apply TAIL', 'endif'], { TAIL: rpl('TAIL', 'pass') })).toContain(
      'only under conditions',
    );
  });

  it('is refused when its text is unknown', () => {
    expect(PLATFORMS['iosxr-um2'].judgeExportPolicies(['OLD'], {})).toContain('OLD is named but its text');
  });
});

describe('Junos policies after ours', () => {
  const judge = (...lines: readonly string[]) =>
    PLATFORMS['junos-yang'].judgeExportPolicies(['OLD'], { OLD: lines.join('\n') });

  it('are safe when they add, accept or reject', () => {
    expect(
      judge('term a from protocol static', 'term a then reject', 'term b then community add X', 'then accept'),
    ).toBeNull();
  });

  it.each([
    ['term a then community set X', 'community set X'],
    ['then community delete X', 'community delete X'],
    ['term a then community equal-literal X', 'community equal-literal X'],
    ['term a from policy SUB', 'calls another policy'],
    ['apply-groups G', 'inherits from groups'],
  ])('are refused for `%s`', (line, reason) => expect(judge(line, 'then accept')).toContain(reason));

  it('are refused where one of several cannot be read', () => {
    expect(PLATFORMS['junos-yang'].judgeExportPolicies(['OLD', '( A && B )'], { OLD: 'then accept' })).toContain(
      '( A && B )',
    );
  });
});
