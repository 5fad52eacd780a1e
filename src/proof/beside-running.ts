import { type NetworkView, type PeView, TRAIT_NOTHING_BESIDE } from '../domain/network-view.ts';
import { MANIFESTS } from '../platforms/manifests.ts';

const NAMED_MAX = 5;

/** Of routers that may have something in force which no reading shows, and that do not say in what was read that they have not. */
export function nothingBesideRunning({ pes }: NetworkView): string[] {
  const byWhat = new Map<string, string[]>();
  for (const pe of pes) {
    const what = MANIFESTS[pe.platform].besideRunning;
    if (what === null || saysNothing(pe)) continue;
    byWhat.set(what, [...(byWhat.get(what) ?? []), pe.name]);
  }
  return [...byWhat].map(([what, names]) => {
    const more = names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : '';
    return `nothing is in ${what} of ${names.slice(0, NAMED_MAX).join(', ')}${more}, which no reading shows`;
  });
}

const saysNothing = ({ vrfs }: PeView): boolean => vrfs.some(({ traits }) => traits?.includes(TRAIT_NOTHING_BESIDE));
