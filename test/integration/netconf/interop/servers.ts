import type { ConnectOptions } from '../../../../src/netconf/index.ts';
import { startNetconfTesttool, TESTTOOL_VERSION } from '../netconf-testtool.ts';
import { type Netconfd, startNetconfd } from '../netconfd.ts';

export interface RunningServer {
  readonly options: ConnectOptions;
  freeze(): Promise<void>;
  thaw(): void;
  stop(): Promise<void>;
  /** One more, that keeps running over restarts. */
  startDurable(): Promise<RunningServer & Pick<Netconfd, 'restart'>>;
}

export interface InteropServer {
  readonly name: string;
  readonly what: string;
  start(): Promise<RunningServer>;
  /** Of the capabilities that cases need, those that its hello does not have. */
  readonly lacks: readonly string[];
  /** What it does where that is not what the RFC says. */
  readonly deviations: Readonly<Record<string, string>>;
}

export const SERVERS: readonly InteropServer[] = [
  {
    name: 'netconfd',
    what: 'yuma123 2.13 (C), package netconfd of Debian 12, behind OpenSSH',
    start: async () => withDurable(await startNetconfd()),
    lacks: [],
    deviations: {
      'an operation that does not exist': 'refused: unknown-namespace',
      'validate, and then commit (§8.6)': 'ok; running: none',
      'partial-lock (RFC 5717)': 'refused: none',
      'cancel-commit under another session’s lock of the candidate': 'lock: refused; cancel-commit: ok; none',
    },
  },
  {
    name: 'netconf-testtool',
    what: `OpenDaylight NETCONF ${TESTTOOL_VERSION} (Java, its own SSH) over the MD-SAL datastore, from Maven Central`,
    start: async () => withDurable(await startNetconfTesttool()),
    lacks: [
      ...[':xpath', ':with-defaults', ':validate', ':partial-lock'],
      ...['urn:ietf:params:netconf:capability:yang-library:1.0', ':interleave', ':confirmed-commit:1.1'],
    ],
    deviations: {
      'a value against the schema': 'refused: operation-failed; candidate: none',
      'lock of the candidate that another session has locked (§7.5)': 'ok; after its unlock: ok',
      'an edit of the candidate that another session has locked (§7.5)': 'ok',
      'lock of running': 'refused: operation-not-supported',
      'copy-config from running to candidate': 'refused: operation-not-supported',
      'kill-session': 'refused: operation-not-supported; the other session is open',
    },
  },
];

/** Restarts are asked of netconfd only: the other keeps nothing, and has no confirmed commit. */
function withDurable(server: Omit<RunningServer, 'startDurable'>): RunningServer {
  return {
    ...server,
    startDurable: async () => {
      const durable = await startNetconfd({ durable: true });
      return { ...withDurable(durable), restart: durable.restart };
    },
  };
}
