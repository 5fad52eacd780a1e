/** What an operator gets wrong, as the process tells it: path, fact and remedy, the exit code of the class, and never INTERNAL. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { freePort } from '../../../src/bin/child-process.ts';
import { createTestDatabase } from '../../support/database.ts';
import { startWasl } from '../../support/wasl-process.ts';

let folder: string;
let good: Record<string, string>;
const taken = createServer();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wasl-errors-'));
  const credentials = join(folder, 'credentials.yaml');
  await writeFile(credentials, 'backbone: { username: wasl, password: s3cret, hosts: [127.0.0.1] }\n', { mode: 0o600 });
  await writeFile(join(folder, 'plain'), '');
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  good = {
    DATABASE_URL: (await createTestDatabase()).databaseUrl,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    WASL_STATE_DIR: folder,
    WASL_CREDENTIALS: credentials,
    WASL_LISTEN: '127.0.0.1:0',
  };
});
afterAll(async () => {
  taken.close();
  await rm(folder, { recursive: true, force: true });
});

const takenAddress = () => {
  const address = taken.address();
  return `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
};
const serve = ['serve', '--development-issuer'];
const without = (url: string | undefined, change: (url: URL) => void): string => {
  const changed = new URL(url ?? '');
  change(changed);
  return changed.href;
};

type Case = readonly [
  what: string,
  argv: readonly string[],
  env: () => Record<string, string> | Promise<Record<string, string>>,
  code: number,
  said: RegExp,
];

const CASES: readonly Case[] = [
  [
    'a port in use',
    serve,
    () => ({ WASL_LISTEN: takenAddress() }),
    2,
    /CONFIGURATION: WASL_LISTEN: 127.0.0.1 port \d+ is in use/,
  ],
  [
    'a missing key set',
    ['serve'],
    () => ({ WASL_JWT_ISSUER: 'x', WASL_JWT_JWKS_FILE: '/nowhere/keys.json' }),
    2,
    /CONFIGURATION: \/nowhere\/keys.json: the key set does not exist/,
  ],
  [
    'a wrong password',
    serve,
    () => ({
      DATABASE_URL: without(good.DATABASE_URL, (url) => {
        url.password = 's3cret';
      }),
    }),
    2,
    /CONFIGURATION: DATABASE_URL: the database does not take the password/,
  ],
  [
    'a server without TLS',
    serve,
    () => ({ DATABASE_URL: `${good.DATABASE_URL}?sslmode=require` }),
    2,
    /CONFIGURATION: DATABASE_URL: .*TLS/,
  ],
  [
    'a certificate that is not there',
    serve,
    () => ({ DATABASE_URL: `${good.DATABASE_URL}?sslrootcert=/nowhere/ca.pem` }),
    2,
    /CONFIGURATION: DATABASE_URL: /,
  ],
  [
    'a database that is away',
    serve,
    async () => ({ DATABASE_URL: `postgres://wasl:s3cret@127.0.0.1:${await freePort()}/wasl` }),
    3,
    /DATABASE_UNAVAILABLE: DATABASE_URL: the database does not answer \(ECONNREFUSED\)/,
  ],
  [
    'a state folder under a file',
    serve,
    () => ({ DATABASE_URL: '', WASL_STATE_DIR: join(folder, 'plain', 'state') }),
    2,
    /CONFIGURATION: .*lies under something that is no folder/,
  ],
  [
    'a state folder where none can be made',
    serve,
    () => ({ DATABASE_URL: '', WASL_STATE_DIR: '/proc/x' }),
    2,
    /CONFIGURATION: \/proc\/x: the system lets nobody make a folder in \/proc\n/,
  ],
  [
    'a state folder where none can be made, for the key alone',
    serve,
    () => ({ WASL_STATE_DIR: '/proc/x' }),
    2,
    /CONFIGURATION: \/proc\/x: the system lets nobody make a folder in \/proc\n/,
  ],
  [
    'a workflow server that is away',
    ['worker'],
    async () => ({ TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` }),
    3,
    /TEMPORAL_UNAVAILABLE: TEMPORAL_ADDRESS: the workflow server at 127.0.0.1:\d+ does not answer/,
  ],
  [
    'a namespace that is not there',
    ['worker'],
    () => ({ TEMPORAL_NAMESPACE: 'nobodys' }),
    2,
    /CONFIGURATION: TEMPORAL_NAMESPACE: .*no such namespace/,
  ],
  [
    'a port of probes in use',
    ['worker'],
    () => ({ WASL_WORKER_LISTEN: takenAddress() }),
    2,
    /^(?![\s\S]*(worker ready|draining))[\s\S]*CONFIGURATION: WASL_WORKER_LISTEN: 127.0.0.1 port \d+ is in use/,
  ],
  [
    'a file that cannot be written',
    ['sim', 'docs/samples/demo-backbone.yaml', '--write-inventory', '/nowhere/live.yaml'],
    () => ({}),
    2,
    /CONFIGURATION: \/nowhere\/live.yaml: the file to write does not exist/,
  ],
  [
    'temporary files nowhere, for a demonstration',
    ['demo'],
    () => ({ TMPDIR: '/proc' }),
    2,
    /CONFIGURATION: \/proc: the folder for temporary files does not exist/,
  ],
];

it('needs no folder for temporary files', async () => {
  const wasl = startWasl(['--version'], { TMPDIR: '/proc' });
  expect([await wasl.ended, wasl.text()]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
});

describe('an operator who got wrong', () => {
  it.each(CASES)('%s', async (_what, argv, env, code, said) => {
    const wasl = startWasl(argv, { ...good, ...(await env()) });
    expect([await wasl.ended, wasl.text()]).toEqual([code, expect.stringMatching(said)]);
    // A remedy follows, in a line of its own.
    expect(wasl.text().trim().split('\n').at(-1)).toMatch(/^[A-Z].*\.$/);
    expect(wasl.text()).not.toMatch(/INTERNAL|Report it|s3cret| {4}at /);
  });
});
