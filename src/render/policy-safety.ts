import { judgeRplPolicy } from '../platforms/iosxr-um2/policy-safety.ts';
import { judgeJunosPolicy } from '../platforms/junos-yang/policy-safety.ts';
import type { PolicyLanguage } from '../platforms/manifest.ts';

export type PolicyTexts = Readonly<Record<string, string>>;

/**
 * Why an operator's export policies cannot stay in place together with wasl's rules, as a sentence; null when they can.
 * Safe means: every route is exported or kept back exactly as before, with every route target that it had, and a route in scope of a rule
 * that is exported also carries the rule's. What cannot be read is not safe.
 */
export function judgeExportPolicies(
  language: PolicyLanguage,
  policies: readonly string[],
  texts: PolicyTexts,
): string | null {
  switch (language) {
    case 'rpl': {
      const [policy, ...more] = policies;
      if (policy === undefined) return null;
      return more.length > 0 ? 'more than one export policy is attached' : judgeRplPolicy(policy, texts);
    }
    case 'junos':
      return firstReason(policies, (policy) => judgeJunosPolicy(policy, texts));
    // The platform itself lets the operator's policy decide after wasl's rules, so it can only keep routes back.
    case 'applied-last':
      return null;
    case 'unreadable':
      return `export policy ${policies.join(', ')} is in a language that wasl does not read`;
  }
}

function firstReason<T>(items: readonly T[], judge: (item: T) => string | null): string | null {
  for (const item of items) {
    const reason = judge(item);
    if (reason !== null) return reason;
  }
  return null;
}
