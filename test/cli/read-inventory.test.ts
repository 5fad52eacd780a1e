import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readInventory } from '../../src/cli/read-inventory.ts';
import { readRequest } from '../../src/cli/read-request.ts';
import { WaslError } from '../../src/errors.ts';
import { LIBRARY_WORDS } from '../support/library-words.ts';

const SAMPLE = readFileSync(new URL('../../docs/samples/demo-backbone.yaml', import.meta.url), 'utf8');
const lineOf = (text: string) => SAMPLE.slice(0, SAMPLE.indexOf(text)).split('\n').length;

function fault(read: () => unknown): WaslError {
  try {
    read();
  } catch (error) {
    if (error instanceof WaslError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}
const faultOf = (text: string) => fault(() => readInventory(text, 'backbone.yaml'));

describe('an inventory file', () => {
  it('names the line of a value of the wrong shape, its path and a remedy', () => {
    const { code, path, message, remedy } = faultOf(SAMPLE.replace('10.100.20.0/24', '10.100.20.1/24'));
    expect([code, path, message, remedy]).toEqual([
      'INVENTORY_INVALID',
      `backbone.yaml:${lineOf('10.100.20.0/24')}`,
      'routers[1].vrfs[0].attachments[0].prefixes[0]: 10.100.20.1/24 has bits set beyond /24',
      'Did you mean 10.100.20.0/24?',
    ]);
  });

  it('names the line of a reference to nothing', () => {
    const { path, message, remedy } = faultOf(SAMPLE.replace('vpn: MOE', 'vpn: MOX'));
    expect([path, message, remedy]).toEqual([
      `backbone.yaml:${lineOf('vpn: MOE')}`,
      'routers[0].vrfs[1].vpn: MOX is not among the VPNs',
      'Add MOX to vpns, or correct the name.',
    ]);
  });

  it('names the line where a member is missing and where one is not known', () => {
    const missing = faultOf(SAMPLE.replace('    platform: junos-yang\n', ''));
    expect(missing.path).toBe(`backbone.yaml:${lineOf('name: sll-pe-01')}`);
    expect(missing.message).toMatch(/^routers\[1\]\.platform: /);
    const unknown = faultOf(SAMPLE.replace('platform: junos-yang', 'platform: junos-yang\n    colour: blue'));
    expect(unknown.path).toBe(`backbone.yaml:${lineOf('name: sll-pe-01') + 2}`);
    expect(unknown.message).toBe('routers[1].colour: colour is not a member of routers[1]');
  });

  it('of so many members in one group that comparing their names would take minutes is refused in seconds', () => {
    const lines = Array.from({ length: 100_000 }, (_, index) => `k${index}: 1`);
    const { code, path, message } = faultOf(lines.join('\n'));
    expect([code, path, message]).toEqual(['INVENTORY_INVALID', 'backbone.yaml', 'a group of it has too many members']);
    expect(faultOf(`${SAMPLE}\nversion: 1`).message).toBe('the same name stands twice in one group');
  });

  it('tells all faults at once', () => {
    const { details } = faultOf(SAMPLE.replace('vpn: MOE', 'vpn: MOX').replace('port: 8302', 'port: 8301'));
    expect(details?.issues).toHaveLength(2);
  });

  it('names the line of a YAML fault', () => {
    const { path, code } = faultOf('version: 1\nbackbone: [\nentities: }\n');
    expect([code, path]).toEqual(['INVENTORY_INVALID', 'backbone.yaml:3']);
    expect(faultOf('version: 1\nversion: 1\n').path).toBe('backbone.yaml:2');
  });

  it.each([
    ['a: b: c\n', 'a second `name:` stands on one line'],
    ['a:\n\tb: 1\n', 'the line is indented with a tab'],
    ['a: "\\q"\n', 'a backslash in a text in double quotes begins no known escape'],
    ['a: [1, 2\n', ''],
    ['a: *nothing\n', 'an alias names nothing'],
    ['a: 1\n---\nb: 2\n', 'a second document begins'],
    ['a: 1\na: 2\n', 'the same name stands twice in one group'],
    ['a: 1\n b: 2\n', ''],
    ['a: @x\n', ''],
    ['a: %x\n', ''],
    ['- a\nb: 1\n', ''],
    ['{{{', ''],
    ['? [a]\n: b\n', ''],
    ['%YAML 9\n---\na: 1\n', ''],
    ['a: !!int x\n', ''],
    ['&a &b c: 1\n', ''],
  ])('tells of %j in its own words', (text, fact) => {
    const error = faultOf(text);
    const { issues = [] } = z
      .object({ issues: z.array(z.object({ fact: z.string() })).optional() })
      .parse(error.details ?? {});
    const told = [error.message, ...issues.map((issue) => issue.fact)];
    expect(told.join('\n')).not.toMatch(LIBRARY_WORDS);
    if (fact !== '') expect(told).toContain(fact);
  });

  it('does not expand a bomb of aliases', () => {
    const levels = Array.from({ length: 12 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i},`.repeat(9)}]`);
    expect(faultOf(`l0: &l0 [x]\n${levels.join('\n')}\n`).message).toBe('the document expands too many aliases');
  });

  it('is refused when empty', () => {
    expect(faultOf('').path).toBe('backbone.yaml:1');
  });
});

describe('a request file', () => {
  it('names the prefix with host bits, not the union it failed', () => {
    const text =
      'purpose: invoices\nflows:\n  - from: MOH\n    to: MOF\n    prefixes:\n      - 10.1.0.1/24\nvalidUntil: 2031-01-01T00:00:00Z\npolicyVersion: "1"\n';
    const { path, message, remedy } = fault(() => readRequest(text, 'r.yaml'));
    expect([path, message, remedy]).toEqual([
      'r.yaml:6',
      'flows[0].prefixes[0]: 10.1.0.1/24 has bits set beyond /24',
      'Did you mean 10.1.0.0/24?',
    ]);
  });
});
