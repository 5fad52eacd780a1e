import { readFileSync } from 'node:fs';
import { readRequest } from '../../src/cli/read-request.ts';

const sample = (name: string) =>
  readRequest(readFileSync(new URL(`../../docs/samples/${name}`, import.meta.url), 'utf8'), name);

export const MOE_MOF = sample('moe-mof.yaml');
export const MOE_MOH = sample('moe-moh.yaml');

/** What the VRFs learn from the request MOH_MOF and from nothing else. */
export const MOH_MOF_LEARNT = [
  'mct-pe-01 MOH 10.200.10.0/24',
  'nzw-pe-01 MOF 10.100.10.0/24',
  'nzw-pe-01 MOF 10.100.20.0/24',
  'sll-pe-01 MOH 10.200.10.0/24',
  'soh-pe-01 MOF 10.100.10.0/24',
  'soh-pe-01 MOF 10.100.20.0/24',
];
