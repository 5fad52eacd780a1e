import { describe, expect, it } from 'vitest';
import { parsePrefix } from '../../src/domain/prefix.ts';
import { coveringPrefix, isRange, parseScopeEntry, resolveScope, takesIn } from '../../src/domain/scope.ts';

describe('a covering prefix with bounds', () => {
  it.each([
    ['10.100.0.0/16 le 24', '10.100.0.0/16 le 24'],
    ['10.100.0.0/16 ge 16 le 24', '10.100.0.0/16 le 24'],
    ['10.100.0.0/16 ge 20 le 24', '10.100.0.0/16 ge 20 le 24'],
    ['10.100.0.0/16 ge 24', '10.100.0.0/16 ge 24 le 32'],
    ['10.100.0.0/16 ge 24 le 24', '10.100.0.0/16 ge 24 le 24'],
    ['10.100.0.0/16 le 16', '10.100.0.0/16'],
    ['2001:DB8:0::/32 le 48', '2001:db8::/32 le 48'],
    ['10.100.10.0/24', '10.100.10.0/24'],
    ['0.0.0.0/0 le 24', '0.0.0.0/0 le 24'],
  ])('%s is %s', (text, canonical) => {
    const entry = parseScopeEntry(text);
    expect(entry).toBe(canonical);
    expect(parseScopeEntry(entry)).toBe(canonical);
    expect(isRange(entry)).toBe(canonical.includes('le'));
    expect(coveringPrefix(entry)).toBe(canonical.split(' ')[0]);
  });

  it.each([
    ['10.100.0.0/16 le 33', 'PREFIX_INVALID'],
    ['10.100.0.0/16 le 15', 'PREFIX_INVALID'],
    ['10.100.0.0/16 ge 8 le 24', 'PREFIX_INVALID'],
    ['10.100.0.0/16 ge 25 le 24', 'PREFIX_INVALID'],
    ['10.100.0.0/16 le 24 ge 20', 'PREFIX_INVALID'],
    ['10.100.0.0/16  le 24', 'PREFIX_INVALID'],
    ['10.100.0.0/16 le', 'PREFIX_INVALID'],
    ['10.100.0.0/16 le 024', 'PREFIX_INVALID'],
    ['10.100.0.0/16 or longer', 'PREFIX_INVALID'],
    [' le 24', 'PREFIX_INVALID'],
    ['10.100.10.0/16 le 24', 'PREFIX_HOST_BITS'],
    ['2001:db8::/32 le 129', 'PREFIX_INVALID'],
  ])('%s is none', (text, code) => {
    expect(() => parseScopeEntry(text)).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    ['10.100.0.0/16 le 24', '10.100.0.0/16', true],
    ['10.100.0.0/16 le 24', '10.100.7.0/24', true],
    ['10.100.0.0/16 le 24', '10.100.7.0/25', false],
    ['10.100.0.0/16 le 24', '10.101.7.0/24', false],
    ['10.100.0.0/16 le 24', '10.0.0.0/8', false],
    ['10.100.0.0/16 ge 20 le 24', '10.100.0.0/16', false],
    ['10.100.0.0/16 ge 20 le 24', '10.100.16.0/20', true],
    ['10.100.0.0/16 le 24', '2001:d00::/24', false],
    ['10.100.0.0/16', '10.100.0.0/16', true],
    ['10.100.0.0/16', '10.100.7.0/24', false],
  ])('%s and %s: %s', (entry, prefix, does) => {
    expect(takesIn(parseScopeEntry(entry), parsePrefix(prefix))).toBe(does);
  });
});

it('a scope is what is named, and what is announced in its ranges; never the default route', () => {
  const announced = ['10.100.7.0/24', '10.100.0.0/17', '10.101.0.0/24', '0.0.0.0/0', '10.100.7.0/24'].map((text) =>
    parsePrefix(text),
  );
  const scope = ['10.200.0.0/24', '10.100.0.0/16 le 24'].map(parseScopeEntry);
  expect(resolveScope(scope, announced)).toEqual(['10.100.0.0/17', '10.100.7.0/24', '10.200.0.0/24']);
  expect(resolveScope(scope, [])).toEqual(['10.200.0.0/24']);
  expect(resolveScope([parseScopeEntry('0.0.0.0/0 le 24')], announced)).not.toContain('0.0.0.0/0');
  expect(resolveScope('whole-vpn', announced)).toBe('whole-vpn');
});
