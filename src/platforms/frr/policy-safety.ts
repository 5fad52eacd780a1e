import type { PolicyTexts } from '../platform.ts';

/** The router lets the operator's map decide after wasl's rules: it can keep routes back, and must leave wasl's route targets on the others. */
export function judgeFrrPolicies(policies: readonly string[], texts: PolicyTexts): string | null {
  for (const policy of policies) {
    const taking = /^\s*set (extcommunity none|extended-comm-list .*)$/m.exec(texts[policy] ?? '');
    if (taking !== null)
      return `export policy ${policy} has \`set ${taking[1]}\`, which would take wasl's route targets off`;
  }
  return null;
}
