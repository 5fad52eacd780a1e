/** What the benchmark and its child processes say to each other. */
import type { Inventory } from '../../../src/domain/inventory.ts';
import type { Span } from './spans.ts';

export interface Network {
  readonly name: string;
  readonly routers: number;
  readonly rttMs: number;
}

export interface SimulatedNetworks {
  /** In the order asked. */
  readonly inventories: readonly Inventory[];
  readonly credential: { readonly username: string; readonly password: string };
}

export interface WorkerInput {
  readonly temporalAddress: string;
  readonly workflowBundlePath: string;
  /** Of the development authority. */
  readonly authorityFolder: string;
  readonly credential: { readonly username: string; readonly password: string };
  /** Namespaces and databases of real workers. */
  readonly networks: readonly { readonly namespace: string; readonly databaseUrl: string }[];
  /** Namespace of the worker whose activities do nothing. */
  readonly emptyNamespace: string;
}

/** Asked with the namespace. Since the last time it was asked. */
export interface WorkerReport {
  readonly spans: readonly Span[];
  readonly cpuMs: number;
}
