import { positiveReplyTo } from '../message/positive-reply.ts';
import { NETCONF_MONITORING } from '../namespaces.ts';
import { escapeText } from '../xml/build.ts';
import type { Operation } from './operation.ts';

export interface GetSchemaOptions {
  /** Name of the module. */
  readonly identifier: string;
  /** Its revision; needed where the server has several. */
  readonly version?: string | undefined;
  /** The server's default is `yang`. */
  readonly format?: 'yang' | 'yin' | 'xsd' | undefined;
}

/** RFC 6022 §3.1. The text of the module stands inside `<data>` in the monitoring namespace. */
export function getSchemaOperation({ identifier, version, format }: GetSchemaOptions): Operation {
  const parts = [
    `<identifier>${escapeText(identifier)}</identifier>`,
    version === undefined ? '' : `<version>${escapeText(version)}</version>`,
    format === undefined ? '' : `<format>${escapeText(format)}</format>`,
  ];
  return {
    name: 'get-schema',
    positive: positiveReplyTo('get-schema', NETCONF_MONITORING),
    body: `<get-schema xmlns="${NETCONF_MONITORING}">${parts.join('')}</get-schema>`,
    // The RFC makes the namespace itself the capability.
    requires: [NETCONF_MONITORING],
    changesRunning: false,
  };
}
