import { FAMILIES } from '../../domain/prefix.ts';
import { findMissingLeaves } from '../datastore/mandatory.ts';
import { type DataNode, descend, leafValue } from '../datastore/tree.ts';
import type { RpcErrorFields } from '../netconf/rpc-error.ts';
import type { CheckResult } from '../personality.ts';
import { inForce } from './in-force.ts';
import { APPLY_DEPTH_MAX, type PolicyRepository, referencesOf } from './rpl-evaluate.ts';
import { listVrfs, readRepository } from './vpn-instances.ts';

/** What the router refuses at validate and commit: missing leaves, names that disagree, references to nothing. */
export function checkIosxr(configured: DataNode): CheckResult {
  const tree = inForce(configured);
  const missing = findMissingLeaves(tree);
  if (missing.length > 0) return { errors: missing, warnings: [] };
  const repository = readRepository(tree);
  return {
    errors: [...checkNames(repository), ...checkReferences(repository), ...checkAttachments(tree, repository)],
    warnings: [],
  };
}

/** The name stands twice, in the key and in the text. */
function checkNames({ policies, prefixSets }: PolicyRepository): RpcErrorFields[] {
  const disagreeing = [...policies, ...prefixSets].filter(([key, block]) => key !== block.name);
  return disagreeing.map(([key, block]) => refusal(`The text of ${key} defines ${block.name}`));
}

function checkReferences(repository: PolicyRepository): RpcErrorFields[] {
  return [...repository.policies].flatMap(([name, policy]) => {
    const { policies, prefixSets } = referencesOf(policy);
    const missing = [
      ...policies.filter((other) => !repository.policies.has(other)).map((other) => `route-policy ${other}`),
      ...prefixSets.filter((set) => !repository.prefixSets.has(set)).map((set) => `prefix-set ${set}`),
    ];
    const errors = missing.map((what) => refusal(`${what} not found: route-policy ${name} uses it`));
    return isCircular(name, repository, 0) ? [...errors, refusal(`route-policy ${name} applies itself`)] : errors;
  });
}

function isCircular(name: string, repository: PolicyRepository, depth: number): boolean {
  if (depth > APPLY_DEPTH_MAX) return true;
  const policy = repository.policies.get(name);
  return policy !== undefined && referencesOf(policy).policies.some((next) => isCircular(next, repository, depth + 1));
}

function checkAttachments(tree: DataNode, repository: PolicyRepository): RpcErrorFields[] {
  return listVrfs(tree).flatMap((vrf) =>
    FAMILIES.flatMap((family) =>
      ['import', 'export'].flatMap((direction) => {
        const container = descend(vrf, 'address-family', family, 'unicast', direction);
        const policy = leafValue(container, 'route-policy');
        if (policy === undefined || repository.policies.has(policy)) return [];
        const where = `vrf ${leafValue(vrf, 'vrf-name')} ${family} unicast ${direction}`;
        return [refusal(`route-policy ${policy} not found: ${where} uses it`)];
      }),
    ),
  );
}

function refusal(message: string): RpcErrorFields {
  return { type: 'application', tag: 'operation-failed', message };
}
