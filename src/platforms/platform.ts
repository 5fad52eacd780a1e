import type { InventoryVrf } from '../domain/inventory.ts';
import type { RunningVrf } from '../domain/network-view.ts';
import type { RouteTargetPool } from '../domain/route-target-pool.ts';
import type { ExecResult, XmlElement } from '../netconf/index.ts';
import type { PingRequest, RouteTable, VrfRoute } from '../router/router.ts';

/** What an adapter may ask of its router: reads only. Errors are WaslError already. */
export interface RouterReader {
  /** `<get>` with a subtree filter; the children of `<data>`. */
  get(filterXml: string): Promise<readonly XmlElement[]>;
  /** Any rpc that changes nothing; the children of `<rpc-reply>`. */
  call(rpcXml: string): Promise<readonly XmlElement[]>;
  /** A command over SSH that ended by itself, with whatever exit status; one that was cut off is an error. */
  exec(command: string): Promise<ExecResult & { readonly code: number }>;
}

export interface ParseContext {
  readonly pool: RouteTargetPool;
  /** VRFs of the inventory: they say which families a VRF has where the configuration does not. */
  readonly vrfs: readonly InventoryVrf[];
}

/** A platform in one file: how its configuration reads. What it writes is in `templates/`, what its server needs in the manifest. */
export interface PlatformAdapter {
  /** Subtree filter that selects the part of running that wasl reads. */
  readonly configFilter: string;
  /** Containers without presence: empty they mean nothing (RFC 7950 §7.5.1), and servers differ in whether they show them. */
  readonly transparentContainers: ReadonlySet<string>;
  parseRunning(config: readonly XmlElement[], context: ParseContext): RunningVrf[];
  /** In the order of `tables`. */
  readRouteTables(reader: RouterReader, tables: readonly RouteTable[]): Promise<VrfRoute[][]>;
  ping(reader: RouterReader, request: PingRequest): Promise<{ readonly sent: number; readonly received: number }>;
}
