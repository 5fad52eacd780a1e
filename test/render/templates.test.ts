import { describe, expect, it } from 'vitest';
import { parseXmlFragment } from '../../src/netconf/index.ts';
import { compileTemplates } from '../../src/render/templates.ts';

const render = (files: Record<string, string>, view: object): string =>
  compileTemplates('test', new Map(Object.entries(files)))(view);

describe('templates are strict', () => {
  it.each([
    ['a field', '{{surname}}', 'surname'],
    ['a field in a condition', '{{#if surname}}x{{/if}}', 'surname'],
    ['a field to walk through', '{{#each surname}}x{{/each}}', 'surname'],
    ['a field of a field', '{{vrf.surname}}', 'surname'],
    ['a field of an entry', '{{#each list}}{{surname}}{{/each}}', 'surname'],
    ['a helper', '{{shout name}}', 'shout'],
    ['a helper of Handlebars that is not allowed', '{{log name}}', 'log'],
    ['a partial', '{{> surname}}', 'surname'],
  ])('%s that does not exist is RENDER_FAILED and named', (_what, source, name) => {
    const view = { name: 'MOH', vrf: { name: 'MOH' }, list: [{ name: 'MOH' }] };
    expect(() => render({ edit: source }, view)).toThrow(
      expect.objectContaining({ code: 'RENDER_FAILED', message: expect.stringContaining(name) }),
    );
  });

  it('names the partial in which it happened', () => {
    expect(() => render({ edit: '{{> vrf}}', vrf: '{{surname}}' }, {})).toThrow(
      expect.objectContaining({ path: 'templates/test/vrf.hbs' }),
    );
  });

  it('escapes every value, so that none becomes markup', () => {
    const value = `</name><x a="1">&'\``;
    const [name] = parseXmlFragment(render({ edit: '<name>{{value}}</name>' }, { value }));
    expect(name).toMatchObject({ name: 'name', text: value, children: [] });
  });
});
