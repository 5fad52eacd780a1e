import { randomBytes } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { readInventory } from '../../cli/read-inventory.ts';
import { countOf } from '../../domain/count-of.ts';
import { decodeUtf8 } from '../../domain/decode-utf8.ts';
import type { Inventory } from '../../domain/inventory.ts';
import { type Backbone, startBackbone } from '../../sim/backbone.ts';
import { startControlServer } from '../../sim/control/server.ts';
import { say, untilStopped } from '../foreground.ts';
import { explaining } from '../operator-error.ts';
import type { SimulateOptions } from '../server-commands.ts';
import { holdSignals } from '../signals.ts';

export async function simulate(file: string, options: SimulateOptions): Promise<void> {
  const stop = holdSignals();
  const bytes = await explaining({ path: file, what: 'the inventory' }, () => readFile(file));
  const inventory = readInventory(decodeUtf8(bytes, file), file);
  const { firstPort, rttMs } = options;
  const remedy = 'Name another first port, or none: then free ones are taken.';
  const backbone = await explaining({ path: '--first-port', what: 'a port of the simulated routers', remedy }, () =>
    startBackbone({ inventory, firstPort, rttMs }),
  );
  try {
    await control(backbone, inventory, options, stop);
  } finally {
    await backbone.close();
  }
}

async function control(
  backbone: Backbone,
  inventory: Inventory,
  options: SimulateOptions,
  stop: AbortSignal,
): Promise<void> {
  const token = randomBytes(24).toString('base64url');
  const server = await startControlServer(backbone, { token });
  const { username, password } = backbone;
  const managements = backbone.inventory().routers.map(({ management }) => management);
  const credentials = Object.fromEntries(
    managements.map(({ credential }) => {
      const own = managements.filter((one) => one.credential === credential);
      return [credential, { username, password, hostKeys: own.flatMap(({ hostKeys }) => hostKeys) }];
    }),
  );
  try {
    if (options.writeInventory) await write(options.writeInventory, stringify(backbone.inventory()));
    if (options.writeCredentials) await writeSecret(options.writeCredentials, stringify(credentials));
    if (options.writeControl) await writeSecret(options.writeControl, JSON.stringify({ url: server.url, token }));
    say(`Simulated backbone: ${countOf(inventory.routers.length, 'router')} on loopback, control at ${server.url}`);
    await untilStopped(stop);
  } finally {
    await server.close();
  }
}

async function writeSecret(path: string, content: string): Promise<void> {
  await write(path, content, 0o600);
  // The mode above counts for new files only.
  await chmod(path, 0o600);
}

function write(path: string, content: string, mode = 0o644): Promise<void> {
  return explaining({ path, what: 'the file to write' }, () => writeFile(path, content, { mode }));
}
