/** Statements of Junos as texts, and what is read of them. */
import { parseXmlFragment } from '../../../src/netconf/index.ts';
import { PLATFORMS } from '../../../src/platforms/registry.ts';
import { readVrfs } from '../../../src/router/read-vrfs.ts';
import { F1_FACTS, junos } from './frames.ts';

interface Config {
  readonly policies?: string;
  readonly rest?: string;
  readonly listed?: readonly { readonly name: string; readonly families: readonly string[] }[];
}

const readXml = (xml: string, listed: Config['listed'] = []) =>
  readVrfs(PLATFORMS['junos-yang'], parseXmlFragment(xml), { pool: F1_FACTS.pool, vrfs: listed as never });
export const readAll = (instances: string, { policies = '', rest = '', listed }: Config = {}) =>
  readXml(junos(policies, instances, rest), listed);
export function read(inside: string, config: Config = {}, name = 'MOH') {
  const [vrf] = readAll(instance(inside, 'vrf', name), config);
  if (vrf === undefined) throw new Error('no VRF');
  return vrf;
}
/** As path and why; null where all is understood. */
export const told = (vrfs: ReturnType<typeof readAll>): string[] =>
  vrfs.flatMap(({ unknowns = [] }) => unknowns.map(({ path, reach, why }) => `${reach}: ${path}: ${why}`));

export const instance = (inside: string, type = 'vrf', name = 'MOH') =>
  `<instance><name>${name}</name>${type === '' ? '' : `<instance-type>${type}</instance-type>`}${inside}</instance>`;
export const target = (inside: string) => `<vrf-target>${inside}</vrf-target>`;
export const OWN = target('<community>target:64900:1</community>');
export const community = (name: string, ...members: string[]) =>
  `<community><name>${name}</name>${members.map((member) => `<members>${member}</members>`).join('')}</community>`;
export const policy = (name: string, body: string) =>
  `<policy-statement><name>${name}</name>${body}</policy-statement>`;
export const term = (name: string, from: string, then: string) =>
  `<term><name>${name}</name>${from === '' ? '' : `<from>${from}</from>`}<then>${then}</then></term>`;
export const from = (name: string) => `<community>${name}</community>`;
export const put = (name: string, how = 'add') =>
  `<community><choice-ident>${how}</choice-ident><choice-value/><community-name>${name}</community-name></community>`;
export const list = (name: string, ...prefixes: string[]) =>
  `<prefix-list><name>${name}</name>${prefixes.map((prefix) => `<prefix-list-item><name>${prefix}</name></prefix-list-item>`).join('')}</prefix-list>`;
export const REJECT = '<then><reject/></then>';
export const lists = (importing: string, exporting = '') =>
  importing.replace(/\S+/g, '<vrf-import>$&</vrf-import>') + exporting.replace(/\S+/g, '<vrf-export>$&</vrf-export>');
