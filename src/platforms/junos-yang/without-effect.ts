import { type RunningVrf, TRAIT_WITHOUT_EFFECT } from '../../domain/network-view.ts';
import { child, descend, type XmlElement } from '../../netconf/index.ts';
import { isInactive } from '../reading/activation.ts';

/** Parts of an instance that a removal may have to take away, or to put in force again. */
export type InstancePart =
  | 'auto-export'
  | 'vrf-target'
  | 'vrf-target community'
  | 'vrf-target import'
  | 'vrf-target export';

const TARGET_LEAVES = ['community', 'import', 'export'] as const;

/** As traits, what stands in an instance without effect. `instance`: with what is deactivated, each part with its mark. */
export function partsWithoutEffect(instance: XmlElement | undefined): string[] {
  if (instance === undefined) return [];
  const target = child(instance, 'vrf-target');
  const autoExport = descend(instance, 'routing-options', 'auto-export');
  const parts: [InstancePart, boolean][] = [
    ['auto-export', autoExport !== undefined && (isInactive(autoExport) || child(autoExport, 'disable') !== undefined)],
    ['vrf-target', target !== undefined && isInactive(target)],
    ...TARGET_LEAVES.map((leaf): [InstancePart, boolean] => {
      const found = target === undefined ? undefined : child(target, leaf);
      return [`vrf-target ${leaf}`, found !== undefined && isInactive(found)];
    }),
  ];
  return parts.filter(([, isOff]) => isOff).map(([part]) => traitOf(part));
}

export const isWithoutEffect = ({ traits = [] }: RunningVrf, part: InstancePart): boolean =>
  traits.includes(traitOf(part));

const traitOf = (part: InstancePart): string => `${TRAIT_WITHOUT_EFFECT}${part}`;
