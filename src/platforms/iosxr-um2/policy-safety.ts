import { ownMember } from '../../domain/own-member.ts';
import type { PolicyTexts } from '../platform.ts';

/** Deeper nesting of `apply` than this is not followed, and so not safe. */
const APPLY_DEPTH_MAX = 8;
/** A plain name: a policy with parameters, `NAME(10)`, cannot be restated by name alone. */
const PLAIN_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

export function judgeRplPolicies([policy, ...more]: readonly string[], texts: PolicyTexts): string | null {
  if (policy === undefined) return null;
  return more.length > 0 ? 'more than one export policy is attached' : judgeRplPolicy(policy, texts);
}

/**
 * Whether an IOS XR route policy may be applied inside ours, before our statements. `apply` acts as if its text were pasted, so:
 * `done` and `drop` would end the evaluation before ours, and a route that it passes only under a condition would be passed by ours
 * without it (RPL drops what nothing passed or modified). So it must pass every route, by a `pass` or `set` outside of any `if`.
 */
function judgeRplPolicy(policy: string, texts: PolicyTexts): string | null {
  const facts = { passesAll: false };
  const reason = examine(policy, texts, facts, 0, false);
  if (reason !== null) return reason;
  if (facts.passesAll) return null;
  return `export policy ${policy} passes routes only under conditions: wrapped, it would export the others too`;
}

function examine(
  policy: string,
  texts: PolicyTexts,
  facts: { passesAll: boolean },
  depth: number,
  conditional: boolean,
): string | null {
  if (!PLAIN_NAME.test(policy)) return `export policy ${policy} takes parameters`;
  const text = ownMember(texts, policy);
  if (text === undefined) return `export policy ${policy} is named but its text is not on the router`;
  if (depth >= APPLY_DEPTH_MAX) return `export policy ${policy} is nested more than ${APPLY_DEPTH_MAX} deep`;
  let nesting = conditional ? 1 : 0;
  const words = wordsOf(text);
  for (const [index, written] of words.entries()) {
    const word = written.toLowerCase();
    if (word === 'if') nesting += 1;
    else if (word === 'endif') nesting -= 1;
    else if (word === 'done' || word === 'drop') {
      return `export policy ${policy} has \`${word}\`, which would end the evaluation before wasl's rules`;
    } else if (word === 'apply') {
      const reason = examine(words[index + 1] ?? '', texts, facts, depth + 1, nesting > 0);
      if (reason !== null) return reason;
    } else if ((word === 'pass' || word === 'set') && nesting === 0) facts.passesAll = true;
  }
  return null;
}

/** Words of the statements between the first line and `end-policy`, without comments. */
function wordsOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim());
  return lines.filter((line) => !/^(route-policy|end-policy)\b/i.test(line)).flatMap((line) => line.split(/\s+/));
}
