/** A hand took some of what wasl wrote away, a whole VRF among it: a removal is taken by the router all the same, and leaves nothing of its own. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { enabledFamilies, type RunningVrf, type VrfShare } from '../../src/domain/network-view.ts';
import { parsePrefix } from '../../src/domain/prefix.ts';
import { parseRouteTarget, type RouteTarget } from '../../src/domain/route-target.ts';
import { parseXmlFragment } from '../../src/netconf/index.ts';
import { pickTargets } from '../../src/plan/delta.ts';
import { withoutOwn } from '../../src/plan/remnants.ts';
import { PLATFORMS } from '../../src/platforms/registry.ts';
import { renderEdits } from '../../src/render/render-edits.ts';
import { readVrfs } from '../../src/router/read-vrfs.ts';
import { BASES, POOL } from './support/base-configurations.ts';
import { ConfigTree } from './support/config-tree.ts';

const [ONE, TWO, THREE, FOUR] = ['65000:9001', '65000:9002', '65000:9003', '65000:9004'].map((text) =>
  parseRouteTarget(text),
) as [RouteTarget, RouteTarget, RouteTarget, RouteTarget];
const PREFIX = { ipv4: parsePrefix('10.1.0.0/16'), ipv6: parsePrefix('2001:db8:1::/48') };

/** Two interconnects that join MOF and MOH of one router, one of them for the whole VPN. */
function shareOf({ name, ...vrf }: RunningVrf): VrfShare {
  const [imports, [narrow, whole]] =
    name === 'MOH'
      ? [
          [ONE, THREE],
          [TWO, FOUR],
        ]
      : [
          [TWO, FOUR],
          [ONE, THREE],
        ];
  const families = enabledFamilies(vrf).map((family) => {
    const exports = [
      { routeTarget: narrow as RouteTarget, scope: [PREFIX[family]] },
      { routeTarget: whole as RouteTarget, scope: 'whole-vpn' as const },
    ];
    return [family, { imports, exports }];
  });
  return Object.fromEntries(families);
}

/** Entries and references under wasl's name, VRFs, and auto-export, as text. */
const PIECES = [
  /<([\w-]+)>\s*<([\w-]*name)>WASL-[^<]*<\/\2>[\s\S]*?<\/\1>/g,
  /<(vrf-import|vrf-export|route-policy)>WASL-[^<]*<\/\1>/g,
  /<(vrf|instance)>\s*<([\w-]*name)>MOH<[\s\S]*?<\/\1>/g,
  /<auto-export\/>/g,
];

type Choices = readonly (readonly [number, number])[];

function editPieces(xml: string, kinds: readonly RegExp[], choices: Choices, edit: (piece: string) => string): string {
  return choices.reduce((text, [kind, which]) => {
    const pieces = [...text.matchAll(kinds[kind % kinds.length] as RegExp)];
    const piece = pieces[which % Math.max(pieces.length, 1)];
    if (piece === undefined) return text;
    return text.slice(0, piece.index) + edit(piece[0]) + text.slice(piece.index + piece[0].length);
  }, xml);
}

const takeAway = (xml: string, choices: Choices) => editPieces(xml, PIECES, choices, () => '');

/** On Junos, where wasl's policies stay in force beside it: what a VRF has by nothing is not its own any more. */
const OWN_TARGETS = [/<(vrf-target)>[\s\S]*?<\/\1>/g, /<(community)>target:[^<]*<\/\1>/g, /<auto-export\/>/g];
const ALL_BUT_OWN_TARGETS = [
  ...PIECES,
  /<(policy-options|routing-instances|routing-options|term)( [^>]*)?>[\s\S]*?<\/\1>/g,
];
const MARK = ' xmlns:jcmd="http://yang.juniper.net/junos/jcmd" jcmd:active="false"';
const deactivate = (xml: string, kinds: readonly RegExp[], choices: Choices) =>
  editPieces(xml, kinds, choices, (piece) =>
    piece.replace(/^<[^\s/>]+/, (name) => (piece.includes(`${name}${MARK}`) ? name : `${name}${MARK}`)),
  );

function worldOf({ platform, xml }: (typeof BASES)[number]) {
  const parse = (tree: ConfigTree): RunningVrf[] =>
    readVrfs(PLATFORMS[platform], tree.elements(), { pool: POOL, vrfs: [] });
  const written = () => {
    const tree = new ConfigTree(platform, xml);
    tree.apply(
      renderEdits(
        platform,
        parse(tree).map((running) => ({ running, wanted: shareOf(running) })),
      ),
    );
    return tree.text();
  };
  const remove = (tree: ConfigTree, retires: readonly RouteTarget[]) => {
    const wanted = (running: RunningVrf) => withoutOwn(running, new Set(retires), null);
    tree.apply(
      renderEdits(
        platform,
        parse(tree).map((running) => ({ running, wanted: wanted(running), retires })),
      ),
    );
  };
  return { parse, written, remove };
}

const choices = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 4 });

describe.each(BASES)('$platform with $name', (base) => {
  const { platform } = base;
  const { parse, written, remove } = worldOf(base);

  it('one interconnect goes, then the other, and nothing stays', () => {
    const text = written();
    fc.assert(
      fc.property(choices, (taken) => {
        const edited = takeAway(text, taken);
        expect(() => parseXmlFragment(edited)).not.toThrow();
        const tree = new ConfigTree(platform, edited);
        const ofOthers = () =>
          parse(tree).map(({ share }) => pickTargets(share, (target) => [THREE, FOUR].includes(target)));
        const others = ofOthers();
        remove(tree, [ONE, TWO]);
        expect(ofOthers()).toEqual(others);
        const carried = JSON.stringify(parse(tree).map(({ share }) => share));
        expect([ONE, TWO].filter((target) => carried.includes(target))).toEqual([]);
        remove(tree, [THREE, FOUR]);
        expect(tree.text()).not.toContain('WASL-');
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('what a VRF left behind goes with the first removal', () => {
    const edited = takeAway(written(), [[2, 0]]);
    const tree = new ConfigTree(platform, edited);
    expect(parse(tree).map(({ name }) => name)).toEqual(['MOF']);
    remove(tree, [ONE, TWO, THREE, FOUR]);
    expect(tree.text()).not.toContain('WASL-');
  });
});

describe.each(BASES.filter(({ platform }) => platform === 'junos-yang'))('$platform with $name', (base) => {
  it('whatever was deactivated, nothing is there or gone but marks', () => {
    const { platform, xml } = base;
    const { written, remove } = worldOf(base);
    const text = written();
    const asRead = new ConfigTree(platform, xml).text();
    fc.assert(
      fc.property(fc.constantFrom(OWN_TARGETS, ALL_BUT_OWN_TARGETS), choices, (kinds, taken) => {
        const tree = new ConfigTree(platform, deactivate(text, kinds, taken));
        remove(tree, [ONE, TWO]);
        remove(tree, [THREE, FOUR]);
        expect(tree.text().replaceAll(MARK, '')).toBe(asRead);
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});

describe.each(BASES.filter(({ platform }) => platform === 'frr'))('$platform with $name', (base) => {
  it('a rule that was edited goes, and those of the other interconnect stay', () => {
    const { written, remove, parse } = worldOf(base);
    const tree = new ConfigTree(
      'frr',
      written().replace(/(<name>WASL-0-65000-9002<\/name><route-target>)[^<]*/, '$10:65000:777'),
    );
    const ofOthers = () =>
      parse(tree).map(({ share }) => pickTargets(share, (target) => [THREE, FOUR].includes(target)));
    const others = ofOthers();
    remove(tree, [ONE, TWO]);
    expect(ofOthers()).toEqual(others);
    expect(tree.text()).not.toContain('65000-9002');
  });
});
