import { ownMember } from '../../domain/own-member.ts';
import type { PolicyTexts } from '../platform.ts';

export function judgeJunosPolicies(policies: readonly string[], texts: PolicyTexts): string | null {
  for (const policy of policies) {
    const reason = judgeJunosPolicy(policy, texts);
    if (reason !== null) return reason;
  }
  return null;
}

/**
 * Whether a Junos policy may stand after ours in `vrf-export`. Ours adds communities and hands on, so the operator's policy decides on every
 * route as before; it must only leave our route targets on it. The text is one statement a line, as `display set` shows it after the
 * policy's name.
 */
function judgeJunosPolicy(policy: string, texts: PolicyTexts): string | null {
  const text = ownMember(texts, policy);
  if (text === undefined) return `export policy ${policy} is not a policy statement that wasl can read`;
  for (const line of text.split('\n')) {
    const action = /\bthen community (set|delete|equal-literal|minus-literal) (\S+)/.exec(line);
    if (action !== null) {
      return `export policy ${policy} has \`community ${action[1]} ${action[2]}\`, which would take wasl's route targets off`;
    }
    if (/\bfrom policy /.test(line)) return `export policy ${policy} calls another policy, which wasl does not follow`;
    if (/\bapply-groups\b/.test(line))
      return `export policy ${policy} inherits from groups, which wasl does not follow`;
  }
  return null;
}
