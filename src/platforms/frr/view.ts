import { canonicalJson } from '../../domain/canonical-json.ts';
import type { VrfName } from '../../domain/names.ts';
import { EMPTY_FAMILY_SHARE, type ExportRule, enabledFamilies } from '../../domain/network-view.ts';
import { FAMILIES, type Family, type Prefix } from '../../domain/prefix.ts';
import type { RouteTarget } from '../../domain/route-target.ts';
import { objectNames } from '../object-names.ts';
import type { Change, ConfigObject, PlatformView } from '../platform-view.ts';

interface ImportTarget extends ConfigObject {
  readonly kind: 'import';
  readonly family: Family;
}

interface Rule extends ConfigObject {
  readonly kind: 'rule';
  readonly family: Family;
  readonly routeTarget: string;
  readonly wholeVpn: boolean;
  readonly prefixes: readonly Prefix[];
}

/** Everything stands inside the VRF, by address family: imports, and export rules with a name. */
export const view: PlatformView<ImportTarget | Rule> = {
  objectsOf: (running, share) =>
    enabledFamilies(running).flatMap((family) => {
      const { imports, exports } = share[family] ?? EMPTY_FAMILY_SHARE;
      return [
        ...imports.map((rt) => importTarget(running.name, family, rt)),
        ...exports.map((rule) => exportRule(running.name, family, rule)),
      ];
    }),

  /** A rule that no share explains names no prefix, or another route target than its name: it goes with any removal. */
  objectFound: (key, running) => {
    for (const family of enabledFamilies(running)) {
      const place = placeOfRule(running.name, family);
      if (!key.startsWith(place)) continue;
      const said = { says: null, routeTarget: '', wholeVpn: false, prefixes: [] };
      return { kind: 'rule', key, name: key.slice(place.length), family, shared: true, ...said };
    }
    return null;
  },

  viewEdit: (vrfs) => ({
    vrfs: vrfs
      .filter(({ changes }) => changes.length > 0)
      .map(({ vrf, changes }) => ({ vrf, families: FAMILIES.flatMap((family) => viewFamily(family, changes)) })),
  }),
};

function viewFamily(family: Family, all: readonly Change<ImportTarget | Rule>[]) {
  const changes = all.filter((change) => change.family === family);
  if (changes.length === 0) return [];
  return {
    family,
    imports: changes.filter(({ kind }) => kind === 'import'),
    rules: changes.filter(({ kind }) => kind === 'rule'),
  };
}

const placeOfRule = (vrf: VrfName, family: Family) => `vrf ${vrf} ${family} export-rule `;

const importTarget = (vrf: VrfName, family: Family, rt: RouteTarget): ImportTarget => ({
  kind: 'import',
  key: `vrf ${vrf} ${family} import-rt ${rt}`,
  name: rt,
  says: '',
  family,
});

function exportRule(vrf: VrfName, family: Family, rule: ExportRule): Rule {
  const { routeTarget, scope } = rule;
  const name = objectNames.rule(routeTarget);
  const isWhole = scope === 'whole-vpn';
  return {
    kind: 'rule',
    key: placeOfRule(vrf, family) + name,
    name,
    says: canonicalJson(rule),
    family,
    routeTarget,
    wholeVpn: isWhole,
    prefixes: isWhole ? [] : scope,
  };
}
