import { NetconfError } from '../errors.ts';
import { positiveReplyTo } from '../message/positive-reply.ts';
import { NETCONF_PARTIAL_LOCK } from '../namespaces.ts';
import { escapeText } from '../xml/build.ts';
import { datastoreRequires, datastoreXml } from './datastore.ts';
import { namespaceAttributes } from './filter.ts';
import { type Operation, positiveInteger } from './operation.ts';

export type LockTarget = 'running' | 'candidate' | 'startup';

/** RFC 6241 §7.5. A refusal is `lock-denied`; `lockHolderSessionId` reads who holds it. */
export function lockOperation(target: LockTarget): Operation {
  return onTarget('lock', target);
}

/** RFC 6241 §7.6. On Junos, SR OS and netopeer2 the unlock of a changed candidate discards it. */
export function unlockOperation(target: LockTarget): Operation {
  return onTarget('unlock', target);
}

/** RFC 5717 §2.4.1: locks the nodes of running that the expressions select. The reply has the lock-id. */
export function partialLockOperation(
  selects: readonly string[],
  namespaces: Readonly<Record<string, string>> = {},
): Operation {
  if (selects.length === 0)
    throw new NetconfError('INVALID_REQUEST', 'partial-lock needs at least one select expression');
  const declared = namespaceAttributes(namespaces);
  const parts = selects.map((select) => `<select>${escapeText(select)}</select>`).join('');
  return {
    name: 'partial-lock',
    positive: positiveReplyTo('partial-lock', NETCONF_PARTIAL_LOCK),
    body: `<partial-lock xmlns="${NETCONF_PARTIAL_LOCK}"${declared}>${parts}</partial-lock>`,
    requires: [':partial-lock'],
    changesRunning: false,
  };
}

/** RFC 5717 §2.4.2. */
export function partialUnlockOperation(lockId: number): Operation {
  const id = positiveInteger('lockId', lockId);
  return {
    name: 'partial-unlock',
    positive: positiveReplyTo('partial-unlock', NETCONF_PARTIAL_LOCK),
    body: `<partial-unlock xmlns="${NETCONF_PARTIAL_LOCK}"><lock-id>${id}</lock-id></partial-unlock>`,
    requires: [':partial-lock'],
    changesRunning: false,
  };
}

function onTarget(name: 'lock' | 'unlock', target: LockTarget): Operation {
  return {
    name,
    positive: positiveReplyTo(name),
    body: `<${name}><target>${datastoreXml(target)}</target></${name}>`,
    requires: datastoreRequires(target),
    changesRunning: false,
  };
}
