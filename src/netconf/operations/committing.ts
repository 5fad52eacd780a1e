import { NetconfError } from '../errors.ts';
import { positiveReplyTo } from '../message/positive-reply.ts';
import { escapeText, type XmlContent } from '../xml/build.ts';
import { datastoreRequires, datastoreXml } from './datastore.ts';
import { configXml } from './editing.ts';
import { type Datastore, type Operation, positiveInteger } from './operation.ts';

export interface CommitOptions {
  /** A confirmed commit (RFC 6241 §8.4): undone after the timeout unless it is confirmed. */
  readonly confirmed?: boolean | undefined;
  /** The server's default is 600 s. Always seconds, also on Junos (whose own commit-configuration takes minutes). */
  readonly confirmTimeoutSeconds?: number | undefined;
  /** With it the confirmed commit outlives the session. Needs 1.1. */
  readonly persist?: string | undefined;
  /** Confirms or follows up the pending confirmed commit that was made with `persist`. Needs 1.1. */
  readonly persistId?: string | undefined;
}

/**
 * RFC 6241 §8.3.4.1 commit, §8.4.5.1 its parameters. A confirming commit also commits whatever stands in the candidate by then.
 * `persistId` together with `confirmed` is a follow-up that resets the timer; netopeer2 refuses that (2.8.7) and wants `persist` again.
 */
export function commitOperation(options: CommitOptions = {}): Operation {
  const { confirmed = false, confirmTimeoutSeconds, persist, persistId } = options;
  if (!confirmed && (confirmTimeoutSeconds !== undefined || persist !== undefined)) {
    // A server may ignore them without <confirmed/>: what was meant to be undone would stay.
    throw new NetconfError('INVALID_REQUEST', 'confirmTimeoutSeconds and persist need confirmed: true', {
      operation: 'commit',
    });
  }
  const parts = [
    confirmed ? '<confirmed/>' : '',
    confirmTimeoutSeconds === undefined
      ? ''
      : `<confirm-timeout>${positiveInteger('confirmTimeoutSeconds', confirmTimeoutSeconds)}</confirm-timeout>`,
    token('persist', persist),
    token('persist-id', persistId),
  ];
  const needs11 = persist !== undefined || persistId !== undefined;
  return {
    name: confirmed ? 'confirmed commit' : 'commit',
    positive: positiveReplyTo('commit'),
    body: `<commit>${parts.join('')}</commit>`,
    requires: [
      ':candidate',
      ...(needs11 ? [':confirmed-commit:1.1'] : []),
      ...(confirmed && !needs11 ? [':confirmed-commit'] : []),
    ],
    changesRunning: true,
  };
}

/** RFC 6241 §8.4.4.1: undoes a pending confirmed commit now; with `persistId` also that of another session. */
export function cancelCommitOperation({ persistId }: { readonly persistId?: string | undefined } = {}): Operation {
  return {
    name: 'cancel-commit',
    positive: positiveReplyTo('cancel-commit'),
    body: `<cancel-commit>${token('persist-id', persistId)}</cancel-commit>`,
    requires: [':confirmed-commit:1.1'],
    changesRunning: true,
  };
}

/** RFC 6241 §8.3.4.2: the candidate becomes running again. It throws away whoever's edits are there: look before. */
export function discardChangesOperation(): Operation {
  return {
    name: 'discard-changes',
    positive: positiveReplyTo('discard-changes'),
    body: '<discard-changes/>',
    requires: [':candidate'],
    changesRunning: false,
  };
}

/** RFC 6241 §8.6.4.1. */
export function validateOperation(source: Datastore | { readonly config: XmlContent }): Operation {
  const inline = typeof source === 'object' && 'config' in source;
  return {
    name: 'validate',
    positive: positiveReplyTo('validate'),
    body: `<validate><source>${inline ? configXml(source.config) : datastoreXml(source)}</source></validate>`,
    requires: [':validate', ...(inline ? [] : datastoreRequires(source))],
    changesRunning: false,
  };
}

function token(name: 'persist' | 'persist-id', value: string | undefined): string {
  if (value === undefined) return '';
  if (value === '') throw new NetconfError('INVALID_REQUEST', `${name} must not be empty`, { operation: 'commit' });
  return `<${name}>${escapeText(value)}</${name}>`;
}
