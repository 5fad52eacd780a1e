/** A VRF that stands on a router and takes part in no VPN: nobody's change waits for its answers, and its own VPN's is not proved. */
import { expect, it } from 'vitest';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { junos, junosInstances } from '../support/hand-edits.ts';
import { StagedNetwork } from '../support/staged-network.ts';

const INSTANCES = 'http://yang.juniper.net/junos/conf/routing-instances';
const MOF_IS = {
  deactivated: '<instance inactive="inactive"><name>MOF</name></instance>',
  'a virtual router': '<instance><name>MOF</name><instance-type>virtual-router</instance-type></instance>',
};

async function networkWhere(instance: string): Promise<StagedNetwork> {
  const network = await StagedNetwork.open(DEMO_INVENTORY);
  const configuration = `<configuration xmlns="http://yang.juniper.net/junos/conf/root"><routing-instances xmlns="${INSTANCES}">`;
  network.backbone.router('soh-pe-01').editRunning(`${configuration}${instance}</routing-instances></configuration>`);
  return network;
}

const between = (one: string, prefix: string, other: string, back: string) => [
  { from: one, to: other, prefixes: [prefix] },
  { from: other, to: one, prefixes: [back] },
];

it.each(Object.entries(MOF_IS))('others open beside one that is %s', async (_what, instance) => {
  await using network = await networkWhere(instance);
  const id = network.agree(...between('MOH', '10.100.10.0/24', 'MOE', '10.150.10.0/24'));
  const { verdict, plan } = await network.carryOut(id, 'provision');
  expect([verdict, plan?.routers.map(({ pe }) => pe)]).toEqual(['pass', ['mct-pe-01', 'sll-pe-01', 'soh-pe-01']]);
});

it('what is to open in one that is no VRF any more is not known', async () => {
  await using network = await networkWhere(MOF_IS['a virtual router']);
  const id = network.agree(...between('MOH', '10.100.10.0/24', 'MOF', '10.200.10.0/24'));
  const { plan } = await network.plan(id, network.newChange(id, 'provision'));
  const reach = plan?.proofs.find(({ name }) => name === 'exact-reachability');
  expect([reach?.verdict, reach?.counterExamples[0]?.sentence]).toEqual([
    'unknown',
    expect.stringMatching(
      /^VRF MOF at soh-pe-01: `routing-instances instance MOF instance-type virtual-router` is no VRF, as which the inventory lists it, /,
    ),
  ]);
});

it('nothing is planned into one that is deactivated', async () => {
  await using network = await networkWhere(MOF_IS.deactivated);
  const id = network.agree(...between('MOH', '10.100.10.0/24', 'MOF', '10.200.10.0/24'));
  await expect(network.plan(id, network.newChange(id, 'provision'))).rejects.toMatchObject({
    code: 'OWN_TARGETS_UNKNOWN',
  });
});

it('opens in a VRF whose list of policies begins with one that is deactivated', async () => {
  await using network = await StagedNetwork.open(DEMO_INVENTORY);
  const router = network.backbone.router('soh-pe-01');
  router.editRunning(junos('<policy-statement><name>OLD</name><then><reject/></then></policy-statement>'));
  router.editRunning(
    junosInstances('<instance><name>MOF</name><vrf-import inactive="inactive">OLD</vrf-import></instance>'),
  );
  const before = network.texts();
  const id = network.agree(...between('MOH', '10.100.10.0/24', 'MOF', '10.200.10.0/24'));
  await network.provision(id);
  expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
  expect(network.texts()).toEqual(before);
});
