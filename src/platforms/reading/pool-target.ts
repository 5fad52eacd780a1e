import type { Unknown } from '../../domain/network-view.ts';
import { type RouteTarget, shortForm } from '../../domain/route-target.ts';

/** A route target of wasl's on every route of a VRF: no rule of wasl's says so, and whoever takes it takes all of them. */
export const poolTarget = (path: string, target: RouteTarget): Unknown => ({
  path: `${path} ${shortForm(target)}`,
  reach: 'network',
  why: "puts a route target of wasl's pool on every route",
});
