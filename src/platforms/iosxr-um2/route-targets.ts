import { makeRouteTarget, type RouteTarget } from '../../domain/route-target.ts';
import { childText, type XmlElement } from '../../netconf/index.ts';
import { tryParse } from '../reading/vrf-reader.ts';

/** The model keeps a list for each encoding, with names of its own for the parts. */
export const TARGET_LISTS = {
  'two-byte-as-route-target': { type: 0, administrator: 'two-byte-as-number', assigned: 'asn2-index' },
  'four-byte-as-route-target': { type: 2, administrator: 'four-byte-as-number', assigned: 'asn4-index' },
  'ipv4-address-route-target': { type: 1, administrator: 'ipv4-address', assigned: 'ipv4-address-index' },
} as const;
export type TargetList = keyof typeof TARGET_LISTS;

/** null where an entry is not as the model says. */
export function targetIn(list: TargetList, entry: XmlElement): RouteTarget | null {
  const { type, administrator, assigned } = TARGET_LISTS[list];
  const parts = { administrator: childText(entry, administrator) ?? '', assigned: Number(childText(entry, assigned)) };
  return tryParse(() => makeRouteTarget({ type, ...parts }));
}
