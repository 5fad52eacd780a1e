import { z } from 'zod';
import { encodedParts, parseRouteTarget, type RouteTarget } from './route-target.ts';

/** Route targets `administrator:from` to `administrator:to`, in one encoding, belong to wasl and to nobody else. */
export interface RouteTargetPool {
  /** A 2-octet AS number, a 4-octet one above 65535, or an IPv4 address, in canonical text. The encoding follows from it. */
  readonly administrator: string;
  readonly from: number;
  readonly to: number;
  readonly quarantineDays: number;
}

export const routeTargetPoolSchema = z.strictObject({
  administrator: z
    .string()
    .regex(
      /^(\d{1,10}|((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d))$/,
      'must be an AS number or an IPv4 address, as text',
    )
    // 065000 is 65000: route targets are compared as text.
    .transform((text) => (text.includes('.') ? text : String(Number(text)))),
  from: z.int().min(0).max(0xffff_ffff),
  to: z.int().min(0).max(0xffff_ffff),
  quarantineDays: z.int().min(0).max(3_650).default(30),
});

/** Whether a route target is one of the pool's: the same number in another encoding is another route target. */
export function isFromPool(pool: RouteTargetPool, rt: RouteTarget): boolean {
  const { type, administrator, assigned } = encodedParts(rt);
  if (assigned < pool.from || assigned > pool.to) return false;
  const first = encodedParts(parseRouteTarget(`${pool.administrator}:${pool.from}`));
  return administrator === first.administrator && type === first.type;
}
