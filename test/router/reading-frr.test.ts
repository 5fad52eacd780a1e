import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { F1_FACTS, F1_VRFS, type Frame, judge } from './support/frames.ts';

const vrf = (name: string, target: string, inner = '', exports = `<export-rt>0:${target}</export-rt>`) =>
  `<vrf><name>${name}</name><rd>0:${target}</rd><ipv4><import-rt>0:${target}</import-rt>${exports}${inner}</ipv4><ipv6/></vrf>`;
const frr = (vrfs: string) => `<vrfs xmlns="urn:wasl:frr:l3vpn">${vrfs}</vrfs>`;

function frame(agri: string, hlth = vrf('HLTH', '64900:320')): Frame {
  return {
    ...F1_FACTS,
    pes: {
      'pe-a': { platform: 'frr', xml: frr(vrf('JUST', '64900:310')), vrfs: { JUST: F1_VRFS.JUST } },
      'pe-b': { platform: 'frr', xml: frr(hlth), vrfs: { HLTH: F1_VRFS.HLTH } },
      'pe-c': { platform: 'frr', xml: agri, vrfs: { AGRI: '10.31.0.0/16' } },
    },
  };
}

describe('FRR', () => {
  const rule = (target: string) =>
    `<export-rule><name>PARTNER</name><route-target>0:${target}</route-target><whole-vpn/></export-rule>`;

  it('passes with what the module has', () => {
    const agri = vrf('AGRI', '64900:330', `<export-policy>OLD-EXP</export-policy>${rule('64900:8')}`);
    const { verdict, sentences, assumptions } = judge(frame(frr(agri)));
    expect([sentences, verdict]).toEqual(['', 'pass']);
    expect(assumptions).toContain('export policy OLD-EXP of VRF AGRI at pe-c, which was not read');
  });

  it('knows every node of the module', () => {
    const module = readFileSync(new URL('../../topology/yang/wasl-frr-l3vpn.yang', import.meta.url), 'utf8');
    const configuration = module.slice(module.indexOf('container vrfs {'), module.indexOf('container vrfs-state'));
    const grouping = module.slice(module.indexOf('grouping route-targets'), module.indexOf('grouping next-hops'));
    const nodes = [...`${grouping}${configuration}`.matchAll(/^\s*(?:leaf|leaf-list|list|container) ([\w-]+) \{/gm)];
    const inner = `<export-policy>OLD-EXP</export-policy>${rule('64900:8')}
      <export-rule><name>NARROW</name><route-target>0:64900:9</route-target><prefix>10.33.0.0/24</prefix></export-rule>`;
    const agri = vrf('AGRI', '64900:330', inner).replace('<rd>', '<description>the ministry</description><rd>');
    for (const [, name] of nodes) expect(frr(agri)).toContain(`<${name}`);
    expect(nodes.length).toBeGreaterThan(10);
    expect(judge(frame(frr(agri)))).toMatchObject({ sentences: '', verdict: 'pass' });
  });

  it.each([
    ['import vrf X', vrf('AGRI', '64900:330', '<import-vrf>HLTH</import-vrf>'), 'import-vrf HLTH'],
    ['a leaf of the VRF', vrf('AGRI', '64900:330').replace('<ipv6/>', '<leaks-to>HLTH</leaks-to>'), 'leaks-to HLTH'],
    ['another root', `${vrf('AGRI', '64900:330')}`, 'AGRI'],
  ])('%s is not understood: unknown', (_what, agri, path) => {
    const { of, sentences } = judge(frame(path === 'AGRI' ? agri : frr(agri)));
    expect(of('exact-reachability')).toBe('unknown');
    expect(sentences).toContain(path);
    expect(sentences).toContain('pe-c');
  });

  it("an operator's rule is an export like a plain one", () => {
    const hlth = vrf('HLTH', '64900:320', '<import-rt>0:64900:8</import-rt>');
    expect(judge(frame(frr(vrf('AGRI', '64900:330', rule('64900:8'))), hlth)).of('no-overlap')).toBe('fail');
    expect(judge(frame(frr(vrf('AGRI', '64900:330', rule('64900:9'))), hlth)).verdict).toBe('pass');
    expect(judge(frame(frr(vrf('AGRI', '64900:330', rule('64900:7001'))), hlth)).of('route-target-ownership')).toBe(
      'fail',
    );
  });

  it("an operator's rule for some prefixes puts its target on these, and on no others", () => {
    const hlth = vrf('HLTH', '64900:320', '<import-rt>0:64900:8</import-rt>');
    const narrow = (prefix: string) =>
      `<export-rule><name>PARTNER</name><route-target>0:64900:8</route-target><prefix>${prefix}</prefix></export-rule>`;
    const agri = (prefix: string) => frr(vrf('AGRI', '64900:330', narrow(prefix)));
    expect(judge(frame(agri('10.31.0.0/16'), hlth)).of('no-overlap')).toBe('fail');
    expect(judge(frame(agri('10.33.0.0/24'), hlth)).verdict).toBe('pass');
    expect(judge(frame(agri('what'), hlth)).of('no-overlap')).toBe('fail');
  });
});
