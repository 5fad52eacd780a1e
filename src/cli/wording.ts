import type { InterconnectAnswer, InterconnectSummary, PlanAnswer } from '../api/wire.ts';
import { parseRouteTarget, shortForm } from '../domain/route-target.ts';
import type { Paint } from './paint.ts';

/** Sentences and short forms that several views share. */

export function shortTarget(routeTarget: string): string {
  return shortForm(parseRouteTarget(routeTarget));
}

export function shortDigest(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}

export function scopeInWords(scope: 'whole-vpn' | readonly string[], vpn: string): string {
  return scope === 'whole-vpn' ? `EVERY prefix of ${vpn}` : scope.join(', ');
}

/** `10.100.10.0/24 of MOH can be reached from MOF` */
export function flowInWords(flow: InterconnectSummary['request']['flows'][number]): string {
  const what =
    flow.prefixes === 'whole-vpn' ? `EVERY prefix of ${flow.from}` : `${flow.prefixes.join(', ')} of ${flow.from}`;
  return `${what} can be reached from ${flow.to}`;
}

const PROCEDURES: Readonly<Record<string, string>> = {
  'confirmed-commit-persist': 'confirmed commit, survives its session',
  'confirmed-commit-session': 'confirmed commit, bound to its session',
  'candidate-reverse-delta': 'commits at once, NO automatic revert',
  'writable-running-reverse-delta': 'writes running at once, NO automatic revert',
};

/** Which guarantee the PE gives. */
export function procedureInWords(procedure: string): string {
  return PROCEDURES[procedure] ?? procedure;
}

const BAD = ['rejected', 'expired', 'attention'];

/** The one readable word of an interconnect. */
export function paintStanding(standing: string, paint: Paint): string {
  if (standing === 'active') return paint('green', standing);
  return paint(BAD.includes(standing) ? 'red' : 'yellow', standing);
}

/** How a change ended, or where the work on it stands. */
export function paintOutcome({ outcome, phase }: InterconnectAnswer['changes'][number], paint: Paint): string {
  if (outcome === null) return paint(phase === 'attention' ? 'red' : 'yellow', phase);
  return paint(outcome === 'applied' ? 'green' : 'yellow', outcome);
}

export function paintVerdict(verdict: PlanAnswer['proofs'][number]['verdict'], paint: Paint): string {
  return paint(verdict === 'pass' ? 'green' : 'red', verdict);
}

/** `850 ms`, `12.4 s`, `3 min 05 s` */
export function formatDuration(elapsedMs: number): string {
  if (elapsedMs < 1_000) return `${Math.round(elapsedMs)} ms`;
  if (elapsedMs < 60_000) return `${(elapsedMs / 1_000).toFixed(1)} s`;
  const seconds = Math.round(elapsedMs / 1_000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
