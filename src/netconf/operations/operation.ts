import { NetconfError } from '../errors.ts';
import type { Capabilities } from '../message/capabilities.ts';
import type { PositiveReply } from '../message/positive-reply.ts';

/** One rpc, ready to be sent. */
export interface Operation {
  /** Its name in RFC words, for messages. */
  readonly name: string;
  /** The element inside `<rpc>`. */
  readonly body: string;
  /** Capabilities without which the server cannot understand it; inner lists are alternatives. */
  readonly requires: readonly (string | readonly string[])[];
  /** What a positive answer to it is. */
  readonly positive: PositiveReply;
  /** It changes running: a lost answer leaves the outcome unknown. */
  readonly changesRunning: boolean;
}

/** Where configuration lives (RFC 6241 §5.1), or a URL (§8.8). */
export type Datastore = 'running' | 'candidate' | 'startup' | { readonly url: string };

/**
 * Refuses before anything is sent: a server that does not know an optional element may ignore it, and a confirmed commit
 * whose `<confirmed/>` is ignored is a commit.
 *
 * @throws NetconfError `CAPABILITY_MISSING`
 */
export function checkCapabilities(operation: Operation, capabilities: Capabilities): void {
  for (const need of operation.requires) {
    const alternatives = typeof need === 'string' ? [need] : need;
    if (!alternatives.some((name) => capabilities.has(name))) {
      throw new NetconfError('CAPABILITY_MISSING', `the server does not offer ${alternatives.join(' or ')}`);
    }
  }
}

/** @throws NetconfError `INVALID_REQUEST` */
export function positiveInteger(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1 || value > 4_294_967_295) {
    throw new NetconfError('INVALID_REQUEST', `${name} must be a whole number from 1 to 4294967295, not ${value}`);
  }
  return value;
}
