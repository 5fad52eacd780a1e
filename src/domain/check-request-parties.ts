import type { VpnId } from './names.ts';
import type { Flow } from './request.ts';
import type { FindingNotes, Parties, RequestContext } from './request-findings.ts';
import type { VpnAddresses } from './vpn-addresses.ts';

/** A flow whose two VPNs are known and may be connected. */
export interface KnownFlow {
  readonly flow: Flow;
  /** `flows[0]` */
  readonly path: string;
  readonly from: VpnAddresses;
  readonly to: VpnAddresses;
}

/** Between whom it is. Flows that this refuses are not looked at any further, and to a stranger none is. */
export function judgeParties(
  flows: readonly Flow[],
  { reader }: RequestContext,
  addresses: (id: VpnId) => VpnAddresses | null,
  notes: FindingNotes,
): { readonly parties: Parties | null; readonly flows: readonly KnownFlow[] } {
  const known = flows.map((flow, index): KnownFlow | null => {
    const path = `flows[${index}]`;
    const from = find(flow.from, `${path}.from`);
    const to = find(flow.to, `${path}.to`);
    return from === null || to === null ? null : { flow, path, from, to };
  });
  const [first, second] = flows;
  if (first !== undefined && second !== undefined && (second.from !== first.to || second.to !== first.from)) {
    notes.refuse(
      'REQUEST_PARTIES',
      'flows[1]',
      `the second flow goes from ${second.from} to ${second.to}, not from ${first.to} back to ${first.from}`,
      'Ask for a flow between other VPNs in a request of its own.',
    );
    known.length = 1;
  }
  const [lead] = known;
  if (lead === null || lead === undefined) return { parties: null, flows: [] };
  const [one, other] = [lead.from.vpn.entity, lead.to.vpn.entity];
  if (one === other) {
    const fact = `${lead.flow.from} and ${lead.flow.to} both belong to ${one}`;
    notes.refuse('REQUEST_PARTIES', 'flows[0].to', fact);
    return { parties: null, flows: [] };
  }
  const parties: Parties = one < other ? [one, other] : [other, one];
  if (reader !== 'network' && !parties.includes(reader)) {
    const remedy = `Somebody of ${parties.join(' or ')} must ask for it.`;
    notes.refuse('APPROVAL_PARTY', 'flows', `${reader} is no party of this request`, remedy);
    return { parties: null, flows: [] };
  }
  return { parties, flows: known.flatMap((flow) => flow ?? []) };

  /** Parties are not told which VPNs are listened to: to them a canary is no VPN at all. */
  function find(id: VpnId, path: string): VpnAddresses | null {
    const found = addresses(id);
    if (found !== null && !found.vpn.canary) return found;
    if (found !== null && reader === 'network') {
      const fact = `${id} is a canary: it must never gain a route`;
      notes.refuse('REQUEST_PARTIES', path, fact, 'Name a VPN that is not marked as canary.');
    } else {
      notes.refuse('VPN_UNKNOWN', path, `the inventory has no VPN ${id}`);
    }
    return null;
  }
}
