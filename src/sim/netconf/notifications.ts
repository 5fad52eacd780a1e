import { escapeXml, tag, textTag } from '../xml/element.ts';

const NOTIFICATION_NAMESPACE = 'urn:ietf:params:xml:ns:netconf:notification:1.0';
export const EVENTS_NAMESPACE = 'urn:ietf:params:xml:ns:yang:ietf-netconf-notifications';

/** RFC 5277 §4 around an event of RFC 6470. */
export function renderNotification(eventTime: Date, event: string): string {
  const time = textTag('eventTime', eventTime.toISOString());
  return `<notification xmlns="${NOTIFICATION_NAMESPACE}">${time}${event}</notification>`;
}

export interface ChangedBy {
  readonly username: string;
  /** 0: not a NETCONF session. */
  readonly sessionId: number;
}

function renderChangedBy({ username, sessionId }: ChangedBy): string {
  if (sessionId === 0) return tag('changed-by', tag('server', ''));
  return tag('changed-by', textTag('username', username) + textTag('session-id', String(sessionId)));
}

/** RFC 6470 §2.1, netconf-config-change: `targets` are instance identifiers of the top nodes that changed. */
export function renderConfigChange(by: ChangedBy, targets: readonly { name: string; namespace: string }[]): string {
  const edits = targets.map(
    ({ name, namespace }) =>
      `<edit><target xmlns:t="${escapeXml(namespace)}">/t:${name}</target><operation>merge</operation></edit>`,
  );
  const content = `${renderChangedBy(by)}<datastore>running</datastore>${edits.join('')}`;
  return tag('netconf-config-change', content, EVENTS_NAMESPACE);
}

/** RFC 6470 §2.1, netconf-confirmed-commit. */
export function renderConfirmedCommit(by: ChangedBy, event: string, timeoutSeconds: number): string {
  const identity =
    by.sessionId === 0 ? '' : textTag('username', by.username) + textTag('session-id', String(by.sessionId));
  const timeout = event === 'start' || event === 'extend' ? textTag('timeout', String(timeoutSeconds)) : '';
  return tag('netconf-confirmed-commit', `${identity}${textTag('confirm-event', event)}${timeout}`, EVENTS_NAMESPACE);
}
