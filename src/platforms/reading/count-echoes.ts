import { WaslError } from '../../errors.ts';
import { printable } from '../../netconf/index.ts';
import type { PingRequest } from '../platform.ts';

export interface EchoTexts {
  readonly sent: string | undefined;
  readonly received: string | undefined;
  /** What the router said in place of numbers. */
  readonly said?: string | undefined;
}

const COUNT = /^\d{1,9}$/;

/**
 * Silence that was measured. A ping that was never sent must not pass for it: it would prove an isolation that nobody tried.
 *
 * @throws WaslError ROUTER_PROTOCOL where the router gave no numbers, or sent nothing
 */
export function countEchoes({ vrf, destination }: PingRequest, { sent = '', received = '', said }: EchoTexts) {
  if (COUNT.test(sent) && COUNT.test(received) && Number(sent) > 0) {
    return { sent: Number(sent), received: Number(received) };
  }
  const words = said === undefined ? '' : `: ${printable(said)}`;
  throw new WaslError('ROUTER_PROTOCOL', `ping ${destination} from VRF ${vrf}: no echo was counted${words}`);
}
