/** What sends packets elsewhere than the routes of their VRF, on the simulated routers: it keeps what opens from being planned, and nothing else. */
import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../src/proof/prove-change.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { BOTH_WAYS, StagedNetwork } from '../support/staged-network.ts';

const cisco = (model: string) => `http://cisco.com/ns/yang/Cisco-IOS-XR-um-${model}-cfg`;
const HOP = '<nexthop1><ipv4>192.0.2.1</ipv4><vrf>MOE</vrf></nexthop1>';
const ABF = `<ipv4 xmlns="${cisco('ipv4-access-list')}"><access-lists><access-list><access-list-name>ABF</access-list-name><sequences>
  <sequence><sequence-number>5</sequence-number><remark>steer</remark></sequence>
  <sequence><sequence-number>10</sequence-number><permit><protocol>ipv4</protocol><source><any/></source><destination><any/></destination>${HOP}</permit></sequence>
  </sequences></access-list></access-lists></ipv4>`;
const PBR = `<policy-map xmlns="${cisco('policymap-classmap')}"><type><pbr><policy-map-name>STEER</policy-map-name><class><name>WEB</name><type>traffic</type>
  <redirect-ipv4><nexthop1><address>192.0.2.1</address><vrf>MOE</vrf></nexthop1></redirect-ipv4></class></pbr></type></policy-map>`;
const STATIC = `<router xmlns="${cisco('router-static')}"><static><vrfs><vrf><vrf-name>MOH</vrf-name><address-family><ipv4><unicast><prefixes><prefix>
  <prefix-address>10.99.0.0</prefix-address><prefix-length>16</prefix-length><vrfs><vrf><vrf-name>MOE</vrf-name><nexthop-addresses><nexthop-address>
  <address>192.0.2.1</address></nexthop-address></nexthop-addresses></vrf></vrfs></prefix></prefixes></unicast></ipv4></address-family></vrf></vrfs></static></router>`;

const GROUPS_OF_XR = 'http://cisco.com/ns/yang/Cisco-IOS-XR-group-cfg';
const TAKES_MOH = `<address-family><ipv4><unicast><import xmlns="${cisco('router-bgp')}"><route-target><two-byte-as-route-targets><two-byte-as-route-target>
  <two-byte-as-number>65000</two-byte-as-number><asn2-index>100</asn2-index><stitching>disable</stitching>
  </two-byte-as-route-target></two-byte-as-route-targets></route-target></import></unicast></ipv4></address-family>`;
const vrfs = (head: string, inside: string) => `<vrfs xmlns="${cisco('vrf')}"><vrf>${head}${inside}</vrf></vrfs>`;

const junos = (inside: string) =>
  `<configuration xmlns="http://yang.juniper.net/junos/conf/root">${inside}</configuration>`;
const part = (name: string, inside: string) =>
  `<${name} xmlns="http://yang.juniper.net/junos/conf/${name}">${inside}</${name}>`;
const FBF = junos(
  part(
    'firewall',
    '<family><inet><filter><name>F</name><term><name>1</name><then><routing-instance><routing-instance-name>MOE</routing-instance-name></routing-instance></then></term></filter></inet></family>',
  ),
);
const GROUP = junos(
  `<groups><name>G</name>${part('routing-options', '<static><route><name>10.0.0.0/8</name><next-table>MOF.inet.0</next-table></route></static>')}</groups>
  ${part('routing-options', '<apply-groups>G</apply-groups>')}`,
);

describe.each([
  ['a filter', FBF, 'configuration firewall family inet filter F term 1 then routing-instance', 'soh-pe-01'],
  ['a group of routing options', GROUP, 'configuration routing-options apply-groups G', 'soh-pe-01'],
  ['an access list', ABF, 'ipv4 access-lists access-list ABF sequences sequence 10 permit nexthop1', 'mct-pe-01'],
  ['a policy map', PBR, 'policy-map type pbr STEER class WEB redirect-ipv4 nexthop1 192.0.2.1', 'mct-pe-01'],
  [
    'a static route',
    STATIC,
    'router static vrfs vrf MOH address-family ipv4 unicast prefixes prefix vrfs',
    'mct-pe-01',
  ],
])('%s into another VRF', (_what, config, path, at) => {
  it('on a router of a party keeps the proof unknown', async () => {
    await using network = await StagedNetwork.open(DEMO_INVENTORY);
    network.backbone.router(at).editRunning(config);
    const id = network.agree(...BOTH_WAYS);
    const { plan } = await network.plan(id, network.newChange(id, 'provision'));
    expect(verdictOf(plan?.proofs ?? [])).toBe('unknown');
    expect(JSON.stringify(plan?.proofs)).toContain(`${at}: \`${path}`);
  });

  it('is seen at the push where it came after the plan', async () => {
    await using network = await StagedNetwork.open(DEMO_INVENTORY);
    const { changeId, planId } = await network.planned(...BOTH_WAYS);
    network.backbone.router(at).editRunning(config);
    expect(await network.push(changeId, planId)).toMatchObject({ verdict: 'fail', stage: 'prepare' });
  });

  it('holds no withdrawal up, and stays', async () => {
    await using network = await StagedNetwork.open(DEMO_INVENTORY);
    const id = network.agree(...BOTH_WAYS);
    await network.provision(id);
    const router = network.backbone.router(at);
    router.editRunning(config);
    expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass' });
    expect(router.runningText()).not.toContain('WASL-');
    expect(router.runningText()).toMatch(/192\.0\.2\.1|routing-instance-name|next-table/);
  });
});

/** A group of IOS XR, of which get-config has the name: here it lets MOE take what MOH gives, on mct-pe-01. */
const EXTRANET = `<groups xmlns="${GROUPS_OF_XR}"><group><group-name>EXTRANET</group-name>${vrfs('<vrf-name>MO[E]</vrf-name>', TAKES_MOH)}</group></groups>`;

describe.each([
  ['everything', `<apply-groups xmlns="${GROUPS_OF_XR}"><apply-group>EXTRANET</apply-group></apply-groups>`],
  ['one VRF', vrfs('<vrf-name>MOE</vrf-name><apply-groups>EXTRANET</apply-groups>', '')],
])('a group of IOS XR that is applied to %s', (what, applied) => {
  it('is in force without being shown, and keeps the proof unknown by its name', async () => {
    await using network = await StagedNetwork.open(DEMO_INVENTORY);
    const router = network.backbone.router('mct-pe-01');
    const hasMoh = () => router.routes('MOE', 'ipv4').some(({ prefix }) => prefix === '10.100.10.0/24');
    router.editRunning(EXTRANET);
    expect(hasMoh()).toBe(false);
    router.editRunning(applied);
    expect(hasMoh()).toBe(true);
    const id = network.agree(...BOTH_WAYS);
    const { plan } = await network.plan(id, network.newChange(id, 'provision'));
    expect(verdictOf(plan?.proofs ?? [])).toBe('unknown');
    const path = what === 'everything' ? 'apply-groups apply-group EXTRANET' : 'vrfs vrf MOE apply-groups EXTRANET';
    expect(JSON.stringify(plan?.proofs)).toContain(`\`${path}\` inherits from group EXTRANET`);
  });
});
