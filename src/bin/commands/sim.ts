import { randomBytes } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { readInventory } from '../../cli/read-inventory.ts';
import { decodeUtf8 } from '../../domain/decode-utf8.ts';
import { startBackbone } from '../../sim/backbone.ts';
import { startControlServer } from '../../sim/control/server.ts';
import { say, untilStopped } from '../foreground.ts';
import type { SimulateOptions } from '../server-commands.ts';

export async function simulate(file: string, options: SimulateOptions): Promise<void> {
  const inventory = readInventory(decodeUtf8(await readFile(file), file), file);
  const backbone = await startBackbone({ inventory, firstPort: options.firstPort, rttMs: options.rttMs });
  const token = randomBytes(24).toString('base64url');
  const control = await startControlServer(backbone, { token });
  const { username, password } = backbone;
  const managements = backbone.inventory().routers.map(({ management }) => management);
  const credentials = Object.fromEntries(
    managements.map(({ credential }) => {
      const own = managements.filter((one) => one.credential === credential);
      return [credential, { username, password, hostKeys: own.flatMap(({ hostKeys }) => hostKeys) }];
    }),
  );
  if (options.writeInventory) await writeFile(options.writeInventory, stringify(backbone.inventory()));
  if (options.writeCredentials) await writeSecret(options.writeCredentials, stringify(credentials));
  if (options.writeControl) await writeSecret(options.writeControl, JSON.stringify({ url: control.url, token }));
  say(`Simulated backbone: ${inventory.routers.length} routers on loopback, control at ${control.url}`);
  await untilStopped();
  await control.close();
  await backbone.close();
}

async function writeSecret(path: string, content: string): Promise<void> {
  await writeFile(path, content, { mode: 0o600 });
  // The mode above counts for new files only.
  await chmod(path, 0o600);
}
