import { escapeXml, NETCONF_NAMESPACE, tag, textTag } from '../xml/element.ts';

/** RFC 6241 Appendix A. */
export type ErrorTag =
  | 'in-use'
  | 'invalid-value'
  | 'too-big'
  | 'missing-attribute'
  | 'bad-attribute'
  | 'unknown-attribute'
  | 'missing-element'
  | 'bad-element'
  | 'unknown-element'
  | 'unknown-namespace'
  | 'access-denied'
  | 'lock-denied'
  | 'resource-denied'
  | 'rollback-failed'
  | 'data-exists'
  | 'data-missing'
  | 'operation-not-supported'
  | 'operation-failed'
  | 'malformed-message';

export type ErrorType = 'transport' | 'rpc' | 'protocol' | 'application';

export interface RpcErrorFields {
  readonly tag: ErrorTag;
  readonly type?: ErrorType;
  readonly severity?: 'error' | 'warning';
  readonly appTag?: string;
  readonly path?: string;
  /** Namespaces of the prefixes in `path`. */
  readonly pathNamespaces?: ReadonlyMap<string, string>;
  readonly message?: string;
  /** Children of `<error-info>`, for example `{ 'session-id': '7' }`. */
  readonly info?: Readonly<Record<string, string>>;
}

/** An `<rpc-error>` on its way to the client. */
export class RpcError extends Error {
  readonly fields: RpcErrorFields;

  constructor(fields: RpcErrorFields) {
    super(fields.message ?? fields.tag);
    this.name = 'RpcError';
    this.fields = fields;
  }
}

export function renderRpcError(fields: RpcErrorFields): string {
  const declared = [...(fields.pathNamespaces ?? [])].map(([prefix, uri]) => ` xmlns:${prefix}="${escapeXml(uri)}"`);
  const parts = [
    textTag('error-type', fields.type ?? 'application'),
    textTag('error-tag', fields.tag),
    textTag('error-severity', fields.severity ?? 'error'),
    fields.appTag === undefined ? '' : textTag('error-app-tag', fields.appTag),
    fields.path === undefined ? '' : `<error-path${declared.join('')}>${escapeXml(fields.path)}</error-path>`,
    fields.message === undefined ? '' : `<error-message xml:lang="en">${escapeXml(fields.message)}</error-message>`,
    fields.info === undefined
      ? ''
      : tag(
          'error-info',
          Object.entries(fields.info)
            .map(([name, text]) => textTag(name, text))
            .join(''),
        ),
  ];
  return tag('rpc-error', parts.join(''), NETCONF_NAMESPACE);
}
