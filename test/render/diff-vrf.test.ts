import { describe, expect, it } from 'vitest';
import type { VrfName } from '../../src/domain/names.ts';
import type { RunningVrf, VrfShare } from '../../src/domain/network-view.ts';
import { parsePrefix } from '../../src/domain/prefix.ts';
import { parseRouteTarget, type RouteTarget } from '../../src/domain/route-target.ts';
import { labelOf, objectNames } from '../../src/platforms/object-names.ts';
import type { ConfigObject, PlatformView } from '../../src/platforms/platform-view.ts';
import { diffVrf } from '../../src/render/diff-vrf.ts';

const [ONE, TWO] = [parseRouteTarget('65000:9001'), parseRouteTarget('65000:9002')];

/** A platform of no vendor: a policy of the VRF, attached in it, that names a list a route target. */
const view: PlatformView<ConfigObject> = {
  objectsOf: ({ name }, share) => {
    const rules = share.ipv4?.exports ?? [];
    const policy = { name: `WASL-${name}-ALL`, says: rules.map(({ routeTarget }) => routeTarget).join(' ') };
    const lists = rules.map(({ routeTarget, scope }) => list(routeTarget, String(scope)));
    return rules.length === 0
      ? []
      : [
          { key: `vrf ${name} uses ${policy.name}`, name: policy.name, says: '' },
          { key: `policy ${policy.name}`, ...policy, shared: true },
          ...lists,
        ];
  },
  objectFound: (key) => {
    const name = key.split(' ').at(-1) ?? '';
    if (key.startsWith('policy ')) return { key, name, says: null, shared: true };
    if (key.startsWith('list ')) return { key, name, says: null };
    return key.includes(' uses ') ? { key, name, says: '', shared: true } : null;
  },
  viewEdit: () => ({}),
};

function list(rt: RouteTarget, says: string): ConfigObject {
  const name = objectNames.prefixes('MOH' as VrfName, 'ipv4', rt);
  return { key: `list ${name}`, name, says };
}

const share = (...rules: readonly (readonly [RouteTarget, string])[]): VrfShare => ({
  ipv4: {
    imports: [],
    exports: rules.map(([routeTarget, prefix]) => ({ routeTarget, scope: [parsePrefix(prefix)] })),
  },
});

const vrf = (has: VrfShare, objects?: readonly string[]): RunningVrf => ({
  name: 'MOH' as VrfName,
  routeDistinguisher: null,
  operator: { ipv4: { importRouteTargets: [], exportRouteTargets: [], exportPolicies: [], importPolicies: [] } },
  share: has,
  policyTexts: {},
  anomalies: [],
  ...(objects === undefined ? {} : { objects }),
});

const diff = (running: RunningVrf, wanted: VrfShare, retires?: readonly RouteTarget[]) =>
  diffVrf(view, { running, wanted, ...(retires === undefined ? {} : { retires }) }, false).map(
    ({ operation, key, deletes }) => {
      expect(deletes).toBe(operation === 'delete');
      return `${operation} ${key}`;
    },
  );

const [A, B, C] = ['10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16'];
const LIST = (rt: RouteTarget, of = 'MOH') => `list WASL-${of}-IPV4-${labelOf(rt)}`;
const [USES, POLICY] = ['vrf MOH uses WASL-MOH-ALL', 'policy WASL-MOH-ALL'];

describe('objects of a VRF from what it has to what it shall have', () => {
  it('are created, replaced where they say something else, left where they say the same, deleted', () => {
    expect(diff(vrf({}), share([ONE, A]))).toEqual([`create ${USES}`, `create ${POLICY}`, `create ${LIST(ONE)}`]);
    expect(diff(vrf(share([ONE, A])), share([ONE, A]))).toEqual([]);
    expect(diff(vrf(share([ONE, A])), share([ONE, B]))).toEqual([`replace ${LIST(ONE)}`]);
    const moved = diff(vrf(share([ONE, A])), share([TWO, C]));
    expect(moved).toEqual([`replace ${POLICY}`, `create ${LIST(TWO)}`, `delete ${LIST(ONE)}`]);
    expect(diff(vrf(share([ONE, A])), {})).toEqual([`delete ${USES}`, `delete ${POLICY}`, `delete ${LIST(ONE)}`]);
  });

  it('are those that the share tells, whatever was found, where nothing is removed', () => {
    const running = vrf(share([ONE, A]), [LIST(TWO)]);
    expect(diff(running, share([ONE, A]))).toEqual([]);
  });
});

describe('a removal from a VRF that is not as wasl wrote it', () => {
  const both = share([ONE, A], [TWO, B]);
  const all = [USES, POLICY, LIST(ONE), LIST(TWO)];

  it('deletes nothing that is gone already', () => {
    expect(diff(vrf(both, [POLICY, LIST(TWO)]), {}, [ONE, TWO])).toEqual([`delete ${POLICY}`, `delete ${LIST(TWO)}`]);
    expect(diff(vrf({}, []), {}, [ONE])).toEqual([]);
  });

  it('states anew what serves all, and leaves what is of another interconnect', () => {
    expect(diff(vrf(both, all), share([TWO, B]), [ONE])).toEqual([`replace ${POLICY}`, `delete ${LIST(ONE)}`]);
    expect(diff(vrf(share([TWO, B]), all), share([TWO, B]), [])).toEqual([`replace ${POLICY}`]);
  });

  it('puts nothing back that another interconnect lacks', () => {
    expect(diff(vrf(both, [LIST(ONE)]), share([TWO, B]), [ONE])).toEqual([`delete ${LIST(ONE)}`]);
    expect(diff(vrf(share([TWO, B]), [LIST(ONE)]), share([TWO, B]), [ONE])).toEqual([`delete ${LIST(ONE)}`]);
  });

  it('deletes what no share explains: what names a retired route target, or is of a VRF that is gone, or all that is left', () => {
    const running = vrf(share([TWO, B]), [USES, POLICY, LIST(ONE), LIST(TWO), LIST(TWO, 'OLD')]);
    expect(diff(running, share([TWO, B]), [ONE])).toEqual([
      `replace ${POLICY}`,
      `delete ${LIST(ONE)}`,
      `delete ${LIST(TWO, 'OLD')}`,
    ]);
    expect(diff(vrf({}, all), {}, [])).toEqual(all.map((key) => `delete ${key}`));
  });

  it('leaves alone what the platform does not know as an object', () => {
    expect(diff(vrf({}, ['vrf MOH export 0:65000:9001']), {}, [ONE])).toEqual([]);
  });
});
