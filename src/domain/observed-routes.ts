import type { PeName, VrfName } from './names.ts';
import type { Family, Prefix } from './prefix.ts';

/** One route in a VRF's table, as the router shows it. */
export interface ObservedRoute {
  readonly prefix: Prefix;
  /** vpn: learnt from another VRF or PE by route target; local: attached, static or from a CE. */
  readonly origin: 'local' | 'vpn';
  /**
   * Where its packets go, in the router's words: next hops, interfaces, the VRF they lie in. Equal words are the same place; of one router
   * they compare. Absent: the router does not tell.
   */
  readonly towards?: string;
}

/** Routes by `tableKey`. A table that was not read is absent: that is not an empty one. */
export type ObservedTables = ReadonlyMap<string, readonly ObservedRoute[]>;

/** Routes of a whole table, by `tableKey`. Plain JSON. */
export type TableSizes = Readonly<Record<string, number>>;

export function tableKey(pe: PeName, vrf: VrfName, family: Family): string {
  return `${pe}/${vrf}/${family}`;
}
