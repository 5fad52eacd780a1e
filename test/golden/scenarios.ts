import { readVrfs } from '../../src/router/read-vrfs.ts';
import type { PlatformName } from '../../src/domain/names.ts';
import type { VrfShare, RunningVrf } from '../../src/domain/network-view.ts';
import { parsePrefix } from '../../src/domain/prefix.ts';
import { parseRouteTarget, type RouteTarget } from '../../src/domain/route-target.ts';
import { PLATFORMS } from '../../src/platforms/registry.ts';
import { BASES, POOL } from '../router/support/base-configurations.ts';
import { ConfigTree } from '../router/support/config-tree.ts';
import { renderEdits } from '../../src/render/render-edits.ts';

const rt = parseRouteTarget;
const prefixes = (...texts: readonly string[]) => texts.map((text) => parsePrefix(text));

const ONE: VrfShare = {
  ipv4: {
    imports: [rt('65000:9002')],
    exports: [{ routeTarget: rt('65000:9001'), scope: prefixes('10.100.10.0/24', '10.100.20.0/24') }],
  },
  ipv6: {
    imports: [rt('65000:9002')],
    exports: [{ routeTarget: rt('65000:9001'), scope: prefixes('2001:db8:100:10::/64') }],
  },
};

/** A second interconnect of the same VRF, one in each other encoding. */
const TWO: VrfShare = {
  ipv4: {
    imports: [rt('65000:9002'), rt('192.0.2.1:9')],
    exports: [
      { routeTarget: rt('65000:9001'), scope: prefixes('10.100.10.0/24', '10.100.20.0/24', '10.100.30.0/24') },
      { routeTarget: rt('70000:9003'), scope: 'whole-vpn' },
    ],
  },
  ipv6: ONE.ipv6 ?? { imports: [], exports: [] },
};

/** The far side on the same PE: VRFs of one router that join. */
const OTHER: VrfShare = { ipv4: { imports: [rt('65000:9001')], exports: [] } };

interface GoldenStep {
  readonly name: string;
  /** MOF, MOH. */
  readonly wanted: readonly [VrfShare, VrfShare];
}

/** Each starts from the state that the one before it left. */
export const STEPS: readonly GoldenStep[] = [
  { name: '1-first-interconnect', wanted: [{}, ONE] },
  { name: '2-second-interconnect', wanted: [{}, TWO] },
  { name: '3-far-side-on-the-same-router', wanted: [OTHER, TWO] },
  { name: '4-first-goes', wanted: [OTHER, { ...TWO, ipv6: { imports: [], exports: [] } }] },
  { name: '5-last-goes', wanted: [{}, {}] },
];

export interface GoldenResult {
  readonly file: string;
  readonly platform: PlatformName;
  readonly editXml: string;
  readonly stateXml: string;
}

interface Scenario {
  readonly name: string;
  readonly files: readonly string[];
  readonly run: () => GoldenResult[];
}

const DEACTIVATED_FILE = 'junos-yang/vrf-target-deactivated-last-goes.xml';

/** Nothing is rendered where they are listed: of what is done while a file is loaded no mutant is asked. */
export const SCENARIOS: readonly Scenario[] = [
  ...BASES.map((base) => ({
    name: `${base.platform} with ${base.name}`,
    files: STEPS.map((step) => fileOf(base, step)),
    run: () => runSteps(base),
  })),
  { name: 'junos-yang where vrf-target was deactivated', files: [DEACTIVATED_FILE], run: () => [giveBackDeactivated()] },
];

/** Every edit of every base, with the whole configuration after it. */
export const runScenarios = (): GoldenResult[] => SCENARIOS.flatMap(({ run }) => run());

type Base = (typeof BASES)[number];

function fileOf({ platform, name }: Base, step: GoldenStep): string {
  return `${platform}/${name.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}-${step.name}.xml`;
}

function runSteps(base: Base): GoldenResult[] {
  const { platform, xml } = base;
  const tree = new ConfigTree(platform, xml);
  const parse = () => readVrfs(PLATFORMS[platform], tree.elements(), { pool: POOL, vrfs: [] });
  const bare = parse();
  return STEPS.map((step, i) => {
    const now = parse();
    // The share is taken from the step before: the pool of one inventory has one encoding, and all three are wanted here.
    const edits = bare.map((vrf, k) => ({
      running: { ...vrf, traits: now[k]?.traits ?? [], share: keepEnabled(vrf, STEPS[i - 1]?.wanted[k]) },
      wanted: keepEnabled(vrf, step.wanted[k]),
    }));
    const editXml = renderEdits(platform, edits);
    tree.apply(editXml);
    return { file: fileOf(base, step), platform, editXml, stateXml: tree.text() };
  });
}

/** Somebody deactivated vrf-target while wasl restated it; then the last interconnect goes. */
function giveBackDeactivated(): GoldenResult {
  const base = BASES.find(({ name }) => name === 'vrf-target only');
  if (base === undefined) throw new Error('the base is gone');
  const { platform } = base;
  const read = (tree: ConfigTree) => readVrfs(PLATFORMS[platform], tree.elements(), { pool: POOL, vrfs: [] });
  const edit = (tree: ConfigTree, wanted: VrfShare, retires?: readonly RouteTarget[]) => {
    const edits = read(tree).map((running) => ({ running, wanted, ...(retires === undefined ? {} : { retires }) }));
    const editXml = renderEdits(platform, edits);
    tree.apply(editXml);
    return editXml;
  };
  const opened = new ConfigTree(platform, base.xml);
  edit(opened, OTHER);
  const off = '<vrf-target xmlns:jcmd="http://yang.juniper.net/junos/jcmd" jcmd:active="false">';
  const tree = new ConfigTree(platform, opened.text().replaceAll('<vrf-target>', off));
  const editXml = edit(tree, {}, [rt('65000:9001')]);
  return { file: DEACTIVATED_FILE, platform, editXml, stateXml: tree.text() };
}

function keepEnabled(vrf: RunningVrf, wanted: VrfShare = {}): VrfShare {
  return Object.fromEntries(Object.entries(wanted).filter(([family]) => family in vrf.operator));
}
