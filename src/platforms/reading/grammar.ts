import type { Reach, Unknown } from '../../domain/network-view.ts';
import type { XmlElement } from '../../netconf/index.ts';

/** Understood by the reader, or without a say in where routes go: nothing below it is looked at. Groups are, wherever they stand. */
export const READ = 'read';

/** Looked at by the reader by itself, with whatever is below. */
export const APART = 'apart';

/** Understood, and not modelled: what it does to routes is not known. */
export interface Doubt {
  readonly reach: Reach;
  readonly why: string;
}

/** A node whose children are known by name; any other child is reported. */
export interface Container {
  readonly children: Readonly<Record<string, Rule>>;
  /** What an unlisted child may reach. */
  readonly otherwise: Reach;
  /** Where given, the namespace of every child that is listed. */
  readonly namespace?: string;
  /** Where given: any other child stands at most once, for the reader takes the first. */
  readonly lists?: ReadonlySet<string>;
  /** Groups that are applied to this very node are looked up by the reader. */
  readonly looksUpGroups?: true;
}

/** A subtree in which the same names mean the same at any depth; any other name is reported, unless `any` name is harmless. */
export interface Subtree {
  readonly anywhere: ReadonlySet<string> | 'any';
  /** Names that mean something else than the rest, most of them a doubt. */
  readonly doubts: Readonly<Record<string, Rule>>;
  readonly otherwise: Reach;
  /** Groups that are applied anywhere inside are looked up by the reader. */
  readonly looksUpGroups?: true;
}

export type Rule = typeof READ | typeof APART | Doubt | Container | Subtree | ((element: XmlElement) => Rule);

/** Leaves that name groups whose content is in force here without being shown here. */
const INHERITANCE: ReadonlySet<string> = new Set(['apply-groups', 'apply-group']);
/** They add nothing: exceptions from inheritance, and notes of scripts. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['apply-groups-except', 'apply-macro', 'apply-flags', 'comment']);

/** A statement is one entry of a list that is named after its key. */
const KEYS = [
  ...['name', 'vrf-name', 'route-policy-name', 'set-name', 'policy-map-name', 'access-list-name', 'sequence-number'],
  ...['neighbor-group-name', 'af-group-name', 'af-name', 'address', 'network'],
];

export const doubt = (reach: Reach, why: string): Doubt => ({ reach, why });

/**
 * Everything below an element that the reader does not know: default deny. The element itself is known. Nothing is skipped because of its
 * name alone: an unknown one is reported whole, at the highest node that is not known.
 */
export function findUnknowns(element: XmlElement, rule: Rule, path: string): Unknown[] {
  if (typeof rule === 'function') return findUnknowns(element, rule(element), path);
  if (rule === APART) return [];
  if (rule === READ) return inherited(element, path);
  if ('why' in rule) return [{ path, ...rule }];
  return element.children.flatMap((child, index) => {
    const place = pathOf(child, path);
    if ('lists' in rule && !isList(child, rule.lists) && repeats(element, index)) {
      return [{ path: place, reach: rule.otherwise, why: 'stands there more than once' }];
    }
    if (INHERITANCE.has(child.name)) return 'looksUpGroups' in rule ? [] : [inheritance(child, path)];
    if (WITHOUT_EFFECT.has(child.name)) return [];
    if ('anywhere' in rule) {
      const known = lookUp(rule.doubts, child.name);
      if (known !== undefined) return findUnknowns(child, known, place);
      return rule.anywhere === 'any' || rule.anywhere.has(child.name)
        ? findUnknowns(child, rule, place)
        : [strange(place, rule.otherwise)];
    }
    const known = lookUp(rule.children, child.name);
    if (known === undefined) return [strange(place, rule.otherwise)];
    if (rule.namespace !== undefined && child.namespace !== rule.namespace) {
      return [{ path: place, reach: rule.otherwise, why: `is of the model ${child.namespace}, which is not read` }];
    }
    return findUnknowns(child, known, place);
  });
}

const isList = ({ name }: XmlElement, lists: ReadonlySet<string>) =>
  lists.has(name) || INHERITANCE.has(name) || WITHOUT_EFFECT.has(name);

const repeats = ({ children }: XmlElement, place: number): boolean =>
  children.findIndex(({ name }) => name === children[place]?.name) < place;

/** Names of routers are no keys of an object's prototype. */
function lookUp<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

const strange = (path: string, reach: Reach): Unknown => ({ path, reach, why: 'is not understood' });

/** What a group adds has no limit that can be seen from here. */
function inheritance(child: XmlElement, path: string): Unknown {
  const group = child.text.trim();
  const why = `inherits from group ${group}, which was not resolved`;
  return { path: `${path} ${child.name} ${group}`.trim(), reach: 'network', why };
}

function inherited(element: XmlElement, path: string): Unknown[] {
  return element.children.flatMap((child) =>
    INHERITANCE.has(child.name) ? [inheritance(child, path)] : inherited(child, pathOf(child, path)),
  );
}

/** As a person would write it on the router. */
export function pathOf(element: XmlElement, path: string): string {
  const key = element.children.find(({ name, children }) => KEYS.includes(name) && children.length === 0);
  const value = element.children.length === 0 ? element.text.trim() : (key?.text.trim() ?? '');
  return [path, element.name, value].filter((word) => word !== '').join(' ');
}
