import type { Platform } from '../platform.ts';
import { manifest } from './manifest.ts';
import { pingFrr, readFrrTables } from './operational.ts';
import { readOwnConfiguration } from './own-configuration.ts';
import { judgeFrrPolicies } from './policy-safety.ts';
import { CONFIG_FILTER, readerOf, TRANSPARENT_CONTAINERS } from './reader.ts';
import { view } from './view.ts';

/** FRR behind netconfd, with the YANG module of topology/yang. */
export const frr: Platform = {
  manifest,
  configFilter: CONFIG_FILTER,
  transparentContainers: TRANSPARENT_CONTAINERS,
  readerOf,
  view,
  judgeExportPolicies: judgeFrrPolicies,
  readBeside: readOwnConfiguration,
  readChangeMarker: null,
  readRouteTables: readFrrTables,
  ping: pingFrr,
};
