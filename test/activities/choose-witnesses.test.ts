/** Which PEs outside of a change are looked at: one of each way to take what the change could move, whatever the limit. */
import { describe, expect, it } from 'vitest';
import { chooseWitnesses } from '../../src/activities/choose-witnesses.ts';
import type { Inventory, InventoryRouter } from '../../src/domain/inventory.ts';
import type { PeName } from '../../src/domain/names.ts';
import type { RunningVrf } from '../../src/domain/network-view.ts';
import type { RouteTarget } from '../../src/domain/route-target.ts';

interface Site {
  readonly vpn: string;
  readonly imports: readonly string[];
  readonly exports?: readonly string[];
}

const target = (text: string) => `0:65000:${text}` as RouteTarget;

function question(sites: Readonly<Record<string, readonly Site[]>>, maintenance: readonly string[] = []) {
  const routers = Object.entries(sites).map(
    ([name, vrfs]) =>
      ({
        name,
        maintenance: maintenance.includes(name),
        vrfs: vrfs.filter(({ vpn }) => vpn !== 'unlisted').map(({ vpn }) => ({ name: vpn, vpn })),
      }) as unknown as InventoryRouter,
  );
  const running = Object.entries(sites).map(([name, vrfs]): [PeName, RunningVrf[]] => [
    name as PeName,
    vrfs.map(
      ({ vpn, imports, exports = [] }) =>
        ({
          name: vpn,
          operator: { ipv4: { importRouteTargets: imports.map(target), exportRouteTargets: exports.map(target) } },
          share: {},
        }) as unknown as RunningVrf,
    ),
  ]);
  const vpns = [...new Set(routers.flatMap(({ vrfs }) => vrfs.map(({ vpn }) => vpn)))];
  return {
    inventory: {
      vpns: vpns.map((id) => ({ id, canary: (id as string) === 'CANARY' })),
      routers,
    } as unknown as Inventory,
    plan: {
      routers: [{ pe: 'edited', vrfs: [{ vrf: 'MOH' }] }],
      gained: [{ from: 'MOH', to: 'MOF', via: target('9001') }],
    } as never,
    running: new Map(running),
  };
}

const EDITED = { edited: [{ vpn: 'MOH', imports: ['100'], exports: ['100'] }] };
const names = (chosen: readonly InventoryRouter[]) => chosen.map(({ name }) => name as string);

describe('witnesses', () => {
  it('are canaries, sites of the parties, and whoever takes what an edited VRF exports', () => {
    const { chosen } = chooseWitnesses(
      question({
        ...EDITED,
        site: [{ vpn: 'MOH', imports: ['100'] }],
        quiet: [{ vpn: 'CANARY', imports: ['999'] }],
        older: [{ vpn: 'AGRI', imports: ['330', '100'] }],
        stray: [{ vpn: 'unlisted', imports: ['9001'] }],
        nobody: [{ vpn: 'MOI', imports: ['300'] }],
      }),
      64,
    );
    expect(names(chosen)).toEqual(['quiet', 'site', 'older', 'stray']);
  });

  it('are one of each way to import beyond the limit, and so many others up to it', () => {
    const many = Object.fromEntries(
      Array.from({ length: 70 }, (_, index) => [`c${index}`, [{ vpn: 'CANARY', imports: ['999'] }]]),
    );
    const sites = { ...EDITED, ...many, a: [{ vpn: 'AGRI', imports: ['100'] }], s: [{ vpn: 'MOH', imports: ['100'] }] };
    const some = chooseWitnesses(question(sites), 64);
    expect(some.chosen).toHaveLength(64);
    expect(names(some.chosen)).toEqual(expect.arrayContaining(['a', 's', 'c0']));
    expect(some.others).toBe(8);
    const few = chooseWitnesses(question(sites), 1);
    expect([names(few.chosen), few.others]).toEqual([['c0', 'a', 's'], 69]);
  });

  it('are told apart by what they take of the change, not by what else they take', () => {
    const sites = {
      ...EDITED,
      one: [{ vpn: 'AGRI', imports: ['100', '1'] }],
      two: [{ vpn: 'AGRI', imports: ['100', '2'] }],
      three: [{ vpn: 'AGRI', imports: ['100', '9001'] }],
    };
    expect(names(chooseWitnesses(question(sites), 0).chosen)).toEqual(['one', 'three']);
  });

  it('are not asked in maintenance', () => {
    const sites = { ...EDITED, site: [{ vpn: 'MOH', imports: ['100'] }] };
    expect(chooseWitnesses(question(sites, ['site']), 64)).toEqual({ chosen: [], others: 0 });
  });
});
