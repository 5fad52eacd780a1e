/** A national backbone of any size: VPNs spread over its PEs, and interconnects between them that are on the routers. */
import type { NetworkView } from '../../src/domain/network-view.ts';
import type { RealisedInterconnect } from '../../src/domain/request.ts';
import { composeShares } from '../../src/plan/compose-shares.ts';
import { replaceShares } from '../../src/plan/replace-shares.ts';
import { makeFlow, makeInterconnect, makePe, type VrfSpec } from '../proof/networks.ts';

export interface NetworkSize {
  readonly pes: number;
  readonly vrfs: number;
  readonly prefixes: number;
  readonly interconnects: number;
}

export interface NationalNetwork {
  readonly view: NetworkView;
  readonly active: readonly RealisedInterconnect[];
  /** One more, between two VPNs that have none yet. */
  readonly next: RealisedInterconnect;
}

/** Every VPN at so many PEs. */
const SITES = 10;

export function nationalNetwork({ pes, vrfs, prefixes, interconnects }: NetworkSize): NationalNetwork {
  const vpns = Math.ceil(vrfs / SITES);
  const perVrf = Math.floor(prefixes / vrfs);
  const specs: VrfSpec[][] = Array.from({ length: pes }, () => []);
  for (let vpn = 0; vpn < vpns; vpn++) {
    for (let site = 0; site < SITES; site++) {
      const first = (vpn * SITES + site) * perVrf;
      const own = Array.from({ length: perVrf }, (_, at) => prefixAt(first + at));
      // Strides keep two VPNs from standing on the very same PEs.
      const at = (vpn * 7 + site * (1 + (vpn % 41))) % pes;
      const probe = own[0]?.replace(/\d+\/\d+$/, (end) => `${Number(end.split('/')[0]) + 1}`) ?? null;
      const name = site === 0 ? vpnName(vpn) : `${vpnName(vpn)}-${site}`;
      specs[at]?.push({ vpn: vpnName(vpn), name, own: `65000:${100 + vpn}`, families: ['ipv4'], prefixes: own, probe });
    }
  }
  const bare = { pes: specs.map((ofPe, at) => makePe(`pe${String(at).padStart(4, '0')}`, ofPe)) };
  const pairs = pairsOf(vpns, interconnects + 1);
  const made = pairs.map(([a, b], index) => {
    const target = (way: number) => `65001:${100_000 + 2 * index + way}`;
    const given = (vpn: number) => [prefixAt((vpn * SITES + (index % SITES)) * perVrf + (index % perVrf))];
    return makeInterconnect(
      index + 1,
      makeFlow(vpnName(a), vpnName(b), target(0), given(a)),
      makeFlow(vpnName(b), vpnName(a), target(1), given(b)),
    );
  });
  const [next, ...active] = made.reverse();
  if (next === undefined) throw new Error('at least one pair');
  const composed = composeShares(bare, active);
  return { view: replaceShares(bare, (pe, vrf) => composed.get(pe)?.get(vrf)), active, next };
}

/** Each VPN with the ones 1, 2, 3, … further on, as many as are wanted; no pair twice. */
function pairsOf(vpns: number, count: number): [number, number][] {
  return Array.from({ length: count }, (_, index) => {
    const distance = 1 + Math.floor(index / vpns);
    return [index % vpns, (index + distance) % vpns];
  });
}

const vpnName = (number: number): string => `V${String(number).padStart(5, '0')}`;
/** /28s of 10.0.0.0/8 and what follows it: none overlaps another. */
const prefixAt = (number: number): string => {
  const address = 10 * 2 ** 24 + number * 16;
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}/28`;
};
