import { child, childrenNamed, childText, type XmlElement } from '../../netconf/index.ts';
import { oncePer } from '../reading/once-per.ts';
import {
  calledBy,
  communitiesNamedBy,
  EMPTY,
  isOfTargets,
  membersIn,
  type PolicyOptions,
  routeTargetIn,
} from './policies.ts';

/** Why policies put a route target on the routes that pass them, or may; null where they do not. */
export function whyMarks(policies: readonly string[], options: PolicyOptions): string | null {
  const unread = policies.find((policy) => !options.statements.has(policy));
  if (unread !== undefined) return `names policy ${unread}, which is not on the router`;
  const [hidden] = whyMore(policies, options);
  if (hidden !== undefined) return hidden;
  const marking = membersPutBy(policies, options).find(isOfTargets);
  return marking === undefined ? null : `puts ${marking} on the routes that pass it`;
}

/** Why policies may put other route targets on routes than those that can be read of the communities which they name, as facts of them. */
export const whyMore = oncePer((policies: readonly string[], options: PolicyOptions): readonly string[] => {
  const { statements, communities } = options;
  const all = [...new Set(policies.flatMap((policy) => [policy, ...calledBy([policy], options)]))];
  const isDynamic = (entry: XmlElement | undefined) => child(entry ?? EMPTY, 'dynamic-db') !== undefined;
  const dynamic = all.filter((name) => isDynamic(statements.get(name)));
  // What is not there of those that are asked first is told by who asks.
  const gone = all.filter((name) => !statements.has(name) && !policies.includes(name));
  const put = [...new Set(communitiesNamedBy(policies, 'export', options))].sort();
  const hidden = put.filter((name) => !communities.has(name) || isDynamic(communities.get(name)));
  const odd = membersPutBy(policies, options).filter((member) => isOfTargets(member) && routeTargetIn(member) === null);
  return [
    ...gone.map((name) => `asks policy ${name}, which is not on the router`),
    ...dynamic.map((name) => `names policy ${name}, which is in the dynamic database`),
    ...hidden.map((name) => `puts community ${name} on routes, which is not in the configuration`),
    ...[...new Set(odd)].map((member) => `puts ${member} on routes, which is not understood`),
  ];
});

function membersPutBy(policies: readonly string[], { communities, ...options }: PolicyOptions): string[] {
  return communitiesNamedBy(policies, 'export', { communities, ...options }).flatMap((name) =>
    membersIn(communities.get(name)),
  );
}

/** Members that terms, or the policies themselves, put on routes and that are route targets or may be; a community without members by its name. */
export function targetsPutBy(parts: readonly XmlElement[], { communities }: PolicyOptions): string[] {
  const names = parts
    .flatMap((part) => childrenNamed(child(part, 'then') ?? EMPTY, 'community'))
    .filter((action) => childText(action, 'choice-ident') !== 'delete')
    .map((action) => childText(action, 'community-name') ?? '');
  const found = names.flatMap((name) => {
    const members = membersIn(communities.get(name));
    return members.length === 0 ? [`community ${name}`] : members.filter(isOfTargets);
  });
  return [...new Set(found)].sort();
}

/** Policies on the way of routes into an instance that put communities on what they let in: these go on to other PEs with the route. */
export function markingPolicies(instance: XmlElement, options: PolicyOptions): string[] {
  const routing = child(instance, 'routing-options') ?? EMPTY;
  const named = [
    ...leavesNamed(child(instance, 'protocols') ?? EMPTY, 'import'),
    ...leavesNamed(routing, 'policy'),
  ].flatMap((text) => text.split(/[\s()|&!]+/).filter((name) => name !== ''));
  return [...new Set(named)].filter((policy) => isMarking([policy], options));
}

const isMarking = oncePer(([policy = '']: readonly string[], options: PolicyOptions) =>
  [policy, ...calledBy([policy], options)].some((name) => {
    const statement = options.statements.get(name);
    // One that was not read may do so.
    if (statement === undefined || child(statement, 'dynamic-db') !== undefined) return true;
    const parts = [statement, ...childrenNamed(statement, 'term')];
    return parts.some((part) => child(child(part, 'then') ?? EMPTY, 'community') !== undefined);
  }),
);

function leavesNamed(element: XmlElement, name: string): string[] {
  return element.children.flatMap((each) =>
    each.name === name && each.children.length === 0 ? [each.text.trim()] : leavesNamed(each, name),
  );
}
