import { childNamed, childrenNamed, type DataNode, descend, leafValue } from '../datastore/tree.ts';
import type { RpcErrorFields } from '../netconf/rpc-error.ts';
import type { CheckResult } from '../personality.ts';
import { inForce } from './in-force.ts';
import { readMember } from './policy.ts';
import { listInstances } from './vpn-instances.ts';

/** What `commit check` finds: references to nothing, instances without what a VRF needs; and statements without contents. */
export function checkJunos(configured: DataNode): CheckResult {
  const tree = inForce(configured);
  const options = descend(tree, 'configuration', 'policy-options');
  const named = (list: string): Set<string> =>
    new Set(childrenNamed(options, list).map((node) => leafValue(node, 'name') ?? ''));
  const defined = { policies: named('policy-statement'), communities: named('community'), lists: named('prefix-list') };
  return {
    errors: [
      ...childrenNamed(options, 'policy-statement').flatMap((statement) => checkStatement(statement, defined)),
      ...childrenNamed(options, 'community').flatMap(checkMembers),
      ...listInstances(tree).flatMap((instance) => checkInstance(instance, defined.policies)),
    ],
    warnings: childrenNamed(options, 'community')
      .filter((community) => childNamed(community, 'members') === undefined)
      .map((community) => warning(`[edit policy-options community ${leafValue(community, 'name')}]`)),
  };
}

interface Defined {
  readonly policies: ReadonlySet<string>;
  readonly communities: ReadonlySet<string>;
  readonly lists: ReadonlySet<string>;
}

function checkStatement(statement: DataNode, defined: Defined): RpcErrorFields[] {
  const name = leafValue(statement, 'name') ?? '';
  const path = `[edit policy-options policy-statement ${name}]`;
  const terms = [...childrenNamed(statement, 'term'), statement];
  return terms.flatMap((term) => {
    const [from, then] = [childNamed(term, 'from'), childNamed(term, 'then')];
    const communities = [
      ...childrenNamed(from, 'community').map((node) => node.value),
      ...childrenNamed(then, 'community').map((node) => leafValue(node, 'community-name') ?? ''),
    ];
    const lists = [
      ...childrenNamed(from, 'prefix-list').map((node) => leafValue(node, 'name') ?? ''),
      ...childrenNamed(from, 'prefix-list-filter').map((node) => leafValue(node, 'list_name') ?? ''),
    ];
    return [
      ...communities.filter((used) => !defined.communities.has(used)).map((used) => dangling(path, 'Community', used)),
      ...lists.filter((used) => !defined.lists.has(used)).map((used) => dangling(path, 'Prefix-list', used)),
    ];
  });
}

function checkMembers(community: DataNode): RpcErrorFields[] {
  const path = `[edit policy-options community ${leafValue(community, 'name')}]`;
  return childrenNamed(community, 'members')
    .filter((member) => readMember(member.value) === null)
    .map((member) => failure(path, `invalid community member '${member.value}'`));
}

function checkInstance(instance: DataNode, policies: ReadonlySet<string>): RpcErrorFields[] {
  const path = `[edit routing-instances ${leafValue(instance, 'name')}]`;
  const chains = [...childrenNamed(instance, 'vrf-import'), ...childrenNamed(instance, 'vrf-export')];
  const errors = chains
    .filter((policy) => !policies.has(policy.value))
    .map((policy) => dangling(`${path.slice(0, -1)} ${policy.schema.name}]`, 'Policy', policy.value));
  if (leafValue(instance, 'instance-type') !== 'vrf') return errors;
  if (descend(instance, 'route-distinguisher', 'rd-type') === undefined) {
    errors.push(failure(path, 'RT Instance: a vrf needs a route-distinguisher'));
  }
  const hasBoth = ['vrf-import', 'vrf-export'].every((direction) => childNamed(instance, direction) !== undefined);
  if (childNamed(instance, 'vrf-target') === undefined && !hasBoth) {
    errors.push(failure(path, 'RT Instance: a vrf needs vrf-target, or both vrf-import and vrf-export'));
  }
  return errors;
}

function dangling(path: string, what: string, name: string): RpcErrorFields {
  return failure(path, `Policy error: ${what} '${name}' referenced but not defined (not found)`);
}

function failure(path: string, message: string): RpcErrorFields {
  return { type: 'protocol', tag: 'operation-failed', path, message };
}

function warning(path: string): RpcErrorFields {
  return {
    type: 'protocol',
    tag: 'operation-failed',
    severity: 'warning',
    path,
    message: 'warning: statement has no contents; ignored',
  };
}
