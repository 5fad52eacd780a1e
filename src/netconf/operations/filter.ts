import { NetconfError } from '../errors.ts';
import { contentToText, escapeAttribute, type XmlContent } from '../xml/build.ts';

/** What part of a datastore to read: RFC 6241 §6 subtree filtering, or XPath (§8.9, needs `:xpath`). */
export type Filter =
  | { readonly subtree: XmlContent }
  | {
      readonly xpath: string;
      /** Prefixes that the expression uses. */
      readonly namespaces?: Readonly<Record<string, string>>;
    };

/** RFC 6243 §3. */
export type WithDefaults = 'report-all' | 'report-all-tagged' | 'trim' | 'explicit';

const PREFIX = /^[A-Za-z_][A-Za-z0-9._-]*$/;

/** The `<filter>` element; an empty subtree filter selects nothing, so "no filter" is undefined and not ''. */
export function filterXml(filter: Filter | undefined): string {
  if (filter === undefined) return '';
  if ('subtree' in filter) return `<filter type="subtree">${contentToText(filter.subtree)}</filter>`;
  return `<filter type="xpath"${namespaceAttributes(filter.namespaces)} select="${escapeAttribute(filter.xpath)}"/>`;
}

export function filterRequires(filter: Filter | undefined): readonly string[] {
  return filter !== undefined && 'xpath' in filter ? [':xpath'] : [];
}

export function namespaceAttributes(namespaces: Readonly<Record<string, string>> = {}): string {
  return Object.entries(namespaces)
    .map(([prefix, uri]) => {
      if (!PREFIX.test(prefix)) throw new NetconfError('INVALID_REQUEST', `not a prefix: ${JSON.stringify(prefix)}`);
      return ` xmlns:${prefix}="${escapeAttribute(uri)}"`;
    })
    .join('');
}
