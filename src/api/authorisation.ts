import { relationOf } from '../domain/may-decide.ts';
import type { EntityId } from '../domain/names.ts';
import { WaslError } from '../errors.ts';
import { ACTIONS } from './actions.ts';
import type { Principal, Role } from './authentication.ts';

const NETWORK_SIDE: readonly Role[] = ['engineer', 'auditor', 'security', 'admin'];
const PARTIES: readonly Role[] = ['portal', 'party-approver'];
const EVERY_ROLE: readonly Role[] = [...PARTIES, ...NETWORK_SIDE];

/** Who may hold the whole network against the register: it names every VPN. */
const AUDITING: readonly Role[] = ['auditor', 'engineer', 'admin'];

/** Whose decisions are signed. */
const SIGNING: readonly Role[] = ['party-approver', 'engineer'];
/** Who ends what is kept of persons, and who watches that. */
const OF_RETENTION: readonly Role[] = ['admin', 'security', 'auditor'];
/** A party its own; who lets them be somewhere, all. */
const OF_WEBHOOKS: readonly Role[] = [...PARTIES, 'admin'];

/** `public`: answers without a token. Such routes name no entity, no person and no router. */
export type Access = 'public' | readonly Role[];

/**
 * Who may do what: the only place that says it. A route that is not listed is refused to everybody.
 * Beyond the role, parties see and touch only their own interconnects (`maySee`).
 */
export const ACCESS: Readonly<Record<string, Access>> = {
  'GET /health': 'public',
  'GET /ready': 'public',
  // A scraper on this machine needs no token (`isOpenHere`); a proxy in front must not pass it on.
  'GET /metrics': NETWORK_SIDE,
  'GET /openapi.json': 'public',

  'GET /.well-known/oauth-protected-resource': 'public',
  'GET /v1/caller': [...EVERY_ROLE, 'witness'],

  'PUT /v1/inventory': ['admin'],
  'GET /v1/inventory': NETWORK_SIDE,
  'POST /v1/inventory/difference': NETWORK_SIDE,
  'GET /v1/inventory/proposals': NETWORK_SIDE,
  'GET /v1/inventory/proposals/:id': NETWORK_SIDE,
  'POST /v1/inventory/proposals/:id/confirmation': ['admin'],
  'GET /v1/entities': EVERY_ROLE,
  // Contacts are of use to whoever is joined, operates or investigates: nobody else reads them.
  'GET /v1/entities/:id/profile': [...PARTIES, 'engineer', 'security', 'admin'],
  'PUT /v1/entities/:id/profile': ['party-approver', 'admin'],
  'GET /v1/vpns': EVERY_ROLE,

  'POST /v1/policies': ['admin'],
  'POST /v1/policies/:version/publication': ['admin', 'security'],
  'POST /v1/policies/:version/acceptances': ['party-approver'],
  'GET /v1/policies': EVERY_ROLE,
  'GET /v1/policies/:version': EVERY_ROLE,
  'GET /v1/policies/:version/renditions/:language': EVERY_ROLE,
  // The paper lies with the network side; a scan has a person's name and hand.
  'GET /v1/policies/:version/hand-signed': ['security', 'admin', 'auditor'],
  'POST /v1/policies/:version/hand-signed': ['security', 'admin'],
  'GET /v1/policies/:version/hand-signed/:entity/content': ['security', 'admin', 'auditor'],
  'POST /v1/policies/:version/hand-signed/:entity/confirmation': ['security', 'admin'],
  'GET /v1/policy-standings': EVERY_ROLE,
  'GET /v1/prohibited-conduct': EVERY_ROLE,

  'POST /v1/signing-documents': SIGNING,
  'POST /v1/signing-documents/preparations': SIGNING,
  'POST /v1/signing-documents/attachments': SIGNING,

  'POST /v1/request-checks': PARTIES,
  'POST /v1/interconnects': PARTIES,
  'GET /v1/interconnects': EVERY_ROLE,
  'GET /v1/interconnects/:id': EVERY_ROLE,
  'GET /v1/interconnects/:id/liaison': [...PARTIES, 'engineer', 'security', 'admin'],

  ...Object.fromEntries(Object.values(ACTIONS).map(({ path, roles }) => [`POST ${path}`, roles])),

  'POST /v1/interconnects/:id/resumption': ['engineer'],
  'GET /v1/installation': NETWORK_SIDE,
  'POST /v1/installation/retirements': ['admin'],

  'GET /v1/plans/:id': NETWORK_SIDE,
  'GET /v1/plans/:id/text': NETWORK_SIDE,
  'GET /v1/plans/:id/payloads': NETWORK_SIDE,
  'GET /v1/plans/:id/record': AUDITING,
  'GET /v1/changes/:id': NETWORK_SIDE,
  'GET /v1/changes/:id/pushed': NETWORK_SIDE,
  'GET /v1/changes/:id/evidence': ['auditor'],

  'GET /v1/matrix': NETWORK_SIDE,
  'GET /v1/reach': NETWORK_SIDE,
  'POST /v1/audits': AUDITING,
  'GET /v1/audits': AUDITING,
  'GET /v1/audits/:digest/record': AUDITING,
  'GET /v1/routers': NETWORK_SIDE,
  'GET /v1/routers/:pe/check': ['engineer', 'security', 'admin'],
  'GET /v1/routers/:pe/running': ['engineer', 'security'],

  // What a browser asks before it sends a token; it tells nothing.
  'OPTIONS /v1/codec/decode': 'public',
  'OPTIONS /v1/codec/encode': 'public',
  'POST /v1/codec/decode': ['engineer', 'security'],
  // Workers take what is encrypted for wasl's own; it decides nothing, but it can disturb.
  'POST /v1/codec/encode': ['admin'],
  'POST /v1/webhooks': PARTIES,
  'GET /v1/webhooks': OF_WEBHOOKS,
  'GET /v1/webhooks/:id': OF_WEBHOOKS,
  'DELETE /v1/webhooks/:id': OF_WEBHOOKS,
  'PUT /v1/webhooks/:id/networks': ['admin'],
  'POST /v1/webhooks/:id/keys': PARTIES,
  'POST /v1/webhooks/:id/enablement': OF_WEBHOOKS,
  'GET /v1/webhooks/:id/deliveries': OF_WEBHOOKS,
  'POST /v1/webhooks/:id/deliveries/:delivery/replay': OF_WEBHOOKS,

  'GET /v1/retention': OF_RETENTION,
  'GET /v1/retention/proposals': OF_RETENTION,
  'POST /v1/retention/proposals': ['admin'],
  'POST /v1/retention/proposals/:id/decision': ['security'],
  'POST /v1/retention/proposals/:id/erasure': ['admin'],
  'GET /v1/legal-holds': OF_RETENTION,
  'POST /v1/legal-holds': ['security', 'auditor'],
  'POST /v1/legal-holds/:id/lifting': ['security'],
  'POST /v1/privacy/rotations': ['security'],
  'GET /v1/privacy/lost-keys': ['security'],
  'POST /v1/privacy/lost-keys': ['security'],
  'POST /v1/privacy/exports': ['security'],
  // Who signed, and for whom; with certificates only for a purpose, and recorded.
  'GET /v1/interconnects/:id/signatures': ['auditor', 'security'],
  'POST /v1/interconnects/:id/signatures/disclosures': ['auditor', 'security'],

  'GET /v1/events': EVERY_ROLE,
  'GET /v1/ledger': ['auditor'],
  // How much there is, and that it is the same: nothing of what is in it.
  'GET /v1/ledger/checkpoint': ['auditor', 'witness'],
  'GET /v1/ledger/proofs/consistency': ['auditor', 'witness'],
  'GET /v1/ledger/proofs/inclusion': ['auditor'],
  'GET /v1/ledger/checkpoints': ['auditor'],
  'POST /v1/ledger/cosignatures': ['witness'],
  'POST /v1/ledger/reviews': ['auditor'],
};

/** Numbers of the whole installation: whoever has a shell beside the server may read them, nobody else without a role. */
export const isOpenHere = (method: string, route: string): boolean => method === 'GET' && route === '/metrics';

export function accessTo(method: string, route: string): Access | undefined {
  const key = `${method} ${route}`;
  return Object.hasOwn(ACCESS, key) ? ACCESS[key] : undefined;
}

/** Throws FORBIDDEN unless one of the caller's roles is listed for the route. */
export function authorise(principal: Principal, method: string, route: string): void {
  const access = accessTo(method, route);
  if (access === 'public') return;
  if (access === undefined || !access.some((role) => principal.roles.includes(role))) {
    const roles = principal.roles.length > 0 ? principal.roles.join(', ') : 'no role';
    throw new WaslError('FORBIDDEN', `${principal.person} (${roles}) may not ${method} ${route}`);
  }
}

/** Whether the caller sees only what its entity takes part in. A network-side role beside a party's role sees everything. */
export function isPartyOnly(principal: Principal): boolean {
  return !NETWORK_SIDE.some((role) => principal.roles.includes(role));
}

/** The entity whose interconnects the caller is confined to; null: none. */
export function confinedTo(principal: Principal): EntityId | null {
  return isPartyOnly(principal) ? principal.entity : null;
}

export function maySee(
  principal: Principal,
  agreement: { readonly parties: readonly EntityId[]; readonly owners: readonly EntityId[] },
): boolean {
  return !isPartyOnly(principal) || relationOf(principal.entity, agreement) !== null;
}
