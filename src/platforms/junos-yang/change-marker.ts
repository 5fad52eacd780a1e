import { childrenNamed } from '../../netconf/index.ts';
import type { ChangeMarker, RouterReader } from '../platform.ts';

const ROOT = 'http://yang.juniper.net/junos/conf/root';
/** The smallest part of the configuration: what is looked for stands on its root, whatever is selected. */
const GET_VERSION =
  '<get-config><source><running/></source><filter type="subtree">' +
  `<configuration xmlns="${ROOT}"><version/></configuration></filter></get-config>`;
/** `commit-seconds`, `commit-localtime`, `commit-user`, in a namespace that names the release. */
const COMMITTED = /^(?:\{.*\})?commit-(\w+)$/;

/** When running was committed last, in whole seconds, and by whom. A session that leaves the second out has no marker. */
export async function readChangeMarker(reader: RouterReader): Promise<ChangeMarker | null> {
  const data = (await reader.call(GET_VERSION)).find(({ name }) => name === 'data');
  const [configuration] = data === undefined ? [] : childrenNamed(data, 'configuration');
  const committed = Object.entries(configuration?.attributes ?? {}).flatMap(([name, value]) => {
    const what = COMMITTED.exec(name)?.[1];
    return what === undefined ? [] : [[what, value] as const];
  });
  if (!committed.some(([what, value]) => what === 'seconds' && /^\d+$/.test(value))) return null;
  return { value: JSON.stringify(committed.sort()), isUnique: false };
}
