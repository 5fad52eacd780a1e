import { setTimeout as sleep } from 'node:timers/promises';
import { type ExecResult, NetconfError, type NetconfSession } from '../netconf/index.ts';
import { SessionSlots } from './session-slots.ts';

/**
 * OpenSSH allows ten sessions on a connection unless told otherwise (MaxSessions), and NETCONF is one of them. It gives one back a turn of its
 * loop after it has read the channel's end: when n commands end together, the n that follow meet 1 + n that count. So 1 + 2n ≤ 10.
 */
const COMMANDS_AT_ONCE_MAX = 4;
/** Where the server allows fewer, a refused command waits for the others to end, as long as this. */
const REFUSED_MS_MAX = 30_000;
const REFUSED_PAUSE_MS = 100;

/** Commands (SSH exec) beside the NETCONF session of a router: as many at once as its server takes, in the order in which they came. */
export class Commands {
  readonly #session: Pick<NetconfSession, 'exec'>;
  readonly #refusedMsMax: number;
  readonly #slots = new SessionSlots(COMMANDS_AT_ONCE_MAX);

  constructor(session: Pick<NetconfSession, 'exec'>, { refusedMsMax = REFUSED_MS_MAX } = {}) {
    this.#session = session;
    this.#refusedMsMax = refusedMsMax;
  }

  /** @throws NetconfError `CHANNEL_REFUSED` when the server had no session for it in all that time, and whatever exec throws */
  run(command: string): Promise<ExecResult> {
    return this.#slots.take(() => this.#untilTaken(command));
  }

  /** What was refused was not begun: asking again does nothing twice. */
  async #untilTaken(command: string): Promise<ExecResult> {
    const givenUpAt = performance.now() + this.#refusedMsMax;
    for (;;) {
      try {
        return await this.#session.exec(command);
      } catch (error) {
        const isRefused = error instanceof NetconfError && error.code === 'CHANNEL_REFUSED';
        if (!isRefused || performance.now() > givenUpAt) throw error;
        await sleep(REFUSED_PAUSE_MS);
      }
    }
  }
}
