import type { InventoryRouter } from '../domain/inventory.ts';
import type { PlatformName, VpnId } from '../domain/names.ts';
import type { Address } from '../domain/prefix.ts';
import type { RouteTarget } from '../domain/route-target.ts';
import type { Commit, DatastoreName, LockDenial, SessionId } from './datastore/datastores.ts';
import type { ErrorOption } from './datastore/edit.ts';
import type { ContainerSchema } from './datastore/schema.ts';
import type { DataNode } from './datastore/tree.ts';
import type { Habits } from './habits.ts';
import type { RpcErrorFields } from './netconf/rpc-error.ts';
import type { RouteExchange } from './vpn/route-exchange.ts';
import type { VpnInstance } from './vpn/vpn-instance.ts';
import type { XmlElement } from './xml/element.ts';

/**
 * `tag`: an export policy that marks routes and lets later policies run; safe to chain.
 * `final`: one that ends the evaluation or replaces the route targets, so that chaining it safely is not possible.
 */
export type OperatorPolicyStyle = 'tag' | 'final';

/** What the operator configured before anybody connected. */
export interface BaseConfiguration {
  readonly router: InventoryRouter;
  baseRouteTarget(vpn: VpnId): RouteTarget;
  /** The operator's own export policy of a VRF, if any. */
  exportPolicy(vrf: string): OperatorPolicyStyle | undefined;
}

export interface CheckResult {
  readonly errors: readonly RpcErrorFields[];
  readonly warnings: readonly RpcErrorFields[];
}

/** What an operational rpc may look at. */
export interface OperationalContext {
  readonly router: string;
  readonly exchange: RouteExchange;
  readonly habits: Habits;
  /** Newest first. */
  readonly commits: readonly Commit[];
  /** The reply leaves so much later. */
  takes(ms: number): void;
  isAnswered(ping: { readonly vrf: string; readonly destination: Address; readonly source?: Address }): boolean;
}

export type Operational = (context: OperationalContext, vrfs: readonly string[]) => DataNode;

export type OperationalRpc = (input: XmlElement, context: OperationalContext) => string;

/** What makes a NETCONF server the server of one platform: its models, capabilities and habits. */
export interface Personality {
  readonly platform: PlatformName;
  readonly capabilities: readonly string[];
  /** null: the server has none. */
  readonly confirmedCommit: '1.0' | '1.1' | null;
  readonly errorOptions: readonly ErrorOption[];
  readonly firstSessionId: SessionId;
  readonly schema: ContainerSchema;
  readonly habits: Habits;

  /** XML of the base configuration: children of `<config>`. */
  renderBase(base: BaseConfiguration): string;
  /** The platform's own rules on a whole configuration: references, texts. */
  check(tree: DataNode): CheckResult;
  readInstances(tree: DataNode): VpnInstance[];
  lockDenied(datastore: DatastoreName, holder: SessionId, reason: LockDenial, user: string): RpcErrorFields;
  /** Content of the reply to validate and commit. */
  renderChecked(operation: 'validate' | 'commit', check: CheckResult, habits: Habits): string;
  /** What of the configuration get-config shows, where that is not all. */
  shown?(tree: DataNode, habits: Habits): DataNode;
  /** What get-config of running says of the last commit, where it does; `xml`: the configuration, empty where nothing was selected. */
  marked?(xml: string, lastCommit: Commit): string;
  /** By `{namespace}name`. */
  readonly rpcs: ReadonlyMap<string, OperationalRpc>;
  /** Operational data that `<get>` shows beside the configuration, by `{namespace}name` of its top node. */
  readonly operational: ReadonlyMap<string, Operational>;
  /** XML of an uncommitted change such as a person leaves behind. */
  renderLeftover(vrf: string): string;
}
