import { NetconfError } from '../errors.ts';
import { positiveReplyTo } from '../message/positive-reply.ts';
import { NETCONF_BASE } from '../namespaces.ts';
import { contentToText, escapeText, type XmlContent } from '../xml/build.ts';
import { datastoreRequires, datastoreXml, writableRequires } from './datastore.ts';
import type { WithDefaults } from './filter.ts';
import type { Datastore, Operation } from './operation.ts';
import { withDefaultsRequires, withDefaultsXml } from './retrieval.ts';

export interface EditConfigOptions {
  readonly target: 'running' | 'candidate';
  /** What stands inside `<config>`; the prefix `nc` is bound to the base namespace there. Or a URL to read it from (§8.8). */
  readonly config: XmlContent | { readonly url: string };
  /** The server's default is `merge`. With `none` only what carries an `operation` attribute changes anything. */
  readonly defaultOperation?: 'merge' | 'replace' | 'none' | undefined;
  /** Needs `:validate`; `test-only` needs `:validate:1.1`. */
  readonly testOption?: 'test-then-set' | 'set' | 'test-only' | undefined;
  /** `rollback-on-error` needs the capability of that name (§8.5). */
  readonly errorOption?: 'stop-on-error' | 'continue-on-error' | 'rollback-on-error' | undefined;
}

/** RFC 6241 §7.2. */
export function editConfigOperation(options: EditConfigOptions): Operation {
  const { target, config, defaultOperation, testOption, errorOption } = options;
  const parts = [
    `<target>${datastoreXml(target)}</target>`,
    optional('default-operation', defaultOperation),
    optional('test-option', testOption),
    optional('error-option', errorOption),
    configXml(config),
  ];
  return {
    name: 'edit-config',
    positive: positiveReplyTo('edit-config'),
    body: `<edit-config>${parts.join('')}</edit-config>`,
    requires: [
      ...writableRequires(target),
      ...(testOption === undefined ? [] : [testOption === 'test-only' ? ':validate:1.1' : ':validate']),
      ...(errorOption === 'rollback-on-error' ? [':rollback-on-error'] : []),
      ...(isUrl(config) ? [':url'] : []),
    ],
    changesRunning: target === 'running' && testOption !== 'test-only',
  };
}

export interface CopyConfigOptions {
  readonly target: Datastore;
  /** A datastore, or a whole configuration (RFC 6241 §7.3). */
  readonly source: Datastore | { readonly config: XmlContent };
  readonly withDefaults?: WithDefaults | undefined;
}

/** RFC 6241 §7.3: replaces the whole of the target. */
export function copyConfigOperation({ target, source, withDefaults }: CopyConfigOptions): Operation {
  const inline = typeof source === 'object' && 'config' in source;
  const from = inline ? configXml(source.config) : datastoreXml(source);
  return {
    name: 'copy-config',
    positive: positiveReplyTo('copy-config'),
    body: `<copy-config><target>${datastoreXml(target)}</target><source>${from}</source>${withDefaultsXml(withDefaults)}</copy-config>`,
    requires: [
      ...writableRequires(target),
      ...(inline ? [] : datastoreRequires(source)),
      ...withDefaultsRequires(withDefaults),
    ],
    changesRunning: target === 'running',
  };
}

/** RFC 6241 §7.4. Running cannot be deleted. */
export function deleteConfigOperation(target: 'startup' | { readonly url: string }): Operation {
  if (typeof target === 'string' && target !== 'startup') {
    throw new NetconfError(
      'INVALID_REQUEST',
      `delete-config takes startup or a URL, not ${JSON.stringify(target)} (RFC 6241 section 7.4)`,
    );
  }
  return {
    name: 'delete-config',
    positive: positiveReplyTo('delete-config'),
    body: `<delete-config><target>${datastoreXml(target)}</target></delete-config>`,
    requires: datastoreRequires(target),
    changesRunning: false,
  };
}

/** `<config>` with the prefix `nc` bound, so that `nc:operation="delete"` can be written in it. */
export function configXml(config: XmlContent | { readonly url: string }): string {
  if (isUrl(config)) return `<url>${escapeText(config.url)}</url>`;
  const content = contentToText(config, undefined, { nc: NETCONF_BASE });
  return `<config xmlns:nc="${NETCONF_BASE}">${content}</config>`;
}

function isUrl(config: XmlContent | { readonly url: string }): config is { readonly url: string } {
  return typeof config === 'object' && 'url' in config;
}

function optional(name: string, value: string | undefined): string {
  return value === undefined ? '' : `<${name}>${escapeText(value)}</${name}>`;
}
