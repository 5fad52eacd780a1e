import type { PlatformName } from '../../../src/domain/names.ts';
import { parseXmlFragment, type XmlElement } from '../../../src/netconf/index.ts';
import { editTree } from '../../../src/sim/datastore/edit.ts';
import { type ContainerSchema, EMPTY, inModule, schemaRoot } from '../../../src/sim/datastore/schema.ts';
import { type DataNode, emptyTree, serialiseChildren } from '../../../src/sim/datastore/tree.ts';
import { IOSXR_SCHEMA } from '../../../src/sim/iosxr/schema.ts';
import { JUNOS_SCHEMA } from '../../../src/sim/junos/schema.ts';
import { parseXml } from '../../../src/sim/xml/parse.ts';

const { container, list, sequence, leaf, leafList } = inModule({ prefix: 'wfl', namespace: 'urn:wasl:frr:l3vpn' });

const family = (name: string) =>
  container(name, [
    leafList('import-rt', 'system'),
    leafList('export-rt', 'system'),
    leaf('export-policy'),
    sequence(
      'export-rule',
      ['name'],
      [leaf('name'), leaf('route-target'), leafList('prefix', 'system'), leaf('whole-vpn', EMPTY)],
    ),
  ]);

const SCHEMAS: Readonly<Record<PlatformName, ContainerSchema>> = {
  'iosxr-um2': IOSXR_SCHEMA,
  'junos-yang': JUNOS_SCHEMA,
  frr: schemaRoot([
    container('vrfs', [
      list('vrf', ['name'], [leaf('name'), leaf('description'), leaf('rd'), family('ipv4'), family('ipv6')]),
    ]),
  ]),
};

/** A datastore in memory: what edit-config does to a configuration (RFC 6241 §7.2), without a router around it. */
export class ConfigTree {
  #tree: DataNode;

  constructor(platform: PlatformName, baseXml: string) {
    this.#tree = emptyTree(SCHEMAS[platform]);
    this.#edit(baseXml, 'merge');
  }

  /** As the routers are asked: default-operation none. Throws on the first rpc-error. */
  apply(editXml: string): void {
    this.#edit(editXml, 'none');
  }

  text(): string {
    return serialiseChildren(this.#tree);
  }

  elements(): XmlElement[] {
    return parseXmlFragment(this.text());
  }

  #edit(xml: string, defaultOperation: 'merge' | 'none'): void {
    const config = parseXml(`<config xmlns="urn:ietf:params:xml:ns:netconf:base:1.0">${xml}</config>`);
    const { tree, errors } = editTree(this.#tree, config, defaultOperation, 'rollback-on-error');
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
    this.#tree = tree;
  }
}
