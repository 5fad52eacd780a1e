/** The demonstration's installation: with a simulated backbone of four routers. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type ControlClient, controlClient } from '../../sim/control/client.ts';
import type { Say } from '../temporal-server.ts';
import { type LocalInstallation, makeDirectory, openInstallation } from './local-installation.ts';
import { SAMPLES } from './narrator.ts';

/** Long enough for the simulated routes to arrive, short enough for a story about a site that never answers. */
const CONVERGENCE_SECONDS = 4;

export interface DemoWorld {
  readonly installation: LocalInstallation;
  readonly inventoryFile: string;
  readonly control: ControlClient;
  /** Addresses of everything that runs, for people. */
  readonly addresses: readonly (readonly [string, string])[];
}

export async function openDemoWorld(say: Say, until: AbortSignal): Promise<DemoWorld> {
  const directory = await makeDirectory('wasl-demo-');
  const at = (name: string) => join(directory, name);
  const options = {
    directory,
    credentialsFile: at('credentials.yaml'),
    convergenceSeconds: CONVERGENCE_SECONDS,
    say,
    until,
  };
  const installation = await openInstallation(options, async (opening) => {
    const simulation = ['sim', join(SAMPLES, 'demo-backbone.yaml'), '--write-inventory', at('inventory.yaml')];
    const files = ['--write-credentials', at('credentials.yaml'), '--write-control', at('control.json')];
    opening.startPart('sim', [...simulation, ...files]);
    await opening.untilSays('sim', 'Simulated backbone');
  });
  const { url, token } = JSON.parse(await readFile(at('control.json'), 'utf8')) as { url: string; token: string };
  const { routers } = parse(await readFile(at('inventory.yaml'), 'utf8')) as { routers: readonly RouterAddress[] };
  return {
    installation,
    inventoryFile: at('inventory.yaml'),
    control: controlClient(url, token),
    addresses: [
      ['API', installation.apiUrl],
      ['Temporal', installation.temporalAddress],
      ...routers.map(({ name, platform, management: { host, port } }) => {
        return [name, `${host}:${port} (NETCONF over SSH, ${platform})`] as const;
      }),
      ['logs and inventory', directory],
    ],
  };
}

interface RouterAddress {
  readonly name: string;
  readonly platform: string;
  readonly management: { readonly host: string; readonly port: number };
}
