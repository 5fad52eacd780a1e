import { childrenNamed } from '../../netconf/index.ts';
import type { ChangeMarker, RouterReader } from '../platform.ts';

const ROOT = 'http://yang.juniper.net/junos/conf/root';
/** The smallest part of the configuration: what is looked for stands on its root, whatever is selected. */
const GET_VERSION =
  '<get-config><source><running/></source><filter type="subtree">' +
  `<configuration xmlns="${ROOT}"><version/></configuration></filter></get-config>`;
/** In a namespace that names the release. */
const COMMIT_SECONDS = /^(\{.*\})?commit-seconds$/;

/** When running was committed last, in whole seconds. A session that leaves the attribute out has no marker. */
export async function readChangeMarker(reader: RouterReader): Promise<ChangeMarker | null> {
  const data = (await reader.call(GET_VERSION)).find(({ name }) => name === 'data');
  const [configuration] = data === undefined ? [] : childrenNamed(data, 'configuration');
  const [, seconds] = Object.entries(configuration?.attributes ?? {}).find(([name]) => COMMIT_SECONDS.test(name)) ?? [];
  return seconds !== undefined && /^\d+$/.test(seconds) ? { value: seconds, isUnique: false } : null;
}
