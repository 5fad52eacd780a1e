/**
 * A small XML tree for data as YANG encodes it (RFC 7950 §7): elements either have children or text. Mixed content keeps
 * its text joined in `text`; comments and processing instructions are dropped.
 */
export interface XmlElement {
  /** Local name, without prefix. */
  readonly name: string;
  /** Namespace URI; empty where there is none. */
  readonly namespace: string;
  /** Attributes by name; one in a namespace is keyed `{uri}name`. Namespace declarations are not among them. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Character data of the element itself; whitespace between child elements is dropped. */
  readonly text: string;
  /** Prefixes in scope, for values that carry one (identityref, instance-identifier). Absent on elements that were built. */
  readonly scope?: NamespaceScope;
}

/** The prefixes that an element can see. Chained, so that a deep tree shares what its ancestors declare. */
export class NamespaceScope {
  private readonly declared: ReadonlyMap<string, string>;
  private readonly parent: NamespaceScope | null;

  constructor(declared: ReadonlyMap<string, string>, parent: NamespaceScope | null) {
    this.declared = declared;
    this.parent = parent;
  }

  /** The URI of a prefix ('' asks for the default namespace), undefined where it is not declared. */
  resolve(prefix: string): string | undefined {
    for (let scope: NamespaceScope | null = this; scope !== null; scope = scope.parent) {
      const uri = scope.declared.get(prefix);
      if (uri !== undefined) return uri;
    }
    return undefined;
  }
}

/** The first child of that name. `namespace` undefined matches any; pass it wherever two modules may share a name. */
export function child(element: XmlElement, name: string, namespace?: string): XmlElement | undefined {
  return element.children.find((candidate) => matches(candidate, name, namespace));
}

/** Every child of that name, in document order. */
export function childrenNamed(element: XmlElement, name: string, namespace?: string): XmlElement[] {
  return element.children.filter((candidate) => matches(candidate, name, namespace));
}

/** Walks down by first children: `descend(reply, 'data', 'vrfs')`. */
export function descend(element: XmlElement, ...names: readonly string[]): XmlElement | undefined {
  let current: XmlElement | undefined = element;
  for (const name of names) {
    current = current === undefined ? undefined : child(current, name);
  }
  return current;
}

/** Text of the first child of that name, trimmed; undefined where there is no such child. */
export function childText(element: XmlElement, name: string, namespace?: string): string | undefined {
  return child(element, name, namespace)?.text.trim();
}

/** Splits `prefix:name` and resolves the prefix with the declarations that the element sees. */
export function resolveQName(element: XmlElement, value: string): { name: string; namespace: string | undefined } {
  const colon = value.indexOf(':');
  const prefix = colon < 0 ? '' : value.slice(0, colon);
  return { name: value.slice(colon + 1), namespace: element.scope?.resolve(prefix) };
}

function matches(element: XmlElement, name: string, namespace: string | undefined): boolean {
  return element.name === name && (namespace === undefined || element.namespace === namespace);
}
