import type { Platform } from '../platform.ts';
import { readEachTable } from '../reading/read-each-table.ts';
import { readChangeMarker } from './change-marker.ts';
import { manifest } from './manifest.ts';
import { pingIosxr, readIosxrTable } from './operational.ts';
import { judgeRplPolicies } from './policy-safety.ts';
import { CONFIG_FILTER, readerOf, TRANSPARENT_CONTAINERS } from './reader.ts';
import { view } from './view.ts';

/** IOS XR 24.4.1 and later, unified model. */
export const iosxrUm2: Platform = {
  manifest,
  configFilter: CONFIG_FILTER,
  transparentContainers: TRANSPARENT_CONTAINERS,
  readerOf,
  view,
  judgeExportPolicies: judgeRplPolicies,
  readBeside: null,
  readChangeMarker,
  readRouteTables: readEachTable(readIosxrTable),
  ping: pingIosxr,
};
