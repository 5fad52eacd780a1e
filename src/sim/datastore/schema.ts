/** The part of YANG that a simulated datastore needs: names, keys, order, values. Written by hand from the vendors' modules. */
export interface YangModule {
  readonly prefix: string;
  readonly namespace: string;
}

interface SchemaBase {
  readonly module: YangModule;
  readonly name: string;
  /** Place among its siblings: data is kept and shown in schema order. */
  readonly order: number;
}

export interface ContainerSchema extends SchemaBase {
  readonly kind: 'container';
  readonly presence: boolean;
  readonly children: readonly SchemaNode[];
  /** Of a root: its elements can be deactivated. */
  readonly deactivates?: true;
}

export interface ListSchema extends SchemaBase {
  readonly kind: 'list';
  readonly keys: readonly string[];
  readonly orderedBy: 'system' | 'user';
  readonly children: readonly SchemaNode[];
}

export interface LeafRules {
  /** null when the text is a value of the leaf's type, else what is wrong with it. */
  readonly check?: (text: string) => string | null;
  /** The form in which the router keeps and shows the value. */
  readonly canonical?: (text: string) => string;
  readonly mandatory?: boolean;
  /** Leaves of one parent that share a choice exclude each other (RFC 7950 §7.9). */
  readonly choice?: string;
}

export interface LeafSchema extends SchemaBase, LeafRules {
  readonly kind: 'leaf';
}

export interface LeafListSchema extends SchemaBase, LeafRules {
  readonly kind: 'leaf-list';
  readonly orderedBy: 'system' | 'user';
}

export type SchemaNode = ContainerSchema | ListSchema | LeafSchema | LeafListSchema;
export type InteriorSchema = ContainerSchema | ListSchema;

const ordered = (children: readonly SchemaNode[]): SchemaNode[] => children.map((node, order) => ({ ...node, order }));

export interface ModuleBuilder {
  container(name: string, children: readonly SchemaNode[]): ContainerSchema;
  presence(name: string, children: readonly SchemaNode[]): ContainerSchema;
  list(name: string, keys: readonly string[], children: readonly SchemaNode[]): ListSchema;
  /** A list `ordered-by user`. */
  sequence(name: string, keys: readonly string[], children: readonly SchemaNode[]): ListSchema;
  leaf(name: string, rules?: LeafRules): LeafSchema;
  leafList(name: string, orderedBy: 'system' | 'user', rules?: LeafRules): LeafListSchema;
}

export function inModule(module: YangModule): ModuleBuilder {
  const base = (name: string) => ({ module, name, order: 0 });
  return {
    container: (name, children) => ({ ...base(name), kind: 'container', presence: false, children: ordered(children) }),
    presence: (name, children) => ({ ...base(name), kind: 'container', presence: true, children: ordered(children) }),
    list: (name, keys, children) => ({
      ...base(name),
      kind: 'list',
      keys,
      orderedBy: 'system',
      children: ordered(children),
    }),
    sequence: (name, keys, children) => ({
      ...base(name),
      kind: 'list',
      keys,
      orderedBy: 'user',
      children: ordered(children),
    }),
    leaf: (name, rules = {}) => ({ ...base(name), ...rules, kind: 'leaf' }),
    leafList: (name, orderedBy, rules = {}) => ({ ...base(name), ...rules, kind: 'leaf-list', orderedBy }),
  };
}

/** The root of a datastore: a container without a name. */
export function schemaRoot(
  children: readonly SchemaNode[],
  traits: { readonly deactivates?: true } = {},
): ContainerSchema {
  return { ...inModule({ prefix: '', namespace: '' }).presence('', children), ...traits };
}

export function isInterior(schema: SchemaNode): schema is InteriorSchema {
  return schema.kind === 'container' || schema.kind === 'list';
}

// Value checks used by more than one personality.

export function integerBetween(low: number, high: number): LeafRules {
  const complaint = `must be a number from ${low} to ${high}`;
  return {
    check: (text) =>
      /^(0|-?[1-9]\d{0,19})$/.test(text) && Number(text) >= low && Number(text) <= high ? null : complaint,
  };
}

export function oneOf(...values: readonly string[]): LeafRules {
  return { check: (text) => (values.includes(text) ? null : `must be one of ${values.join(', ')}`) };
}

export function textOf(lengthMin: number, lengthMax: number): LeafRules {
  const complaint = `must have ${lengthMin} to ${lengthMax} characters`;
  return { check: (text) => (text.length >= lengthMin && text.length <= lengthMax ? null : complaint) };
}

/** YANG's type `empty`. */
export const EMPTY: LeafRules = { check: (text) => (text === '' ? null : 'must be empty') };
