import { z } from 'zod';
import { WaslError } from '../errors.ts';
import type { Brand } from './brand.ts';
import { checkedText } from './checked-text.ts';
import { visibleJsonText } from './visible-text.ts';

/**
 * A route target in the text form of RFC 8294: `0:65000:9001` (2-octet AS), `1:192.0.2.1:9` (IPv4), `2:70000:9` (4-octet AS).
 * Equal route targets have equal text, so they compare with `===` and go into sets.
 */
export type RouteTarget = Brand<'RouteTarget'>;

/** A route distinguisher (RFC 4364 §4.2), in the same text form. */
export type RouteDistinguisher = Brand<'RouteDistinguisher'>;

export type EncodingType = 0 | 1 | 2;

/** RFC 4360 §3, RFC 5668: `administrator` is an AS number for types 0 and 2 and an IPv4 address for type 1. */
export interface EncodedNumber {
  readonly type: EncodingType;
  readonly administrator: string;
  readonly assigned: number;
}

const ASN2_MAX = 0xffff;
const UINT32_MAX = 0xffff_ffff;
const UINT16_MAX = 0xffff;

function parseEncodedNumber(text: string): EncodedNumber | null {
  const match = /^(?:(?<type>[012]):)?(?<administrator>\d+L?|\d+(?:\.\d+){3}|\d+\.\d+):(?<assigned>\d{1,10})$/.exec(
    text,
  );
  const groups = match?.groups;
  if (!groups) return null;
  const { type, administrator = '', assigned: assignedText = '' } = groups;
  const assigned = Number(assignedText);
  const octets = administrator.split('.');
  if (octets.length === 4) {
    const valid = octets.every((octet) => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) <= 255);
    if (!valid || assigned > UINT16_MAX || (type !== undefined && type !== '1')) return null;
    return { type: 1, administrator, assigned };
  }
  const asNumber = parseAsNumber(administrator);
  if (asNumber === null || asNumber > UINT32_MAX || type === '1') return null;
  if (type === '0' && /[L.]/.test(administrator)) return null;
  // Asdot is a notation of 4-octet numbers (RFC 5396): 0.65000 is not the 2-octet 65000.
  const isMarked = administrator.endsWith('L') || administrator.includes('.');
  const fourOctet = type === '2' || (type === undefined && (isMarked || asNumber > ASN2_MAX));
  if (fourOctet) return assigned > UINT16_MAX ? null : { type: 2, administrator: String(asNumber), assigned };
  if (asNumber > ASN2_MAX || assigned > UINT32_MAX) return null;
  return { type: 0, administrator: String(asNumber), assigned };
}

/** AS number as plain decimal, Junos' `70000L`, or asdot `1.4464` (RFC 5396). */
function parseAsNumber(text: string): number | null {
  const asdot = /^(\d{1,5})\.(\d{1,5})$/.exec(text);
  if (asdot) {
    const [high, low] = [Number(asdot[1]), Number(asdot[2])];
    return high > ASN2_MAX || low > ASN2_MAX ? null : high * 65_536 + low;
  }
  const digits = text.replace(/L$/, '');
  return /^\d{1,10}$/.test(digits) ? Number(digits) : null;
}

const formatEncodedNumber = (n: EncodedNumber): string => `${n.type}:${n.administrator}:${n.assigned}`;

/** Accepts `65000:9001`, `0:65000:9001`, `192.0.2.1:9`, `70000:9`, `70000L:9`, `target:65000:9001`. Throws ROUTE_TARGET_INVALID. */
export function parseRouteTarget(text: string, path?: string): RouteTarget {
  const encoded = parseEncodedNumber(text.replace(/^(route-)?target:/, ''));
  if (encoded === null) {
    throw new WaslError('ROUTE_TARGET_INVALID', `${visibleJsonText(text)} is not a route target`, path ? { path } : {});
  }
  return formatEncodedNumber(encoded) as RouteTarget;
}

/** Throws ROUTE_DISTINGUISHER_INVALID. */
export function parseRouteDistinguisher(text: string, path?: string): RouteDistinguisher {
  const encoded = parseEncodedNumber(text);
  if (encoded === null) {
    const fact = `${visibleJsonText(text)} is not a route distinguisher`;
    throw new WaslError('ROUTE_DISTINGUISHER_INVALID', fact, path ? { path } : {});
  }
  return formatEncodedNumber(encoded) as RouteDistinguisher;
}

export function makeRouteTarget(encoded: EncodedNumber): RouteTarget {
  return parseRouteTarget(formatEncodedNumber(encoded));
}

/** The parts of a route target or distinguisher, for rendering per dialect. */
export function encodedParts(number: RouteTarget | RouteDistinguisher): EncodedNumber {
  const [type, administrator = '', assigned] = number.split(':');
  return { type: Number(type) as EncodingType, administrator, assigned: Number(assigned) };
}

/** The short form people use: `65000:9001`, `192.0.2.1:9`, `70000:9`; 4-octet numbers below 65536 keep Junos' `L`. */
export function shortForm(number: RouteTarget | RouteDistinguisher): string {
  const { type, administrator, assigned } = encodedParts(number);
  const mark = type === 2 && Number(administrator) <= ASN2_MAX ? 'L' : '';
  return `${administrator}${mark}:${assigned}`;
}

/** Orders by type, administrator and number, so that lists of route targets have one canonical order. */
export function compareRouteTargets(a: RouteTarget, b: RouteTarget): number {
  if (a === b) return 0;
  const [x, y] = [orderOf(a), orderOf(b)];
  return x.type - y.type || x.administrator - y.administrator || x.assigned - y.assigned;
}

interface Order {
  readonly type: number;
  readonly administrator: number;
  readonly assigned: number;
}

/** A network has some ten thousands, each of which is compared thousands of times. */
const ORDERS_MAX = 100_000;
const orders = new Map<RouteTarget, Order>();

function orderOf(target: RouteTarget): Order {
  const known = orders.get(target);
  if (known !== undefined) return known;
  const parts = encodedParts(target);
  const order = { type: parts.type, administrator: administratorNumber(parts), assigned: parts.assigned };
  if (orders.size >= ORDERS_MAX) orders.clear();
  orders.set(target, order);
  return order;
}

/** An AS number, or an IPv4 address as its 32-bit number: text order would put 10.0.0.1 before 9.0.0.1. */
function administratorNumber({ administrator }: EncodedNumber): number {
  return administrator.split('.').reduce((value, part) => value * 256 + Number(part), 0);
}

export const routeTargetSchema = z
  .string()
  .max(40)
  .transform(checkedText((text) => parseRouteTarget(text)));
export const routeDistinguisherSchema = z
  .string()
  .max(40)
  .transform(checkedText((text) => parseRouteDistinguisher(text)));
