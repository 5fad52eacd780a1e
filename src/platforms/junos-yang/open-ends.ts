import { child, childrenNamed, childText, type XmlElement } from '../../netconf/index.ts';
import { oncePer } from '../reading/once-per.ts';
import { targetsPutBy } from './marks.ts';
import { calledBy, EMPTY, membersIn, type PolicyOptions, policyText, routeTargetIn } from './policies.ts';

/** What an instance does with a route that no policy of its chain decides on. */
export type DefaultAction = 'accept' | 'reject';

/** The last policy of an import chain as text, with the sentences of `openEnds`. */
export const lastImportText = (policies: readonly string[], options: PolicyOptions, byDefault: DefaultAction) =>
  LAST_TEXT[byDefault](policies, options);

const lastText = (byDefault: DefaultAction) =>
  oncePer((policies: readonly string[], options: PolicyOptions): string | null => {
    const text = policyText(policies.at(-1) ?? '', options);
    return text === null ? null : [text, ...openEnds(policies, options, byDefault)].join('\n');
  });
const LAST_TEXT = { accept: lastText('accept'), reject: lastText('reject') };

/** A member that stands for one community: of another kind, or a route target in one of its encodings. Anything else is a pattern. */
const LITERAL_OF_OTHER_KIND =
  /^(\d+:\d+|(origin|soo|bandwidth|domain-id|domain|rt-import|src-as|color|encapsulation|large)(:[\d.]+L?)+|no-export|no-advertise|no-export-subconfed|llgr-stale|no-llgr)$/;

function isPattern(member: string): boolean {
  return !LITERAL_OF_OTHER_KIND.test(member) && routeTargetIn(member) === null;
}

const named = (part: XmlElement) =>
  childrenNamed(child(part, 'from') ?? EMPTY, 'community').map(({ text }) => text.trim());
const then = (part: XmlElement) => child(part, 'then') ?? EMPTY;
const does = (part: XmlElement, action: string) => child(then(part), action) !== undefined;
// A policy that is asked may accept by itself what its own terms accept.
const isCall = (part: XmlElement) => child(child(part, 'from') ?? EMPTY, 'policy') !== undefined;
const accepts = (part: XmlElement) =>
  does(part, 'accept') || childText(then(part), 'default-action') === 'accept' || isCall(part);
const isUnconditional = (part: XmlElement) => child(part, 'from') === undefined && child(part, 'to') === undefined;
// What a term hands on to the next policy does not come to the terms behind it.
const handsOn = (part: XmlElement) => childText(then(part), 'next') === 'policy';
const keepsAll = (policy: readonly XmlElement[]) => {
  const last = policy.find((part) => handsOn(part) || (isUnconditional(part) && does(part, 'reject')));
  return last !== undefined && !handsOn(last);
};

const OPEN = '# takes target:*:*: ';

/**
 * Why a chain of import policies may take routes whose route target it does not name, as sentences with the pattern `target:*:*`; empty when
 * it takes only what it names. What no policy decides is accepted on import, unless the instance says otherwise.
 */
export function openEnds(policies: readonly string[], options: PolicyOptions, byDefault: DefaultAction): string[] {
  const chain = policies.flatMap((policy) => {
    const statement = options.statements.get(policy);
    return statement === undefined ? [] : [[...childrenNamed(statement, 'term'), statement]];
  });
  const parts = chain.flat();
  const rejectsRest = byDefault === 'reject' || chain.some(keepsAll);
  return [
    ...(rejectsRest ? [] : ['no last term rejects what the others leave']),
    ...(parts.some((part) => accepts(part) && named(part).length === 0)
      ? ['a term accepts without naming a community']
      : []),
    ...elsewhere(policies, options),
    ...remarks(policies, parts, options),
    ...[...new Set(parts.flatMap(named))].sort().flatMap((name) => whyOpen(name, options) ?? []),
  ].map((why) => OPEN + why);
}

/** What a policy of the chain decides is not in the configuration. */
function elsewhere(policies: readonly string[], { statements }: PolicyOptions): string[] {
  const isDynamic = (name: string) => child(statements.get(name) ?? EMPTY, 'dynamic-db') !== undefined;
  return policies.filter(isDynamic).map((policy) => `policy ${policy} is in the dynamic database`);
}

/** A route that a policy puts a route target on is matched by that from there on. */
function remarks(policies: readonly string[], parts: readonly XmlElement[], options: PolicyOptions): string[] {
  const goesOn = parts.filter((part) => !does(part, 'accept') && !does(part, 'reject'));
  const asked = policies
    .flatMap((policy) => calledBy([policy], options))
    .flatMap((name) => {
      const statement = options.statements.get(name);
      return statement === undefined ? [] : [statement, ...childrenNamed(statement, 'term')];
    });
  const put = targetsPutBy([...goesOn, ...asked], options);
  return put.length === 0 ? [] : [`a term puts ${put.join(', ')} on routes before others match them`];
}

function whyOpen(name: string, { communities }: PolicyOptions): string | null {
  const community = communities.get(name);
  if (child(community ?? EMPTY, 'invert-match') !== undefined) return `community ${name} matches by invert-match`;
  const members = membersIn(community).sort();
  if (members.length === 0) return `community ${name} has no member that was read`;
  const pattern = members.find(isPattern);
  return pattern === undefined ? null : `community ${name} matches by the pattern ${pattern}`;
}
