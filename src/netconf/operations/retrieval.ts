import { positiveReplyTo } from '../message/positive-reply.ts';
import { NETCONF_WITH_DEFAULTS } from '../namespaces.ts';
import { datastoreRequires, datastoreXml } from './datastore.ts';
import { type Filter, filterRequires, filterXml, type WithDefaults } from './filter.ts';
import type { Datastore, Operation } from './operation.ts';

export interface GetOptions {
  readonly filter?: Filter | undefined;
  readonly withDefaults?: WithDefaults | undefined;
}

export interface GetConfigOptions extends GetOptions {
  readonly source: Datastore;
}

/** RFC 6241 §7.7: running and state. */
export function getOperation({ filter, withDefaults }: GetOptions): Operation {
  return {
    name: 'get',
    positive: positiveReplyTo('get'),
    body: `<get>${filterXml(filter)}${withDefaultsXml(withDefaults)}</get>`,
    requires: [...filterRequires(filter), ...withDefaultsRequires(withDefaults)],
    changesRunning: false,
  };
}

/** RFC 6241 §7.1. */
export function getConfigOperation({ source, filter, withDefaults }: GetConfigOptions): Operation {
  const parts = `<source>${datastoreXml(source)}</source>${filterXml(filter)}${withDefaultsXml(withDefaults)}`;
  return {
    name: 'get-config',
    positive: positiveReplyTo('get-config'),
    body: `<get-config>${parts}</get-config>`,
    requires: [...datastoreRequires(source), ...filterRequires(filter), ...withDefaultsRequires(withDefaults)],
    changesRunning: false,
  };
}

/** RFC 6243 §4.5. */
export function withDefaultsXml(mode: WithDefaults | undefined): string {
  return mode === undefined ? '' : `<with-defaults xmlns="${NETCONF_WITH_DEFAULTS}">${mode}</with-defaults>`;
}

export function withDefaultsRequires(mode: WithDefaults | undefined): readonly string[] {
  return mode === undefined ? [] : [':with-defaults'];
}
