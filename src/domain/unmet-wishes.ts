/** What people ask for in a request that wasl does not decide: why, and who does. */
const ROUTES_ONLY = 'wasl decides routes, not';

const FILTER = {
  why: `${ROUTES_ONLY} ports, protocols or hosts: what the prefixes of a flow hold can be reached as a whole`,
  remedy:
    'Remove it. Share the smallest prefixes that a site announces, and let a firewall in front of them decide which hosts, ports and protocols are open.',
};
const TRANSLATION = {
  why: `${ROUTES_ONLY} addresses: it translates none`,
  remedy: 'Remove it. Where addresses overlap, renumber, or translate at the CE and share the prefix that comes out.',
};
const QUALITY = {
  why: `${ROUTES_ONLY} bandwidth or priority`,
  remedy: "Remove it, and ask the backbone's network side for a class of service of the attachment.",
};

const WISHES: readonly (readonly [RegExp, { readonly why: string; readonly remedy: string }])[] = [
  [/^(firewalls?|acls?|filters?|rules?|allow|deny|permit)$/, FILTER],
  [/^((dst|src|destination|source)?-?_?ports?|protocols?|tcp|udp|icmp|services?|applications?|hosts?|urls?)$/, FILTER],
  [/^(nat|snat|dnat|pat|translations?)$/, TRANSLATION],
  [/^(bandwidth|qos|priority|rate-?_?limit|sla)$/, QUALITY],
];

/** Of a member that no request has: null when it is no wish that people are known to have. */
export function findUnmetWish(member: string): { readonly why: string; readonly remedy: string } | null {
  return WISHES.find(([name]) => name.test(member.toLowerCase()))?.[1] ?? null;
}
