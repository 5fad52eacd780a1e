/** Two VRFs of one Junos router exchange routes by auto-export in both; without it what is agreed is not there, whatever the route targets say. */
import { expect, it } from 'vitest';
import { readReachable } from '../../src/activities/network.ts';
import { PLANNING_JOBS } from '../../src/activities/planning-jobs.ts';
import type { VpnId } from '../../src/domain/names.ts';
import { parsePrefix } from '../../src/domain/prefix.ts';
import { openRouter } from '../../src/router/open-router.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { StagedNetwork } from '../support/staged-network.ts';

const AT = '2026-03-01T08:00:00.000Z';
const INSTANCES = 'http://yang.juniper.net/junos/conf/routing-instances';
const onMoe = (autoExport: string) =>
  `<configuration xmlns="http://yang.juniper.net/junos/conf/root"><routing-instances xmlns="${INSTANCES}">` +
  `<instance><name>MOE</name><routing-options>${autoExport}</routing-options></instance></routing-instances></configuration>`;

async function seen({ backbone, agreements: known }: StagedNetwork) {
  const [inventory, { username, password }] = [backbone.inventory(), backbone];
  const deps = { openRouter, credential: () => ({ username, password }), now: () => new Date(), limits: {} };
  const pes = inventory.routers.map(({ name }) => name);
  const { running } = await readReachable(deps as never, inventory, pes);
  const agreements = [...known.values()].map(({ id, flows }) => ({
    ...{ id, state: 'active', standing: 'on-network' as const, validUntil: '2036-12-31T23:59:59Z', flows: flows ?? [] },
  }));
  const common = { inventory, running, agreements };
  const questions = [{ from: 'MOE' as VpnId, to: parsePrefix('10.200.20.0/24') }];
  const [answer] = PLANNING_JOBS.explain({ ...common, unread: new Map(), questions });
  const audit = { at: AT, inventoryVersion: 1, readings: {}, unread: [], inventory, agreements };
  return {
    missing: PLANNING_JOBS.matrix(common).missing.map(({ to, toPe }) => `${to} ${toPe}`),
    audit: PLANNING_JOBS.audit({ ...audit, running: Object.fromEntries(running) }).result.verdict,
    explained: answer?.places.find(({ pe }) => pe === 'soh-pe-01'),
  };
}

it.each([true, false])('is missed where it was taken away (of the operator: %s)', async (isOperators) => {
  await using network = await StagedNetwork.open(DEMO_INVENTORY);
  const soh = network.backbone.router('soh-pe-01');
  if (isOperators) {
    soh.editRunning(onMoe('<auto-export/>'));
    soh.editRunning(onMoe('<auto-export/>').replace('MOE', 'MOF'));
  }
  await network.provision(
    network.agree(
      { from: 'MOF', to: 'MOE', prefixes: ['10.200.20.0/24'] },
      { from: 'MOE', to: 'MOF', prefixes: ['10.150.20.0/24'] },
    ),
  );
  expect(await seen(network)).toMatchObject({ missing: [], audit: 'pass', explained: { verdict: 'reached' } });
  soh.editRunning(onMoe('<auto-export nc:operation="delete"/>'), 'none');
  const { missing, audit, explained } = await seen(network);
  expect([missing.sort(), audit, explained?.verdict]).toEqual([['MOE soh-pe-01', 'MOF soh-pe-01'], 'fail', 'unknown']);
  expect(explained?.because.at(-1)).toBe(
    'auto-export is not on in both of VRF MOF and VRF MOE: without it soh-pe-01 gives no routes from one to the other',
  );
});

it.each(['<auto-export inactive="inactive"/>', '<auto-export><disable/></auto-export>'])(
  'is not switched on against an operator who switched it off: %s',
  async (off) => {
    await using network = await StagedNetwork.open(DEMO_INVENTORY);
    network.backbone.router('soh-pe-01').editRunning(onMoe(off));
    const id = network.agree({ from: 'MOF', to: 'MOE', prefixes: ['10.200.20.0/24'] });
    await expect(network.plan(id, network.newChange(id, 'provision'))).rejects.toMatchObject({
      code: 'AUTO_EXPORT_OFF',
      path: expect.stringContaining('MOE'),
    });
  },
);
