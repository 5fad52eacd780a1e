import type { InventoryVrf } from '../domain/inventory.ts';
import type { VrfName } from '../domain/names.ts';
import type { ObservedRoute } from '../domain/observed-routes.ts';
import type { Address, Family } from '../domain/prefix.ts';
import type { RouteTargetPool } from '../domain/route-target-pool.ts';
import type { ExecResult, XmlElement } from '../netconf/index.ts';
import type { PlatformManifest } from './manifest.ts';
import type { PlatformName } from './manifests.ts';
import type { PlatformView } from './platform-view.ts';
import type { VrfReader } from './reading/vrf-reader.ts';

/** What a platform may ask of its router: reads only. Errors are WaslError already. */
export interface RouterReader {
  /** `<get>` with a subtree filter; the children of `<data>`. */
  get(filterXml: string): Promise<readonly XmlElement[]>;
  /** Any rpc that changes nothing; the children of `<rpc-reply>`, without warnings. */
  call(rpcXml: string): Promise<readonly XmlElement[]>;
  /** A command over SSH that ended by itself, with whatever exit status; one that was cut off is an error. */
  exec(command: string): Promise<ExecResult & { readonly code: number }>;
}

export interface ParseContext {
  readonly pool: RouteTargetPool;
  /** VRFs of the inventory: they say which families a VRF has where the configuration does not. */
  readonly vrfs: readonly InventoryVrf[];
}

export interface RouteTable {
  readonly vrf: VrfName;
  readonly family: Family;
}

export type VrfRoute = ObservedRoute;

export interface PingRequest {
  readonly vrf: VrfName;
  readonly destination: Address;
  readonly source?: Address;
  readonly count: number;
}

/** What a router says of its last commit: another one than before, and running may be another. */
export interface ChangeMarker {
  readonly value: string;
  /** No two commits have the same one; else two of the same second may. */
  readonly isUnique: boolean;
}

/** Name -> text, as the router has it. */
export type PolicyTexts = Readonly<Record<string, string>>;

/** A platform: what its folder knows. What it writes is in `templates/`. */
export interface Platform {
  readonly manifest: PlatformManifest & { readonly name: PlatformName };
  /** Subtree filter that selects the part of running that wasl reads. */
  readonly configFilter: string;
  /** Containers without presence: empty they mean nothing (RFC 7950 §7.5.1), and servers differ in whether they show them. */
  readonly transparentContainers: ReadonlySet<string>;
  /** Of the configuration that is in force. `whole`: with what is deactivated, each part with its mark. */
  readerOf(config: readonly XmlElement[], context: ParseContext, whole: readonly XmlElement[]): VrfReader;
  readonly view: PlatformView;
  /**
   * Why an operator's export policies cannot stay in place together with wasl's rules, as a sentence; null when they can.
   * Safe means: every route is exported or kept back exactly as before, with every route target that it had, and a route in scope of a rule
   * that is exported also carries the rule's. What cannot be read is not safe.
   */
  judgeExportPolicies(policies: readonly string[], texts: PolicyTexts): string | null;
  /** What the router holds beside running: read with it, judged with it, and no part of what is put back. */
  readonly readBeside: ((reader: RouterReader) => Promise<readonly XmlElement[]>) | null;
  /** Asked instead of running where that was read before; null: the platform has none, or this router does not show it. */
  readonly readChangeMarker: ((reader: RouterReader) => Promise<ChangeMarker | null>) | null;
  /** In the order of `tables`. */
  readRouteTables(reader: RouterReader, tables: readonly RouteTable[]): Promise<VrfRoute[][]>;
  ping(reader: RouterReader, request: PingRequest): Promise<{ readonly sent: number; readonly received: number }>;
}
