import type { Inventory } from '../../domain/inventory.ts';
import { isErrorCode, WaslError } from '../../errors.ts';
import type { ActiveFault, Fault } from '../faults.ts';
import type { SessionSummary } from '../router.ts';
import type { RouterSummary } from './server.ts';

export interface ControlClient {
  inventory(): Promise<Inventory>;
  routers(): Promise<RouterSummary[]>;
  runningText(router: string): Promise<string>;
  sessions(router: string): Promise<SessionSummary[]>;
  faults(router: string): Promise<ActiveFault[]>;
  /** `times: 1` strikes once; without it the fault stays until cleared. Returns its id. */
  setFault(router: string, fault: Fault, options?: { readonly times?: number }): Promise<number>;
  /** Without an id, all faults of the router. */
  clearFaults(router: string, id?: number): Promise<void>;
  reboot(router: string, options?: { readonly downMs?: number }): Promise<void>;
  /** A person at the console edits and commits: XML of the children of `<config>`. */
  edit(router: string, config: string, defaultOperation?: 'merge' | 'none'): Promise<void>;
}

/** Speaks to `startControlServer` of another process. Failures are WaslError with the server's code. */
export function controlClient(url: string, token: string): ControlClient {
  const call = async <Result>(method: string, path: string, body?: unknown): Promise<Result> => {
    const response = await fetch(`${url}/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const value: unknown = await response.json();
    if (response.ok) return value as Result;
    const { code, message } = value as { readonly code?: string; readonly message?: string };
    throw new WaslError(isErrorCode(code ?? '') ? (code as 'INTERNAL') : 'INTERNAL', message ?? response.statusText);
  };
  const at = (router: string, action: string): string => `routers/${encodeURIComponent(router)}/${action}`;
  return {
    inventory: () => call('GET', 'inventory'),
    routers: () => call('GET', 'routers'),
    runningText: async (router) => (await call<{ readonly text: string }>('GET', at(router, 'running'))).text,
    sessions: (router) => call('GET', at(router, 'sessions')),
    faults: (router) => call('GET', at(router, 'faults')),
    setFault: async (router, fault, options = {}) =>
      (await call<{ readonly id: number }>('POST', at(router, 'faults'), { fault, ...options })).id,
    clearFaults: async (router, id) => {
      await call('DELETE', at(router, id === undefined ? 'faults' : `faults/${id}`));
    },
    reboot: async (router, options = {}) => {
      await call('POST', at(router, 'reboot'), options);
    },
    edit: async (router, config, defaultOperation = 'merge') => {
      await call('POST', at(router, 'edit'), { config, defaultOperation });
    },
  };
}
