import type { XmlElement } from '../../netconf/index.ts';
import { MANIFESTS } from '../manifests.ts';

const MARKS = Object.values(MANIFESTS).flatMap(({ inactiveMarks }) => inactiveMarks);

/** Whether an element stands in the configuration without effect, by its own mark; a mark of any platform is believed on every one. */
export const isInactive = ({ attributes }: XmlElement): boolean =>
  MARKS.some(({ attribute, value }) => attributes[attribute] === value);

/** The configuration that is in force: what is deactivated stays on the router and has no effect, nor has anything inside of it. */
export function inForce(config: readonly XmlElement[]): XmlElement[] {
  return config
    .filter((element) => !isInactive(element))
    .map((element) => {
      if (element.children.length === 0) return element;
      const children = inForce(element.children);
      const isSame = children.every((child, index) => child === element.children[index]);
      return isSame && children.length === element.children.length ? element : { ...element, children };
    });
}

/** The whole configuration, each element inside of a deactivated one with the mark of its own. */
export function spreadInactive(config: readonly XmlElement[], isInside = false): XmlElement[] {
  return config.map((element) => {
    const isOff = isInside || isInactive(element);
    const attributes = isOff ? { ...element.attributes, inactive: 'inactive' } : element.attributes;
    return { ...element, attributes, children: spreadInactive(element.children, isOff) };
  });
}

/** ` (deactivated)` where the element or a part of it has no effect: an object that is not as it was written. */
export function activationNote(element: XmlElement): string {
  return hasInactive(element) ? ' (deactivated)' : '';
}

function hasInactive(element: XmlElement): boolean {
  return isInactive(element) || element.children.some(hasInactive);
}
