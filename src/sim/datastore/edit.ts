import { unknownAttribute } from '../netconf/grammar.ts';
import { RpcError, type RpcErrorFields } from '../netconf/rpc-error.ts';
import { NETCONF_NAMESPACE, type XmlElement, YANG_NAMESPACE } from '../xml/element.ts';
import type { InteriorSchema, ListSchema, SchemaNode } from './schema.ts';
import { isInterior } from './schema.ts';
import { type DataNode, emptyTree, JCMD_NAMESPACE, keyValues, type Position, withChild } from './tree.ts';

export type EditOperation = 'merge' | 'replace' | 'create' | 'delete' | 'remove' | 'none';
export type ErrorOption = 'stop-on-error' | 'continue-on-error' | 'rollback-on-error';

export interface EditResult {
  /** With errors: what had been edited before them (stop-on-error), or around them (continue-on-error). */
  readonly tree: DataNode;
  readonly errors: readonly RpcErrorFields[];
}

const ATTRIBUTES: ReadonlySet<string> = new Set([
  `{${NETCONF_NAMESPACE}}operation`,
  ...['insert', 'value', 'key'].map((name) => `{${YANG_NAMESPACE}}${name}`),
]);
/** Junos, "Change a Configuration Element's Activation State"; in a YANG-compliant session the annotation of junos-configuration-metadata. */
const ACTIVATION_ATTRIBUTES: ReadonlySet<string> = new Set(['inactive', 'active', `{${JCMD_NAMESPACE}}active`]);
const OPERATIONS: readonly string[] = ['merge', 'replace', 'create', 'delete', 'remove'];

/** `<edit-config>` on a tree (RFC 6241 §7.2, RFC 7950 §7.5.8, §7.6.7, §7.7.9, §7.8.6). */
export function editTree(
  tree: DataNode,
  config: XmlElement,
  defaultOperation: 'merge' | 'replace' | 'none',
  errorOption: ErrorOption,
): EditResult {
  const schema = tree.schema;
  if (!isInterior(schema)) throw new TypeError('the root of a datastore has children');
  const editor = new Editor(errorOption, schema.kind === 'container' && schema.deactivates === true);
  const base = defaultOperation === 'replace' ? [] : tree.children;
  const children = editor.editChildren(schema, base, config.children, defaultOperation);
  const failed = editor.errors.length > 0 && errorOption === 'rollback-on-error';
  return { tree: failed ? tree : { ...tree, children }, errors: editor.errors };
}

class Editor {
  readonly errors: RpcErrorFields[] = [];
  readonly #errorOption: ErrorOption;
  readonly #deactivates: boolean;
  readonly #path: string[] = [];
  readonly #pathNamespaces = new Map<string, string>();

  constructor(errorOption: ErrorOption, deactivates: boolean) {
    this.#errorOption = errorOption;
    this.#deactivates = deactivates;
  }

  editChildren(
    schema: InteriorSchema,
    existing: readonly DataNode[],
    elements: readonly XmlElement[],
    inherited: EditOperation,
  ): readonly DataNode[] {
    let children = existing;
    for (const element of elements) {
      if (this.#isStopped()) return children;
      try {
        children = this.#editChild(schema, children, element, inherited);
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        this.errors.push(error.fields);
      }
    }
    return children;
  }

  #isStopped(): boolean {
    return this.errors.length > 0 && this.#errorOption !== 'continue-on-error';
  }

  #editChild(
    parent: InteriorSchema,
    siblings: readonly DataNode[],
    element: XmlElement,
    inherited: EditOperation,
  ): readonly DataNode[] {
    const schema = this.#findSchema(parent, element);
    this.#refuseUnknownAttributes(element);
    const operation = this.#readOperation(element, inherited);
    const identity = this.#identify(schema, element);
    const existing = siblings.find(
      (node) => node.schema === schema && sameKeys(keyValues(node), keysOf(schema, identity)),
    );
    this.#pathNamespaces.set(schema.module.prefix, schema.module.namespace);
    this.#path.push(pathSegment(schema, identity));
    try {
      const position = this.#readPosition(schema, siblings, element);
      return this.#applyOperation(schema, siblings, element, operation, existing, identity, position);
    } finally {
      this.#path.pop();
    }
  }

  #applyOperation(
    schema: SchemaNode,
    siblings: readonly DataNode[],
    element: XmlElement,
    operation: EditOperation,
    existing: DataNode | undefined,
    identity: readonly DataNode[] | string,
    position: Position,
  ): readonly DataNode[] {
    if (operation === 'delete' || operation === 'remove') {
      if (existing !== undefined) return siblings.filter((node) => node !== existing);
      if (operation === 'remove') return siblings;
      throw this.#error({ tag: 'data-missing', message: 'The data to be deleted does not exist' });
    }
    if (operation === 'create' && existing !== undefined) {
      throw this.#error({ tag: 'data-exists', message: 'The data to be created already exists' });
    }
    const transparent = schema.kind === 'container' && !schema.presence;
    const activation = this.#readActivation(element, existing);
    if (operation === 'none' && existing === undefined && !transparent) {
      throw this.#error({ tag: 'data-missing', message: 'The data does not exist and the operation is none' });
    }
    if (!isInterior(schema)) {
      if (operation === 'none') return siblings;
      const node: DataNode = { schema, value: String(identity), children: [], ...activation };
      const rest = schema.choice === undefined ? siblings : withoutOtherCases(siblings, schema, schema.choice);
      return withChild(rest, node, position);
    }
    const base = operation === 'replace' ? undefined : existing;
    const keys = typeof identity === 'string' ? [] : identity;
    const nested = element.children.filter((inner) => !keys.some((key) => key.schema.name === inner.name));
    const children = this.editChildren(schema, base?.children ?? keys, nested, operation);
    // A container without presence means nothing when empty (RFC 7950 §7.5.1): it goes with its last child.
    if (transparent && children.length === 0) return siblings.filter((node) => node !== existing);
    const isSame =
      existing !== undefined && children === existing.children && existing.inactive === activation.inactive;
    if (isSame && position.where === 'default') return siblings;
    return withChild(siblings, { ...emptyTree(schema), children, ...activation }, position);
  }

  #findSchema(parent: InteriorSchema, element: XmlElement): SchemaNode {
    const named = parent.children.filter((schema) => schema.name === element.name);
    const schema = named.find((candidate) => candidate.module.namespace === element.namespace);
    if (schema !== undefined) return schema;
    const info = { 'bad-element': element.name };
    if (named.length > 0) {
      throw this.#error({
        tag: 'unknown-namespace',
        message: `Element ${element.name} is not known in namespace "${element.namespace}"`,
        info: { ...info, 'bad-namespace': element.namespace },
      });
    }
    throw this.#error({ tag: 'unknown-element', message: `Element ${element.name} is not known here`, info });
  }

  /** RFC 6241 §7.2: `operation` is of the base namespace. Without it a slip would merge what was to be deleted. */
  #refuseUnknownAttributes(element: XmlElement): void {
    const unknown = [...element.attributes.keys()].find(
      (key) => !(ATTRIBUTES.has(key) || (this.#deactivates && ACTIVATION_ATTRIBUTES.has(key))),
    );
    if (unknown !== undefined) throw this.#error(unknownAttribute(element, unknown).fields);
  }

  #readOperation(element: XmlElement, inherited: EditOperation): EditOperation {
    const text = element.attributes.get(`{${NETCONF_NAMESPACE}}operation`);
    if (text === undefined) return inherited;
    if (OPERATIONS.includes(text)) return text as EditOperation;
    throw this.#error({
      tag: 'bad-attribute',
      message: `There is no operation "${text}"`,
      info: { 'bad-attribute': 'operation', 'bad-element': element.name },
    });
  }

  /** What is not said stays as it is. */
  #readActivation(element: XmlElement, existing: DataNode | undefined): Pick<DataNode, 'inactive'> {
    const { attributes } = element;
    const annotation = attributes.get(`{${JCMD_NAMESPACE}}active`);
    if (attributes.has('inactive') || annotation === 'false') return { inactive: true };
    if (attributes.has('active') || annotation !== undefined) return {};
    return existing?.inactive === true ? { inactive: true } : {};
  }

  /** The key leaves of a list entry, or the checked value of a leaf or leaf-list entry. */
  #identify(schema: SchemaNode, element: XmlElement): readonly DataNode[] | string {
    if (schema.kind === 'container') return [];
    if (schema.kind === 'list') return this.#readKeys(schema, element);
    if (element.children.length > 0) {
      throw this.#error({ tag: 'bad-element', message: `${schema.name} has a value, not elements` });
    }
    const trimmed = schema.canonical === undefined ? element.text.trim() : element.text;
    const complaint = schema.check?.(trimmed) ?? null;
    // The value of a leaf that is deleted is not looked at.
    const isRemoval = /^(delete|remove)$/.test(element.attributes.get(`{${NETCONF_NAMESPACE}}operation`) ?? '');
    if (complaint !== null && !(isRemoval && schema.kind === 'leaf')) {
      throw this.#error({
        tag: 'invalid-value',
        message: `${schema.name}: ${complaint}`,
        info: { 'bad-element': schema.name },
      });
    }
    return schema.canonical?.(trimmed) ?? trimmed;
  }

  #readKeys(schema: ListSchema, element: XmlElement): DataNode[] {
    return schema.keys.map((name) => {
      const keySchema = schema.children.find((node) => node.name === name);
      const written = element.children.find((inner) => inner.name === name);
      if (keySchema === undefined || written === undefined) {
        throw this.#error({
          tag: 'missing-element',
          message: `An entry of ${schema.name} needs its key ${name}`,
          info: { 'bad-element': name },
        });
      }
      return { schema: keySchema, value: String(this.#identify(keySchema, written)), children: [] };
    });
  }

  /** RFC 7950 §7.7.9 and §7.8.6: attributes `insert`, `value` and `key` of data `ordered-by user`. */
  #readPosition(schema: SchemaNode, siblings: readonly DataNode[], element: XmlElement): Position {
    const where = element.attributes.get(`{${YANG_NAMESPACE}}insert`);
    if (where === undefined) return { where: 'default' };
    const isUserOrdered = 'orderedBy' in schema && schema.orderedBy === 'user';
    const bad = (name: string, message: string): RpcError =>
      this.#error({ tag: 'bad-attribute', message, info: { 'bad-attribute': name, 'bad-element': element.name } });
    if (!isUserOrdered) throw bad('insert', `${schema.name} is not ordered by the user`);
    if (where === 'first' || where === 'last') return { where };
    if (where !== 'before' && where !== 'after') throw bad('insert', `There is no position "${where}"`);
    const anchorName = schema.kind === 'list' ? 'key' : 'value';
    const anchor = element.attributes.get(`{${YANG_NAMESPACE}}${anchorName}`);
    if (anchor === undefined) throw bad(anchorName, `insert="${where}" needs yang:${anchorName}`);
    const wanted = schema.kind === 'list' ? [...anchor.matchAll(/=\s*['"]([^'"]*)['"]/g)].map((m) => m[1]) : [anchor];
    const sibling = siblings.find((node) => node.schema === schema && sameKeys(keyValues(node), wanted));
    if (sibling === undefined) throw bad('insert', `There is no entry ${anchor} (missing-instance)`);
    return { where, sibling };
  }

  #error(fields: RpcErrorFields): RpcError {
    return new RpcError({
      type: 'application',
      path: `/${this.#path.join('/')}`,
      pathNamespaces: new Map(this.#pathNamespaces),
      ...fields,
    });
  }
}

function keysOf(schema: SchemaNode, identity: readonly DataNode[] | string): string[] {
  if (typeof identity === 'string') return schema.kind === 'leaf-list' ? [identity] : [];
  return identity.map((key) => key.value);
}

function sameKeys(a: readonly string[], b: readonly (string | undefined)[]): boolean {
  return a.length === b.length && a.every((key, i) => key === b[i]);
}

function withoutOtherCases(siblings: readonly DataNode[], schema: SchemaNode, choice: string): readonly DataNode[] {
  const isOther = (node: DataNode): boolean =>
    node.schema !== schema && !isInterior(node.schema) && node.schema.choice === choice;
  return siblings.some(isOther) ? siblings.filter((node) => !isOther(node)) : siblings;
}

function pathSegment(schema: SchemaNode, identity: readonly DataNode[] | string): string {
  const { prefix } = schema.module;
  const predicates = typeof identity === 'string' ? [] : identity;
  const text = predicates.map((key) => `[${prefix}:${key.schema.name}='${key.value}']`).join('');
  return `${prefix}:${schema.name}${text}`;
}
