import { type NetworkView, TRAIT_NOTHING_BESIDE } from '../domain/network-view.ts';
import { MANIFESTS } from '../platforms/manifests.ts';
import { ofEachPe } from './route-model.ts';

const NAMED_MAX = 5;

/** Of routers that may have something in force which no reading shows, and that do not say in what was read that they have not. */
export function nothingBesideRunning(view: NetworkView): string[] {
  const unshown = unshownAt(view);
  return [...new Set(unshown.map(({ what }) => what))].map((what) => {
    const names = unshown.filter((one) => one.what === what).map(({ pe }) => pe);
    const more = names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : '';
    return `nothing is in ${what} of ${names.slice(0, NAMED_MAX).join(', ')}${more}, which no reading shows`;
  });
}

const unshownAt = ofEachPe((vrfs, { name: pe, platform }) => {
  const what = MANIFESTS[platform].besideRunning;
  const isExcluded = vrfs.some(({ vrf }) => vrf.traits?.includes(TRAIT_NOTHING_BESIDE));
  return what === null || isExcluded ? [] : [{ pe, what }];
});
