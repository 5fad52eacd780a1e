/** The examples beside the lab's YANG module are what it says: edits, configurations, and an answer with operational state. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { lint } from '../../support/yanglint.ts';

const FOLDER = fileURLToPath(new URL('../../../topology/yang/', import.meta.url));
const KINDS = {
  'example-base.xml': 'config',
  'example-interconnect.xml': 'config',
  'example-edit-add.xml': 'edit',
  'example-edit-remove.xml': 'edit',
  'example-state.xml': 'data',
} as const;

/** yanglint takes what is in `<config>`. */
const read = (name: keyof typeof KINDS) =>
  readFileSync(`${FOLDER}${name}`, 'utf8')
    .replace(/<\/?config\b[^>]*>/g, '')
    .replace('<vrfs ', '<vrfs xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" ');

describe('the examples of wasl-frr-l3vpn', () => {
  it('are all known here', () => {
    expect(readdirSync(FOLDER).filter((name) => name.endsWith('.xml'))).toEqual(Object.keys(KINDS).sort());
  });

  it.each(Object.entries(KINDS))('%s is valid %s', (name, kind) => {
    expect(lint('frr', kind, [read(name as keyof typeof KINDS)])).toBe('');
  });

  it('have state that is no configuration', () => {
    expect(lint('frr', 'config', [read('example-state.xml')])).toContain('vrfs-state');
  });

  it('would be refused with a label or an origin that there is not', () => {
    const state = read('example-state.xml');
    expect(lint('frr', 'data', [state.replace('<label>80<', '<label>1048576<')])).toContain('1048576');
    expect(lint('frr', 'data', [state.replace('<origin>vpn<', '<origin>moon<')])).toContain('moon');
  });
});
