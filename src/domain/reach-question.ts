import type { VpnId } from './names.ts';
import type { Prefix } from './prefix.ts';

/** Where packets begin, and where they go: to all that a VPN announces, or to one network. */
export interface ReachQuestion {
  readonly from: VpnId;
  readonly to: VpnId | Prefix;
}
