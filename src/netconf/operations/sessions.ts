import { positiveReplyTo } from '../message/positive-reply.ts';
import { type Operation, positiveInteger } from './operation.ts';

/** RFC 6241 §7.8. The server releases locks, and undoes a confirmed commit without persist. */
export function closeSessionOperation(): Operation {
  return {
    name: 'close-session',
    positive: positiveReplyTo('close-session'),
    body: '<close-session/>',
    requires: [],
    changesRunning: false,
  };
}

/** RFC 6241 §7.9: ends another session; its locks go, and its confirmed commit without persist is undone. */
export function killSessionOperation(sessionId: number): Operation {
  const id = positiveInteger('sessionId', sessionId);
  return {
    name: 'kill-session',
    positive: positiveReplyTo('kill-session'),
    body: `<kill-session><session-id>${id}</session-id></kill-session>`,
    requires: [],
    changesRunning: false,
  };
}
