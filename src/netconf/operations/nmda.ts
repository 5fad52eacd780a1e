import { NetconfError } from '../errors.ts';
import { positiveReplyTo } from '../message/positive-reply.ts';
import { DATASTORES, NETCONF_NMDA } from '../namespaces.ts';
import { contentToText, escapeText, type XmlContent } from '../xml/build.ts';
import { namespaceAttributes, type WithDefaults } from './filter.ts';
import { type Operation, positiveInteger } from './operation.ts';

/** Datastores of RFC 8342 §5; another one is given with its identity's namespace. */
export type NmdaDatastore =
  | 'running'
  | 'candidate'
  | 'startup'
  | 'intended'
  | 'operational'
  | { readonly name: string; readonly namespace: string };

export interface GetDataOptions {
  readonly datastore: NmdaDatastore;
  readonly filter?:
    | { readonly subtree: XmlContent }
    | { readonly xpath: string; readonly namespaces?: Readonly<Record<string, string>> }
    | undefined;
  /** Only configuration (true) or only state (false). */
  readonly configFilter?: boolean | undefined;
  /** Origins as identities of ietf-origin: `learned`, `system` ... Operational only. */
  readonly origins?: { readonly only: readonly string[] } | { readonly not: readonly string[] } | undefined;
  readonly maxDepth?: number | undefined;
  /** Mark every node with its origin. Operational only. */
  readonly withOrigin?: boolean | undefined;
  readonly withDefaults?: WithDefaults | undefined;
}

const ORIGIN = 'urn:ietf:params:xml:ns:yang:ietf-origin';

/** RFC 8526 §3.1.1. */
export function getDataOperation(options: GetDataOptions): Operation {
  const { filter, configFilter, origins, maxDepth, withOrigin, withDefaults } = options;
  const parts = [
    datastoreIdentity(options.datastore),
    dataFilter(filter),
    configFilter === undefined ? '' : `<config-filter>${configFilter}</config-filter>`,
    originFilters(origins),
    maxDepth === undefined ? '' : `<max-depth>${positiveInteger('maxDepth', maxDepth)}</max-depth>`,
    withOrigin === true ? '<with-origin/>' : '',
    withDefaults === undefined ? '' : `<with-defaults>${withDefaults}</with-defaults>`,
  ];
  return {
    name: 'get-data',
    positive: positiveReplyTo('get-data', NETCONF_NMDA),
    body: `<get-data xmlns="${NETCONF_NMDA}">${parts.join('')}</get-data>`,
    requires: ['urn:ietf:params:netconf:capability:yang-library:1.1'],
    changesRunning: false,
  };
}

export interface EditDataOptions {
  readonly datastore: NmdaDatastore;
  readonly config: XmlContent | { readonly url: string };
  readonly defaultOperation?: 'merge' | 'replace' | 'none' | undefined;
}

/** RFC 8526 §3.1.2. */
export function editDataOperation({ datastore, config, defaultOperation }: EditDataOptions): Operation {
  const isUrl = typeof config === 'object' && 'url' in config;
  const parts = [
    datastoreIdentity(datastore),
    defaultOperation === undefined ? '' : `<default-operation>${defaultOperation}</default-operation>`,
    isUrl
      ? `<url>${escapeText(config.url)}</url>`
      : `<config xmlns:nc="${NC}">${contentToText(config, undefined, { nc: NC })}</config>`,
  ];
  return {
    name: 'edit-data',
    positive: positiveReplyTo('edit-data', NETCONF_NMDA),
    body: `<edit-data xmlns="${NETCONF_NMDA}">${parts.join('')}</edit-data>`,
    requires: ['urn:ietf:params:netconf:capability:yang-library:1.1'],
    changesRunning: datastore === 'running',
  };
}

const NC = 'urn:ietf:params:xml:ns:netconf:base:1.0';

function datastoreIdentity(datastore: NmdaDatastore): string {
  const { name, namespace } = typeof datastore === 'string' ? { name: datastore, namespace: DATASTORES } : datastore;
  return `<datastore${namespaceAttributes({ ds: namespace })}>ds:${identity(name)}</datastore>`;
}

function dataFilter(filter: GetDataOptions['filter']): string {
  if (filter === undefined) return '';
  if ('subtree' in filter) return `<subtree-filter>${contentToText(filter.subtree)}</subtree-filter>`;
  return `<xpath-filter${namespaceAttributes(filter.namespaces)}>${escapeText(filter.xpath)}</xpath-filter>`;
}

function originFilters(origins: GetDataOptions['origins']): string {
  if (origins === undefined) return '';
  const [element, names] = 'only' in origins ? ['origin-filter', origins.only] : ['negated-origin-filter', origins.not];
  return names.map((name) => `<${element} xmlns:or="${ORIGIN}">or:${identity(name)}</${element}>`).join('');
}

function identity(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9._-]*$/.test(name)) return name;
  throw new NetconfError('INVALID_REQUEST', `not a YANG identifier: ${JSON.stringify(name)}`);
}
