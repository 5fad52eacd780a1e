import type { VrfName } from '../../domain/names.ts';
import type { RunningVrf, Unknown } from '../../domain/network-view.ts';
import { WaslError } from '../../errors.ts';
import type { XmlElement } from '../../netconf/index.ts';
import type { Rule } from './grammar.ts';

/** What is on a router under wasl's name, as `kind name` or `vrf NAME ...`, and what it says in one normal form. */
export type WaslObjects = ReadonlyMap<string, string>;

/** A VRF's entry, and the words before it on the router. */
export interface VrfEntry {
  readonly name: VrfName;
  readonly element: XmlElement;
}

/** What one platform knows of its configuration; how a router is read with it is the same for all. */
export interface VrfReader {
  /** By the name of a top node; any other top node is reported. */
  readonly roots: (root: XmlElement) => Rule | undefined;
  /** Every instance that may hold or name routes of VPNs. */
  readonly entries: (config: readonly XmlElement[]) => readonly VrfEntry[];
  readonly entryPath: string;
  readonly entry: Rule;
  /** What follows `WASL-<VRF>-` in the names of wasl's objects, by kind. */
  readonly objectGrammar: Readonly<Record<string, RegExp>>;
  /** In a configuration or in an edit; a deactivated one differs from one that is in force. */
  readonly readObjects: (config: readonly XmlElement[]) => WaslObjects;
  readonly readExpected: (edit: readonly XmlElement[]) => WaslObjects;
  readonly parse: (entry: VrfEntry) => RunningVrf;
  /** Names of wasl's objects that the operator's own policies use, with such a policy. */
  readonly usesOf?: (config: readonly XmlElement[]) => ReadonlyMap<string, string>;
  /** wasl's objects that are right although no edit for the share of this VRF would write them. */
  readonly forget?: (vrf: RunningVrf, mine: Map<string, string>) => void;
  readonly anomaliesOf?: (vrf: RunningVrf) => readonly string[];
  /** What only the platform can tell of the whole configuration. */
  readonly unknownsOfRouter?: (config: readonly XmlElement[]) => readonly Unknown[];
}

/** null where a text of the router is not what it should be: the comparison of objects then reports it. */
export function tryParse<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if (error instanceof WaslError) return null;
    throw error;
  }
}
