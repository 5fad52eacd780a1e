import type { Family } from '../../domain/prefix.ts';
import { FAMILIES } from '../../domain/prefix.ts';
import { parseRouteTarget, type RouteTarget } from '../../domain/route-target.ts';
import { childrenNamed, type DataNode, descend, keyValues, leafValue } from '../datastore/tree.ts';
import type { VpnFamily, VpnInstance } from '../vpn/vpn-instance.ts';
import { inForce } from './in-force.ts';
import { parsePolicy } from './rpl.ts';
import { evaluatePolicy, type PolicyRepository } from './rpl-evaluate.ts';
import { parsePrefixSet } from './rpl-sets.ts';

/** What the VRFs of a configuration import and export. */
export function readIosxrInstances(configured: DataNode): VpnInstance[] {
  const tree = inForce(configured);
  const repository = readRepository(tree);
  return listVrfs(tree).map((vrf) => ({
    name: leafValue(vrf, 'vrf-name') ?? '',
    families: new Map(
      FAMILIES.flatMap((family): [Family, VpnFamily][] => {
        const unicast = descend(vrf, 'address-family', family, 'unicast');
        return unicast === undefined ? [] : [[family, readFamily(unicast, repository)]];
      }),
    ),
  }));
}

export function listVrfs(tree: DataNode): DataNode[] {
  return childrenNamed(descend(tree, 'vrfs'), 'vrf');
}

export function readRepository(tree: DataNode): PolicyRepository {
  const policies = childrenNamed(descend(tree, 'routing-policy', 'route-policies'), 'route-policy');
  const sets = childrenNamed(descend(tree, 'routing-policy', 'sets', 'prefix-sets'), 'prefix-set');
  return {
    policies: new Map(
      policies.map((node) => [
        leafValue(node, 'route-policy-name') ?? '',
        parsePolicy(leafValue(node, 'rpl-route-policy') ?? ''),
      ]),
    ),
    prefixSets: new Map(
      sets.map((node) => [leafValue(node, 'set-name') ?? '', parsePrefixSet(leafValue(node, 'rpl-prefix-set') ?? '')]),
    ),
  };
}

function readFamily(unicast: DataNode, repository: PolicyRepository): VpnFamily {
  const exported = new Set(readTargets(descend(unicast, 'export', 'route-target')));
  const imported = new Set(readTargets(descend(unicast, 'import', 'route-target')));
  const exportPolicy = leafValue(descend(unicast, 'export'), 'route-policy');
  const importPolicy = leafValue(descend(unicast, 'import'), 'route-policy');
  return {
    exportTargets: (prefix) =>
      exportPolicy === undefined ? exported : evaluatePolicy(exportPolicy, repository, prefix, exported),
    importKeys: imported,
    accepts: (prefix, targets) =>
      [...targets].some((target) => imported.has(target)) &&
      (importPolicy === undefined || evaluatePolicy(importPolicy, repository, prefix, targets) !== null),
    leaksLocally: true,
  };
}

/** The three encodings stand in three lists; a stitching route target is of EVPN and not meant here. */
function readTargets(container: DataNode | undefined): RouteTarget[] {
  return (container?.children ?? []).flatMap((list) =>
    list.children.flatMap((entry) => {
      const [administrator, assigned, stitching] = keyValues(entry);
      return stitching === 'disable' ? [parseRouteTarget(`${administrator}:${assigned}`)] : [];
    }),
  );
}
