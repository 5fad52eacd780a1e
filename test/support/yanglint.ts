import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlatformName } from '../../src/domain/names.ts';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
/** The vendors' modules are not ours to distribute: they lie beside the checkout, or where WASL_YANG_DIR says. */
export const YANG_DIRECTORY = process.env.WASL_YANG_DIR ?? join(CHECKOUT, '../shared/yang');

const MODULES: Readonly<
  Record<PlatformName, { readonly folders: readonly string[]; readonly modules: readonly string[] }>
> = {
  'iosxr-um2': {
    folders: [join(YANG_DIRECTORY, 'iosxr-25.3.1'), join(YANG_DIRECTORY, 'common')],
    modules: ['Cisco-IOS-XR-um-vrf-cfg', 'Cisco-IOS-XR-um-router-bgp-cfg', 'Cisco-IOS-XR-um-route-policy-cfg'],
  },
  'junos-yang': {
    folders: [join(YANG_DIRECTORY, 'junos-24.4R1'), join(YANG_DIRECTORY, 'common')],
    modules: [
      'junos-conf-root@2024-01-01',
      'junos-conf-routing-instances@2024-01-01',
      'junos-conf-policy-options@2024-01-01',
      'junos-configuration-metadata',
    ],
  },
  frr: {
    folders: [join(CHECKOUT, 'topology/yang'), join(CHECKOUT, 'topology/yang/ietf'), join(YANG_DIRECTORY, 'common')],
    modules: ['wasl-frr-l3vpn'],
  },
};

const NETCONF_MODULE = join(YANG_DIRECTORY, 'common/ietf-netconf@2011-06-01.yang');

/**
 * What yanglint says against the documents; empty when all are valid. Data is configuration and state. One run for all, since reading the modules takes seconds.
 * Throws with the remedy where the tool or the modules are missing.
 */
export function lint(platform: PlatformName, kind: 'edit' | 'config' | 'data', documents: readonly string[]): string {
  const { folders, modules } = MODULES[platform];
  if (!existsSync(NETCONF_MODULE)) {
    throw new Error(
      `no YANG modules in ${YANG_DIRECTORY}: set WASL_YANG_DIR to a folder with common/, iosxr-25.3.1/ and junos-24.4R1/`,
    );
  }
  const folder = mkdtempSync(join(tmpdir(), 'wasl-yanglint-'));
  try {
    const paths = folders.flatMap((path) => ['-p', path]);
    const files = modules.map((name) => join(folders[0] ?? '', `${name}.yang`));
    const inputs = documents.map((xml, i) => {
      const file = join(folder, `${i}.xml`);
      writeFileSync(file, xml);
      return file;
    });
    const run = spawnSync('yanglint', ['-Q', '-t', kind, ...paths, NETCONF_MODULE, ...files, ...inputs], {
      encoding: 'utf8',
    });
    if (run.error !== undefined) throw new Error('yanglint does not run: apt-get install libyang2-tools');
    return run.status === 0 ? '' : `${run.stderr}${run.stdout}` || `exit status ${run.status}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
