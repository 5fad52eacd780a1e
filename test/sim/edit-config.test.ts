import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Backbone, startBackbone } from '../../src/sim/backbone.ts';
import { FOUR_ROUTERS } from './support/fixtures.ts';
import {
  DISCARD,
  type EditOptions,
  edit,
  editUnchecked,
  getConfig,
  junosConfiguration,
  junosInstance,
  xrDescription,
  xrTarget,
  xrVrfs,
} from './support/operations.ts';
import { errorsOf, find, findAll, isOk, RawClient } from './support/raw-client.ts';

// RFC 6241 §6, §7.1, §7.2 and RFC 7950 §7.5 to §7.8, over the wire.
describe('edit-config and get-config', () => {
  let backbone: Backbone;
  let xr: RawClient;
  let junos: RawClient;

  beforeAll(async () => {
    backbone = await startBackbone({ inventory: FOUR_ROUTERS });
    xr = await RawClient.connect(backbone.router('pe1'));
    junos = await RawClient.connect(backbone.router('pe4'));
  });
  afterAll(() => backbone.close());
  beforeEach(async () => {
    await xr.rpc(DISCARD);
    await junos.rpc(DISCARD);
  });

  const editXr = (config: string, options: EditOptions = {}) => xr.rpc(edit(config, options));
  const candidate = (): string => backbone.router('pe1').candidateText();

  it('merges into the candidate and leaves running alone', async () => {
    const before = backbone.router('pe1').runningText();
    expect(isOk(await editXr(xrDescription('MOH', 'changed')))).toBe(true);
    expect(candidate()).toContain('<description>changed</description>');
    expect(backbone.router('pe1').runningText()).toBe(before);
  });

  it('refuses to create what exists and to delete what does not', async () => {
    expect(errorsOf(await editXr(xrTarget('MOH', 'import', 100, 'create')))[0]).toMatch(/^data-exists/);
    expect(errorsOf(await editXr(xrTarget('MOH', 'import', 777, 'delete')))[0]).toMatch(/^data-missing/);
    expect(isOk(await editXr(xrTarget('MOH', 'import', 777, 'remove')))).toBe(true);
  });

  it('names the place of an error with its namespaces', async () => {
    const reply = await editXr(xrTarget('MOH', 'import', 777, 'delete'));
    const path = find(reply, 'error-path');
    expect(path?.text).toBe(
      "/um-vrf-cfg:vrfs/um-vrf-cfg:vrf[um-vrf-cfg:vrf-name='MOH']/um-vrf-cfg:address-family/um-vrf-cfg:ipv4/um-vrf-cfg:unicast/um-router-bgp-cfg:import/um-router-bgp-cfg:route-target/um-router-bgp-cfg:two-byte-as-route-targets/um-router-bgp-cfg:two-byte-as-route-target[um-router-bgp-cfg:two-byte-as-number='65000'][um-router-bgp-cfg:asn2-index='777'][um-router-bgp-cfg:stitching='disable']",
    );
    expect(path?.rawAttributes.get('xmlns:um-vrf-cfg')).toBe('http://cisco.com/ns/yang/Cisco-IOS-XR-um-vrf-cfg');
  });

  it('makes nothing on the way under default-operation none', async () => {
    const reply = await editXr(xrTarget('NEW', 'import', 777, 'create'), { defaultOperation: 'none' });
    expect(errorsOf(reply)[0]).toMatch(/^data-missing/);
    expect(candidate()).not.toContain('NEW');
    expect(isOk(await editXr(xrTarget('MOH', 'import', 777, 'create'), { defaultOperation: 'none' }))).toBe(true);
  });

  it('makes a missing list entry on the way under merge', async () => {
    expect(isOk(await editXr(xrTarget('NEW', 'import', 777, 'create')))).toBe(true);
    expect(candidate()).toContain('<vrf-name>NEW</vrf-name>');
  });

  it('replaces only what carries the operation, and everything under default-operation replace', async () => {
    const replaced = xrVrfs(
      '<vrf nc:operation="replace"><vrf-name>MOH</vrf-name><description>bare</description></vrf>',
    );
    expect(isOk(await editXr(replaced))).toBe(true);
    expect(candidate()).not.toContain('VPN MOH');
    expect(candidate()).toContain('VPN ROP');
    expect(isOk(await editXr(xrDescription('MOH', 'only'), { defaultOperation: 'replace' }))).toBe(true);
    expect(candidate()).not.toContain('ROP');
  });

  it('takes containers without presence away with their last child, and gives the same text after undoing', async () => {
    const before = candidate();
    await editXr(xrTarget('MOH', 'import', 100, 'delete') + xrTarget('MOH', 'export', 100, 'delete'));
    expect(candidate()).toContain('<unicast/>');
    await editXr(xrTarget('MOH', 'export', 100, 'create') + xrTarget('MOH', 'import', 100, 'create'));
    expect(candidate()).toBe(before);
  });

  it('keeps list entries in the order of their keys, whatever the order of the edits', async () => {
    await editXr(xrTarget('MOH', 'import', 90) + xrTarget('MOH', 'import', 1000) + xrTarget('MOH', 'import', 200));
    const numbers = [...candidate().matchAll(/<asn2-index>(\d+)</g)].map((match) => Number(match[1]));
    expect(numbers.slice(0, 4)).toEqual([90, 100, 200, 1000]);
  });

  describe('error-option', () => {
    const half = xrTarget('MOH', 'import', 777) + xrTarget('MOH', 'import', 100) + xrTarget('MOH', 'import', 888);

    it('stop-on-error leaves what came before the error', async () => {
      expect(errorsOf(await editXr(half))).toHaveLength(1);
      expect(candidate()).toContain('777');
      expect(candidate()).not.toContain('888');
    });

    it('continue-on-error leaves all but the error', async () => {
      expect(errorsOf(await editXr(half, { errorOption: 'continue-on-error' }))).toHaveLength(1);
      expect(candidate()).toContain('777');
      expect(candidate()).toContain('888');
    });

    it('rollback-on-error leaves nothing', async () => {
      const before = candidate();
      expect(errorsOf(await editXr(half, { errorOption: 'rollback-on-error' }))).toHaveLength(1);
      expect(candidate()).toBe(before);
    });

    it('is refused where the capability is missing', async () => {
      const reply = await junos.rpc(
        edit(junosInstance('MOH', '<description>x</description>'), { errorOption: 'rollback-on-error' }),
      );
      expect(errorsOf(reply)[0]).toMatch(/^invalid-value: error-option/);
    });
  });

  it('test-only changes nothing', async () => {
    const before = candidate();
    expect(isOk(await editXr(xrDescription('MOH', 'tested'), { testOption: 'test-only' }))).toBe(true);
    expect(errorsOf(await editXr(xrTarget('MOH', 'import', 100), { testOption: 'test-only' }))).toHaveLength(1);
    expect(candidate()).toBe(before);
  });

  it.each([
    ['an unknown element', xrVrfs('<vrf><vrf-name>MOH</vrf-name><colour>red</colour></vrf>'), 'unknown-element'],
    ['a known element of another module', '<vrfs xmlns="urn:other"/>', 'unknown-namespace'],
    ['a list entry without its key', xrVrfs('<vrf><description>x</description></vrf>'), 'missing-element'],
    ['a value out of range', xrTarget('MOH', 'import', 4_294_967_296), 'invalid-value'],
    ['an operation that does not exist', xrDescription('MOH', 'x', ' nc:operation="destroy"'), 'bad-attribute'],
    [
      'a position in a list of the system',
      xrVrfs('<vrf yang:insert="first"><vrf-name>MOH</vrf-name></vrf>'),
      'bad-attribute',
    ],
  ])('refuses %s', async (_what, config, tag) => {
    expect(errorsOf(await editXr(config))[0]).toMatch(new RegExp(`^${tag}`));
  });

  it('refuses to write running and to edit without config', async () => {
    const target = '<edit-config><target><running/></target><config/></edit-config>';
    expect(errorsOf(await xr.rpc(target))[0]).toMatch(/^operation-not-supported/);
    const without = '<edit-config><target><candidate/></target></edit-config>';
    expect(errorsOf(await xr.rpc(without))[0]).toMatch(/^missing-element/);
  });

  it('puts entries of user-ordered lists where insert says', async () => {
    const add = (name: string, attributes = '') =>
      junosInstance('MOF', `<vrf-export${attributes}>${name}</vrf-export>`);
    await junos.rpc(editUnchecked(add('A')));
    await junos.rpc(editUnchecked(add('B')));
    await junos.rpc(editUnchecked(add('C', ' yang:insert="first"')));
    await junos.rpc(editUnchecked(add('D', ' yang:insert="before" yang:value="B"')));
    await junos.rpc(editUnchecked(add('E', ' yang:insert="after" yang:value="C"')));
    const order = () =>
      [
        ...backbone
          .router('pe4')
          .candidateText()
          .matchAll(/<vrf-export>(\w)</g),
      ]
        .map((match) => match[1])
        .join('');
    expect(order()).toBe('CEADB');
    await junos.rpc(editUnchecked(add('B', ' yang:insert="first"')));
    expect(order()).toBe('BCEAD');
    const lost = await junos.rpc(editUnchecked(add('F', ' yang:insert="after" yang:value="Z"')));
    expect(errorsOf(lost)[0]).toMatch(/^bad-attribute.*missing-instance/);
  });

  it('lets one case of a choice take the place of the other', async () => {
    const then = (what: string) =>
      junosConfiguration(
        `<policy-options xmlns="http://yang.juniper.net/junos/conf/policy-options"><policy-statement><name>OPERATOR-PASS-ALL</name><then><${what}/></then></policy-statement></policy-options>`,
      );
    await junos.rpc(edit(then('reject')));
    expect(backbone.router('pe4').candidateText()).not.toContain('<accept/>');
  });

  describe('subtree filters', () => {
    const read = async (filter: string) => find(await xr.rpc(getConfig('running', filter)), 'data');
    const namesOf = (data: Awaited<ReturnType<typeof read>>) =>
      data === undefined ? [] : findAll(data, 'vrf-name').map((name) => name.text);

    it('selects an entry by a content match', async () => {
      const data = await read(xrVrfs('<vrf><vrf-name>ROP</vrf-name></vrf>'));
      expect(namesOf(data)).toEqual(['ROP']);
      expect(data && find(data, 'description')?.text).toBe('VPN ROP');
    });

    it('selects only the nodes asked for, with the keys', async () => {
      const data = await read(xrVrfs('<vrf><description/></vrf>'));
      expect(namesOf(data)).toEqual(['MOH', 'ROP']);
      expect(data && find(data, 'address-family')).toBeUndefined();
    });

    it('joins several filters of the same list', async () => {
      const data = await read(
        xrVrfs('<vrf><vrf-name>ROP</vrf-name><description/></vrf><vrf><vrf-name>MOH</vrf-name><description/></vrf>'),
      );
      expect(namesOf(data)).toEqual(['MOH', 'ROP']);
    });

    it('gives nothing for a wrong name, a wrong namespace and an empty filter', async () => {
      expect((await read(xrVrfs('<vrf><vrf-name>XXX</vrf-name></vrf>')))?.children).toEqual([]);
      expect((await read('<vrfs xmlns="urn:other"/>'))?.children).toEqual([]);
      const empty = await xr.rpc('<get-config><source><running/></source><filter type="subtree"/></get-config>');
      expect(find(empty, 'data')?.children).toEqual([]);
    });

    it('refuses xpath, which is not advertised', async () => {
      const reply = await xr.rpc(
        '<get-config><source><running/></source><filter type="xpath" select="/"/></get-config>',
      );
      expect(errorsOf(reply)[0]).toMatch(/^bad-attribute/);
    });
  });
});
