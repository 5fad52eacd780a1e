import { NetconfError } from '../errors.ts';
import { positiveReplyTo } from '../message/positive-reply.ts';
import { NETCONF_NOTIFICATION } from '../namespaces.ts';
import { escapeText } from '../xml/build.ts';
import { type Filter, filterRequires, filterXml } from './filter.ts';
import type { Operation } from './operation.ts';

export interface SubscriptionOptions {
  /** The server's default is `NETCONF`. */
  readonly stream?: string | undefined;
  readonly filter?: Filter | undefined;
  /** Replay from here (RFC 5277 §2.1.1). */
  readonly startTime?: Date | undefined;
  /** Ends the subscription; needs `startTime`. */
  readonly stopTime?: Date | undefined;
}

/** RFC 5277 §2.1.1. Without `:interleave` the session answers nothing but close-session afterwards (§6). */
export function createSubscriptionOperation(options: SubscriptionOptions = {}): Operation {
  const { stream, filter, startTime, stopTime } = options;
  if (stopTime !== undefined && startTime === undefined) {
    throw new NetconfError('INVALID_REQUEST', 'stopTime needs startTime (RFC 5277 section 2.1.1)');
  }
  const parts = [
    stream === undefined ? '' : `<stream>${escapeText(stream)}</stream>`,
    filterXml(filter),
    startTime === undefined ? '' : `<startTime>${startTime.toISOString()}</startTime>`,
    stopTime === undefined ? '' : `<stopTime>${stopTime.toISOString()}</stopTime>`,
  ];
  return {
    name: 'create-subscription',
    positive: positiveReplyTo('create-subscription', NETCONF_NOTIFICATION),
    body: `<create-subscription xmlns="${NETCONF_NOTIFICATION}">${parts.join('')}</create-subscription>`,
    requires: [':notification', ...filterRequires(filter)],
    changesRunning: false,
  };
}
