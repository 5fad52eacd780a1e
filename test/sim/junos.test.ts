import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Backbone, startBackbone } from '../../src/sim/backbone.ts';
import { makeInventory, prefix6Of, prefixOf, probeOf } from './support/fixtures.ts';
import {
  COMMIT,
  DISCARD,
  edit,
  editUnchecked,
  junosAdd,
  junosCommunity,
  junosInstance,
  junosPolicyOptions,
  VALIDATE,
} from './support/operations.ts';
import { errorsOf, find, findAll, isOk, RawClient } from './support/raw-client.ts';

const INVENTORY = makeInventory(
  ['MOH', 'MOF', 'ROP'],
  [
    {
      name: 'pe1',
      platform: 'junos-yang',
      vrfs: [
        { vpn: 'MOH', site: 1 },
        { vpn: 'MOF', site: 1 },
      ],
    },
    {
      name: 'pe2',
      platform: 'junos-yang',
      vrfs: [
        { vpn: 'MOF', site: 2 },
        { vpn: 'ROP', site: 2 },
      ],
    },
  ],
);

describe('a Junos router', () => {
  let backbone: Backbone;
  let pe1: RawClient;
  let pe2: RawClient;
  beforeAll(async () => {
    backbone = await startBackbone({
      inventory: INVENTORY,
      operatorExportPolicies: [{ router: 'pe2', vrf: 'ROP', style: 'final' }],
    });
    pe1 = await RawClient.connect(backbone.router('pe1'));
    pe2 = await RawClient.connect(backbone.router('pe2'));
  });
  afterAll(() => backbone.close());
  beforeEach(async () => {
    await pe1.rpc(DISCARD);
    await pe2.rpc(DISCARD);
  });

  const networks = (router: string, vrf: string, family: 'ipv4' | 'ipv6' = 'ipv4'): string[] =>
    backbone
      .router(router)
      .routes(vrf, family)
      .map((route) => route.prefix);
  /** Commits, looks, and puts everything back as it was. */
  const during = async (client: RawClient, router: string, config: string, look: () => void | Promise<void>) => {
    const before = backbone.router(router).runningText();
    expect(errorsOf(await client.rpc(edit(config)))).toEqual([]);
    expect(errorsOf(await client.rpc('<commit><confirmed/></commit>'))).toEqual([]);
    try {
      await look();
    } finally {
      // Session-bound: it ends with a restore when the session does; here the test restores by hand to keep the session.
      backbone.router(router).reboot({ downMs: 0 });
      expect(backbone.router(router).runningText()).toBe(before);
      await expect.poll(() => backbone.router(router).isUp()).toBe(true);
      const again = await RawClient.connect(backbone.router(router));
      if (router === 'pe1') pe1 = again;
      else pe2 = again;
    }
  };
  const term = (name: string, from: string, then: string): string =>
    `<term><name>${name}</name>${from === '' ? '' : `<from>${from}</from>`}<then>${then}</then></term>`;
  const statement = (name: string, ...terms: readonly string[]): string =>
    `<policy-statement><name>${name}</name>${terms.join('')}</policy-statement>`;
  const prefixList = (name: string, prefix: string): string =>
    `<prefix-list><name>${name}</name><prefix-list-item><name>${prefix}</name></prefix-list-item></prefix-list>`;
  const community = (name: string): string => `<community>${name}</community>`;

  const OWN = junosCommunity('WASL-OWN', 'target:65000:200');
  const EXTRA = junosCommunity('WASL-EXTRA', 'target:65000:90001');

  it('says ok and a warning together, and results of each routing engine', async () => {
    const reply = await pe1.rpc(VALIDATE);
    expect(isOk(reply)).toBe(true);
    expect(find(reply, 'error-severity')?.text).toBe('warning');
    expect(find(reply, 'error-message')?.text).toContain('statement has no contents');
    expect(find(reply, 'commit-check-success')).toBeDefined();
  });

  it('puts errors inside commit-results, without ok, and changes nothing', async () => {
    const before = backbone.router('pe1').runningText();
    await pe1.rpc(editUnchecked(junosInstance('MOH', '<vrf-import>NOWHERE</vrf-import>')));
    const reply = await pe1.rpc(COMMIT);
    expect(reply.children.map((child) => child.name)).toEqual(['commit-results']);
    expect(errorsOf(reply)).toEqual([
      "operation-failed: Policy error: Policy 'NOWHERE' referenced but not defined (not found)",
    ]);
    expect(backbone.router('pe1').runningText()).toBe(before);
  });

  it.each([
    ['a community', statement('P', term('t', '', junosAdd('NONE'))), "Community 'NONE' referenced"],
    [
      'a prefix-list',
      statement('P', term('t', '<prefix-list><name>NONE</name></prefix-list>', '<accept/>')),
      "Prefix-list 'NONE' referenced",
    ],
    ['a community with a bad target', junosCommunity('BAD', 'target:65000'), 'invalid community member'],
  ])('refuses a policy with %s that is missing', async (_what, options, message) => {
    await pe1.rpc(editUnchecked(junosPolicyOptions(options)));
    expect(errorsOf(await pe1.rpc(VALIDATE))[0]).toContain(message);
  });

  it('refuses a vrf without RD or without any target', async () => {
    await pe1.rpc(editUnchecked(junosInstance('NEW', '<instance-type>vrf</instance-type>')));
    expect(errorsOf(await pe1.rpc(VALIDATE))).toHaveLength(2);
  });

  it('imports with vrf-import what its policies accept, by communities', async () => {
    const options = junosPolicyOptions(
      statement('WASL-IMP', term('own', community('WASL-OWN'), '<accept/>'), term('rest', '', '<reject/>')) + OWN,
    );
    await during(pe2, 'pe2', options + junosInstance('ROP', '<vrf-import>WASL-IMP</vrf-import>'), () => {
      expect(networks('pe2', 'ROP')).toEqual([prefixOf(1, 1), prefixOf(2, 2)]);
    });
    expect(networks('pe2', 'ROP')).toEqual([prefixOf(2, 2)]);
  });

  it('imports every VPN route when the chain ends without reject: the default of vrf-import is accept', async () => {
    const options = junosPolicyOptions(statement('WASL-IMP', term('own', community('WASL-OWN'), '<accept/>')) + OWN);
    await during(pe2, 'pe2', options + junosInstance('ROP', '<vrf-import>WASL-IMP</vrf-import>'), () => {
      expect(networks('pe2', 'ROP')).toEqual([prefixOf(0, 1), prefixOf(1, 1), prefixOf(2, 2)]);
    });
  });

  it('exports with vrf-export only what its policies accept, with only the targets they add', async () => {
    const exported = () =>
      backbone
        .router('pe2')
        .routes('MOF', 'ipv4')
        .find((route) => route.fromRouter === 'pe1');
    expect([...(exported()?.targets ?? [])]).toEqual(['0:65000:200']);
    const options = junosPolicyOptions(
      prefixList('WASL-PFX', prefixOf(1, 1)) +
        statement(
          'WASL-EXP',
          term(
            'extra',
            '<family>inet</family><prefix-list><name>WASL-PFX</name></prefix-list>',
            `${junosAdd('WASL-EXTRA')}${junosAdd('WASL-OWN')}<accept/>`,
          ),
        ) +
        OWN +
        EXTRA,
    );
    await during(pe1, 'pe1', options + junosInstance('MOF', '<vrf-export>WASL-EXP</vrf-export>'), () => {
      expect([...(exported()?.targets ?? [])].sort()).toEqual(['0:65000:200', '0:65000:90001']);
      // No term takes the IPv6 route, and the default of vrf-export is reject.
      expect(networks('pe2', 'MOF', 'ipv6')).toEqual([prefix6Of(1, 2)]);
    });
    expect(networks('pe2', 'MOF', 'ipv6')).toEqual([prefix6Of(1, 1), prefix6Of(1, 2)]);
  });

  it('drops what a chain marks but does not accept: the default of vrf-export is reject', async () => {
    const options = junosPolicyOptions(statement('WASL-EXP', term('mark', '', junosAdd('WASL-OWN'))) + OWN);
    await during(pe1, 'pe1', options + junosInstance('MOF', '<vrf-export>WASL-EXP</vrf-export>'), () => {
      expect(networks('pe2', 'MOF')).toEqual([prefixOf(1, 2)]);
    });
  });

  it('runs a chain in order: next policy falls through, set wipes what came before', async () => {
    const add = statement('WASL-A', term('t', '', `${junosAdd('WASL-EXTRA')}<next>policy</next>`));
    const keep = statement('OP-KEEP', term('t', '', `${junosAdd('WASL-OWN')}<accept/>`));
    const wipe = statement('OP-WIPE', term('t', '', `${junosAdd('WASL-OWN', 'set')}<accept/>`));
    const targets = () =>
      [
        ...(backbone
          .router('pe2')
          .routes('MOF', 'ipv4')
          .find((route) => route.fromRouter === 'pe1')?.targets ?? []),
      ].sort();
    const chain = (second: string) =>
      junosPolicyOptions(add + keep + wipe + OWN + EXTRA) +
      junosInstance('MOF', `<vrf-export>WASL-A</vrf-export><vrf-export>${second}</vrf-export>`);
    await during(pe1, 'pe1', chain('OP-KEEP'), () => expect(targets()).toEqual(['0:65000:200', '0:65000:90001']));
    await during(pe1, 'pe1', chain('OP-WIPE'), () => expect(targets()).toEqual(['0:65000:200']));
  });

  it('leaks between VRFs of one router only with auto-export in both', async () => {
    const options = junosPolicyOptions(
      statement('WASL-IMP', term('t', community('WASL-OWN'), '<accept/>'), term('rest', '', '<reject/>')) + OWN,
    );
    const autoExport = '<routing-options><auto-export/></routing-options>';
    const importing = junosInstance('MOH', `<vrf-import>WASL-IMP</vrf-import>${autoExport}`);
    await during(pe1, 'pe1', options + importing, () => {
      expect(networks('pe1', 'MOH')).toEqual([prefixOf(0, 1), prefixOf(1, 2)]);
    });
    await during(pe1, 'pe1', options + importing + junosInstance('MOF', autoExport), () => {
      expect(networks('pe1', 'MOH')).toEqual([prefixOf(0, 1), prefixOf(1, 1), prefixOf(1, 2)]);
    });
  });

  describe('operational rpcs', () => {
    const ROUTE = 'http://yang.juniper.net/junos/rpc/route';
    const show = async (content: string): Promise<string[]> => {
      const reply = await pe2.rpc(`<get-route-information xmlns="${ROUTE}">${content}</get-route-information>`);
      return findAll(reply, 'rt').map((rt) => `${find(rt, 'rt-destination')?.text} ${find(rt, 'protocol-name')?.text}`);
    };

    it('shows a table, an address by its longest match, a prefix by what is inside', async () => {
      expect(await show('<table>MOF.inet.0</table><active-path/>')).toEqual([
        `${prefixOf(1, 1)} BGP`,
        `${prefixOf(1, 2)} Direct`,
      ]);
      expect(await show(`<destination>${probeOf(1, 1)}</destination><table>MOF.inet.0</table>`)).toEqual([
        `${prefixOf(1, 1)} BGP`,
      ]);
      expect(await show('<destination>10.2.0.0/16</destination><table>MOF.inet.0</table>')).toHaveLength(2);
      expect(await show('<destination>10.2.0.0/16</destination><match>exact</match><table>MOF.inet.0</table>')).toEqual(
        [],
      );
      expect(await show('<table>XXX.inet.0</table>')).toEqual([]);
      expect((await show('')).length).toBeGreaterThan(4);
    });

    it('shows route targets in detail', async () => {
      const reply = await pe2.rpc(
        `<get-route-information xmlns="${ROUTE}"><level>detail</level><table>MOF.inet.0</table></get-route-information>`,
      );
      expect(find(reply, 'extended-community')?.text).toBe('target:65000:200');
      expect(find(reply, 'rt-prefix-length')?.text).toBe('24');
    });

    it('pings', async () => {
      const ping = async (host: string, instance: string) =>
        pe2.rpc(
          `<ping xmlns="http://yang.juniper.net/junos/rpc/ping"><count>2</count><rapid/><routing-instance>${instance}</routing-instance><host>${host}</host></ping>`,
        );
      const good = await ping(probeOf(1, 1), 'MOF');
      expect(find(good, 'responses-received')?.text).toBe('2');
      expect(find(good, 'ping-success')).toBeDefined();
      const bad = await ping(probeOf(0, 1), 'MOF');
      expect(find(bad, 'responses-received')?.text).toBe('0');
      expect(find(bad, 'packet-loss')?.text).toBe('100');
      expect(find(await ping(probeOf(1, 1), 'XXX'), 'ping-failure')).toBeDefined();
    });
  });
});
