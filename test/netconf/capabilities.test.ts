import { describe, expect, it } from 'vitest';
import { Capabilities } from '../../src/netconf/index.ts';
import { agreeFraming } from '../../src/netconf/message/hello.ts';

describe('capabilities', () => {
  it('are found by short name, with and without version', () => {
    const offered = new Capabilities(['urn:ietf:params:netconf:capability:validate:1.0', 'urn:x?module=a']);
    expect(
      [':validate', ':validate:1.0', ':validate:1.1', ':candidate', 'urn:x'].map((name) => offered.has(name)),
    ).toEqual([true, true, false, false, true]);
  });

  it('of Junos are normalised', () => {
    const junos = new Capabilities([
      'urn:ietf:params:xml:ns:netconf:base:1.0',
      'urn:ietf:params:xml:ns:netconf:capability:candidate:1.0',
      'urn:ietf:params:xml:ns:netconf:capability:confirmed-commit:1.0',
      'urn:ietf:params:xml:ns:netconf:capability:url:1.0?protocol=http,ftp,file',
      'http://xml.juniper.net/netconf/junos/1.0',
    ]);
    expect(junos.base).toEqual({ '1.0': true, '1.1': false });
    expect(junos.has(':candidate')).toBe(true);
    expect(junos.confirmedCommit).toBe('1.0');
    expect(junos.urlSchemes).toEqual(['http', 'ftp', 'file']);
  });

  it('of the protocol are their exact URIs: a module by its namespace says nothing of the base (N4)', () => {
    const module = 'urn:ietf:params:xml:ns:netconf:base:1.0?module=ietf-netconf&revision=2011-06-01';
    const xr = new Capabilities([module, 'urn:ietf:params:netconf:base:1.1']);
    expect(xr.base).toEqual({ '1.0': false, '1.1': true });
    expect(xr.has('urn:ietf:params:netconf:base:1.0')).toBe(false);
    expect(xr.modules.map(({ namespace }) => namespace)).toEqual(['urn:ietf:params:xml:ns:netconf:base:1.0']);
    for (const uri of [
      module,
      'urn:ietf:params:netconf:base:1.0?x=y',
      'urn:ietf:params:netconf:base:1.10',
      'urn:ietf:params:xml:ns:netconf:base:1.1',
      'urn:ietf:params:xml:ns:netconf:base:1.0?',
      'URN:ietf:params:netconf:base:1.0',
    ]) {
      expect([uri, new Capabilities([uri]).base]).toEqual([uri, { '1.0': false, '1.1': false }]);
    }
    const notACapability = 'urn:ietf:params:xml:ns:netconf:capability:candidate:1.0?module=x&revision=2020-01-01';
    expect(new Capabilities([notACapability]).has(':candidate')).toBe(false);
    expect(() => agreeFraming(['1.0'], xr)).toThrow('no common base version');
    expect(agreeFraming(['1.0', '1.1'], xr)).toBe('chunked');
    expect(() => agreeFraming(['1.0', '1.1'], new Capabilities([module]))).toThrow('no common base version');
  });

  it('have parameters, however often they are escaped', () => {
    const offered = new Capabilities([
      ' urn:ietf:params:netconf:capability:with-defaults:1.0?basic-mode=explicit&amp;also-supported=report-all,trim ',
      'urn:m?module=ietf-x&revision=2020-01-01&features=a,b&deviations=d%20e',
    ]);
    expect(offered.withDefaults).toEqual({ basicMode: 'explicit', alsoSupported: ['report-all', 'trim'] });
    expect(offered.modules).toEqual([
      { name: 'ietf-x', namespace: 'urn:m', revision: '2020-01-01', features: ['a', 'b'], deviations: ['d e'] },
    ]);
  });

  it('prefer the higher version, and none is null', () => {
    const both = ['1.0', '1.1'].map((version) => `urn:ietf:params:netconf:capability:confirmed-commit:${version}`);
    expect(new Capabilities(both).confirmedCommit).toBe('1.1');
    expect(new Capabilities([]).confirmedCommit).toBeNull();
    expect(new Capabilities([]).withDefaults).toBeNull();
  });
});
