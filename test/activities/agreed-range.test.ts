/** What is planned of a covering prefix with bounds, and what goes of it. */
import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/domain/inventory.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { DEMO_INVENTORY } from '../support/api-under-test.ts';
import { StagedNetwork } from '../support/staged-network.ts';

describe('an agreed range', () => {
  const RANGE = [
    { from: 'MOH', to: 'MOF', prefixes: ['10.100.0.0/16 le 24'] },
    { from: 'MOF', to: 'MOH', prefixes: ['10.200.10.0/24'] },
  ] as const;
  const gained = (plan: Plan | null | undefined) => [
    ...new Set((plan?.gained ?? []).filter(({ from }) => from === 'MOH').map(({ prefix }) => prefix as string)),
  ];
  const announced = (inventory: Inventory) =>
    inventory.routers
      .flatMap(({ vrfs }) => vrfs.filter(({ vpn }) => vpn === 'MOH'))
      .flatMap(({ attachments }) => attachments.flatMap(({ prefixes }) => prefixes as readonly string[]))
      .filter((prefix) => !prefix.includes(':'));

  it('opens what is announced in it, by name, and says so; what is announced later, the next plan opens', async () => {
    await using network = await StagedNetwork.open(DEMO_INVENTORY);
    const before = network.texts();
    const id = network.agree(...RANGE);
    const [whole] = network.inventories;
    if (whole === undefined) throw new Error('an inventory');
    const [first = ''] = announced(whole);
    const fewer = JSON.parse(JSON.stringify(whole), (key, value) =>
      key === 'attachments'
        ? (value as { prefixes: string[] }[]).filter(({ prefixes }) => !prefixes.includes(first))
        : value,
    ) as Inventory;
    network.inventories.push(fewer);
    const early = await network.plan(id, network.newChange(id, 'provision'));
    expect(gained(early.plan).sort()).toEqual(announced(fewer).sort());
    expect(early.plan?.told?.join()).toContain('10.100.0.0/16 le 24 of MOH is agreed: just now ');
    network.inventories.push(whole);
    const { verdict, plan } = await network.carryOut(id, 'provision');
    expect(verdict).toBe('pass');
    expect(gained(plan).sort()).toEqual([...new Set(announced(whole))].sort());
    expect(JSON.stringify(plan?.routers)).not.toContain('le 24');
    // A removal takes what was opened, whatever is announced since.
    network.inventories.push(fewer);
    expect(await network.carryOut(id, 'withdraw')).toMatchObject({ verdict: 'pass', left: [] });
    expect([...network.texts()].filter(([pe, text]) => before.get(pe) !== text)).toEqual([]);
  });

  it('of which nothing is announced any more is refused', async () => {
    await using network = await StagedNetwork.open(DEMO_INVENTORY);
    const id = network.agree({ from: 'MOH', to: 'MOF', prefixes: ['10.100.200.0/21 le 24'] });
    await expect(network.plan(id, network.newChange(id, 'provision'))).rejects.toMatchObject({
      code: 'PREFIX_NOT_ORIGINATED',
      message: 'no site of MOH announces a network of 10.100.200.0/21 le 24',
    });
  });
});
