import { NetconfError } from '../errors.ts';
import type { MessageLayer } from './message-layer.ts';

/**
 * Asks a silent server for nothing, again and again: an empty subtree filter selects no data (RFC 6241 §6.4.2), so any server
 * answers it cheaply. Only while no rpc is running: a commit may take minutes, and a server that does one thing at a time must not be
 * taken for dead. A probe without answer ends the session with `IDLE_TIMEOUT`.
 */
export function keepAlive(messages: MessageLayer, options: { intervalMs: number; answerWithinMs: number }): void {
  const { intervalMs, answerWithinMs } = options;
  const probe = async () => {
    if (messages.rpcsInFlight > 0 || messages.streaming) return;
    const request = {
      operation: 'keepalive',
      body: '<get><filter type="subtree"/></get>',
      changesRunning: false,
      timeoutMs: answerWithinMs,
    };
    const failed = await messages.call(request).then(
      () => false,
      (error: NetconfError) => error.code === 'RPC_TIMEOUT',
    );
    // A refusal is an answer too. What arrived meanwhile, late as it is, shows a live server.
    if (failed)
      messages.fail(new NetconfError('IDLE_TIMEOUT', `silent, and no answer to a probe in ${answerWithinMs} ms`));
  };
  const timer = setInterval(() => void probe(), intervalMs);
  timer.unref();
  void messages.ended.then(() => clearInterval(timer));
}
