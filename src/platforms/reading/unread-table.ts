import { type Prefix, parsePrefix } from '../../domain/prefix.ts';
import { WaslError } from '../../errors.ts';
import { printable, type XmlElement } from '../../netconf/index.ts';
import { tryParse } from './vrf-reader.ts';

const SHOWN_MAX = 200;

/** An answer that is not the table that was asked for: it was not read, and that is not an empty one. */
export function notATable(table: string, what: string, said = ''): WaslError {
  const words = said.trim() === '' ? '' : `: ${JSON.stringify(printable(said, SHOWN_MAX))}`;
  return new WaslError('ROUTER_PROTOCOL', `table ${table}: the answer is ${what}${words}`);
}

/** Nothing but these children, and no text. */
export function isWithout({ children, text }: XmlElement, names: readonly string[]): boolean {
  return text.trim() === '' && children.every(({ name }) => names.includes(name));
}

/** The prefix of a route, whole or as address and length. */
export function prefixIn(table: string, address: string | undefined, length: string | undefined): Prefix {
  const text = address?.includes('/') === true ? address : `${address}/${length}`;
  const prefix = tryParse(() => parsePrefix(text.trim()));
  if (prefix === null) throw notATable(table, `a route whose prefix is not one`, text);
  return prefix;
}

/** Of whom the router has the route. One that does not say would count as the VRF's own, and a leak would pass for a site's. */
export function protocolIn(table: string, prefix: string, protocol: unknown): string {
  const name = typeof protocol === 'string' ? protocol.trim() : '';
  if (name === '') throw notATable(table, `route ${prefix} without its protocol`);
  return name;
}
