import { FAMILIES, type Family } from '../../domain/prefix.ts';
import type { RouteTarget } from '../../domain/route-target.ts';
import { childNamed, childrenNamed, type DataNode, descend, leafValue } from '../datastore/tree.ts';
import type { VpnFamily, VpnInstance } from '../vpn/vpn-instance.ts';
import { inForce } from './in-force.ts';
import { evaluateChain, type PolicyOptions, readPolicyOptions, readTarget, requiredTargets } from './policy.ts';

/** What the VRFs of a configuration import and export. An instance has both address families. */
export function readJunosInstances(configured: DataNode): VpnInstance[] {
  const tree = inForce(configured);
  const options = readPolicyOptions(tree);
  return listInstances(tree)
    .filter((instance) => leafValue(instance, 'instance-type') === 'vrf')
    .map((instance) => ({
      name: leafValue(instance, 'name') ?? '',
      families: new Map(FAMILIES.map((family) => [family, readFamily(instance, family, options)])),
    }));
}

export function listInstances(tree: DataNode): DataNode[] {
  return childrenNamed(descend(tree, 'configuration', 'routing-instances'), 'instance');
}

/** A policy list takes the place of `vrf-target` in its direction. Default action: import accepts, export rejects. */
function readFamily(instance: DataNode, family: Family, options: PolicyOptions): VpnFamily {
  const names = (direction: string): string[] => childrenNamed(instance, direction).map((name) => name.value);
  const [importChain, exportChain] = [names('vrf-import'), names('vrf-export')];
  const own = (direction: 'import' | 'export'): ReadonlySet<RouteTarget> => {
    const vrfTarget = childNamed(instance, 'vrf-target');
    const text = leafValue(vrfTarget, direction) ?? leafValue(vrfTarget, 'community') ?? '';
    const target = readTarget(text);
    return new Set(target === undefined ? [] : [target]);
  };
  const autoExport = descend(instance, 'routing-options', 'auto-export');
  const [imported, exported] = [own('import'), own('export')];
  return {
    exportTargets: (prefix) => {
      if (exportChain.length === 0) return exported;
      const route = { prefix, family, protocol: 'direct', targets: new Set<RouteTarget>() } as const;
      return evaluateChain(exportChain, options, route, 'reject');
    },
    importKeys: importChain.length === 0 ? imported : requiredTargets(importChain, options),
    accepts: (prefix, targets) =>
      importChain.length === 0
        ? [...targets].some((target) => imported.has(target))
        : evaluateChain(importChain, options, { prefix, family, protocol: 'bgp', targets }, 'accept') !== null,
    leaksLocally: autoExport !== undefined && childNamed(autoExport, 'disable') === undefined,
  };
}
