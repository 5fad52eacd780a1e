import type { Platform } from '../platform.ts';
import { readEachTable } from '../reading/read-each-table.ts';
import { readChangeMarker } from './change-marker.ts';
import { CONFIG_FILTER } from './config-filter.ts';
import { manifest } from './manifest.ts';
import { pingJunos, readJunosTable } from './operational.ts';
import { judgeJunosPolicies } from './policy-safety.ts';
import { readerOf, TRANSPARENT_CONTAINERS } from './reader.ts';
import { view } from './view.ts';

/**
 * Junos with `system services netconf yang-compliant`. Beside the instances and their policies, what joins the router's own table to them, and
 * groups as far as they may add to any of that.
 */
export const junosYang: Platform = {
  manifest,
  configFilter: CONFIG_FILTER,
  transparentContainers: TRANSPARENT_CONTAINERS,
  readerOf,
  view,
  judgeExportPolicies: judgeJunosPolicies,
  readBeside: null,
  readChangeMarker,
  readRouteTables: readEachTable(readJunosTable),
  ping: pingJunos,
};
