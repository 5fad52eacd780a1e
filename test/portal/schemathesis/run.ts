/**
 * `npm run interop:portal [-- --seconds N] [--seed N]`: Schemathesis (PyPI, kept in wasl's cache) calls a whole installation on a simulated backbone by its OpenAPI
 * document: examples, limits of every field, and chains of calls. Ends with 1 where the server failed, or answered what the document says nothing of.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { ROLES, type Role } from '../../../src/api/authentication.ts';
import { makeKeyRing } from '../../../src/bin/codec.ts';
import { cacheDirectory } from '../../../src/bin/configuration.ts';
import { makeLedgerKey } from '../../../src/bin/ledger-key.ts';
import { addKey, PRIVACY_RING } from '../../../src/codec/key-ring.ts';
import { type InterconnectRequest, interconnectRequestSchema } from '../../../src/domain/request.ts';
import { World } from '../../chaos/world.ts';

const VERSION = '4.32.5';
/** Every role at once, so that no call ends at the door; each may send sixty a minute. */
const CALLERS = 60;
const ENDPOINTS = 6;
const PLANNED_WITHIN_MS = 60_000;
/** What never ends is no answer; it has tests of its own. */
const ENDLESS = ['followEvents'];
const CHECKS = [
  ...['not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_headers_conformance'],
  ...['response_schema_conformance', 'unsupported_method', 'allow_header_conformance', 'missing_required_header'],
];
const RETENTION = `authority: an authority of tests
rules:
  - { record: interconnect, begins: ended, days: 1, reference: class 1 }
  - { record: policy-acceptance, begins: superseded, days: 1, reference: class 2 }
`;

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '75' }, seed: { type: 'string', default: '1' } },
});
const schemathesis = await obtainSchemathesis();
const world = await World.open('portal', settingsIn);
try {
  await registerEndpoints(world);
  await askForOne(world);
  const there = await keepSomeOfEach(world);
  const code = await callEverything(world, there);
  await report(code === 0);
  process.exitCode = code;
} finally {
  await world.close();
}

/** Nothing is left out: rings, a key that signs the ledger, a retention schedule, so that no route answers only that it has none. */
async function settingsIn(directory: string): Promise<Record<string, string>> {
  const file = (name: string) => join(directory, name);
  await makeKeyRing(file('codec-keys.json'), addKey(null, new Date()));
  await makeKeyRing(file('privacy-keys.json'), addKey(null, new Date()), PRIVACY_RING);
  await makeLedgerKey(file('ledger-key.pem'));
  await writeFile(file('retention.yaml'), RETENTION);
  return {
    WASL_CODEC_KEYS: file('codec-keys.json'),
    WASL_PRIVACY_KEYS: file('privacy-keys.json'),
    WASL_LEDGER_KEY: file('ledger-key.pem'),
    WASL_CHECKPOINT_SECONDS: '1',
    WASL_RETENTION: file('retention.yaml'),
  };
}

/** The interconnect, change and plan of the document's examples: what is called by them is there. */
async function askForOne(open: World): Promise<void> {
  const as = (person: string, role: Role, entity?: string) => open.as(person, [role], entity);
  const { interconnect } = await as('moh-clerk', 'portal', 'MOH').submitRequest(await requestFor(open), 'portal-first');
  const { id, requestDigest: digest } = interconnect;
  const decision = { decision: 'approve', digest } as const;
  for (const entity of ['MOH', 'MOF']) {
    await as(`${entity}-head`, 'party-approver', entity).decideRequest(id, decision);
  }
  const engineer = as('engineer-1', 'engineer');
  for (const until = Date.now() + PLANNED_WITHIN_MS; ; await sleep(500)) {
    const { changes, next } = await engineer.readInterconnect(id);
    if (changes.at(-1)?.planId) return;
    if (Date.now() > until) throw new Error(`${id} was not planned: ${next}`);
  }
}

/** What the inventory has between the two. */
async function requestFor(open: World): Promise<InterconnectRequest> {
  const store = await open.openStore();
  const current = await store.readInventory();
  await store.close();
  const announced = (vpn: string) => {
    const vrfs = current?.inventory.routers.flatMap((router) => router.vrfs).filter((vrf) => vrf.vpn === vpn) ?? [];
    return vrfs.flatMap(({ attachments }) => attachments.flatMap(({ prefixes }) => prefixes))[0] ?? '';
  };
  return interconnectRequestSchema.parse({
    purpose: 'Referrals from the hospitals',
    flows: [
      { from: 'MOH', to: 'MOF', prefixes: [announced('MOH')] },
      { from: 'MOF', to: 'MOH', prefixes: [announced('MOF')] },
    ],
    validUntil: '2031-12-31T23:59:59+04:00',
    policyVersion: '2026-1',
  });
}

/** By the beginning of the address: what stands in it and wasl makes, which no example of the document can name. */
type Existing = Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;

/** Before anything happens that is told to them. */
async function registerEndpoints(open: World): Promise<void> {
  const portal = open.as('moh-clerk', ['portal'], 'MOH');
  for (let count = 0; count < ENDPOINTS; count++) {
    await portal.webhooks.register({ url: `https://portal.moh.example/${count}` });
  }
}

/** Deliveries, obligations, a legal hold: so that their routes do more than miss them. */
async function keepSomeOfEach(open: World): Promise<Existing> {
  const portal = open.as('moh-clerk', ['portal'], 'MOH');
  const endpoints = await portal.webhooks.list();
  const messages = await Promise.all(
    endpoints.map(async ({ id }) => {
      const [message] = await portal.webhooks.listDeliveries(id);
      return { id, delivery: message?.id ?? '' };
    }),
  );
  const obligations = [{ en: 'Incidents are told within an hour.', ar: 'يبلغ بالحوادث خلال ساعة.' }];
  await open.as('moh-head', ['party-approver'], 'MOH').entities.recordProfile('MOH', { contacts: [], obligations });
  await open.as('officer-1', ['security']).privacy.placeHold({ record: 'IC-0001', reference: 'case 12/2026' });
  return { '/v1/webhooks/': messages };
}

async function callEverything({ apiUrl, directory }: World, there: Existing): Promise<number> {
  const tokens = await Promise.all(
    Array.from({ length: CALLERS }, (_, number) => world.tokenOf(`person-${number}`, ROLES, 'MOH')),
  );
  const file = join(directory, 'tokens.json');
  await writeFile(file, JSON.stringify({ tokens, there }), { mode: 0o600 });
  const child = spawn(
    schemathesis,
    [
      ...['run', `${apiUrl}/openapi.json`, '--phases', 'examples,coverage,stateful', '--checks', CHECKS.join(',')],
      ...['--max-time', values.seconds, '--seed', values.seed, '--max-examples', '5', '--workers', '1', '--no-color'],
      ...['--request-timeout', '100', '--generation-database', 'none', '--no-shrink', '--continue-on-failure'],
      ...['--generation-with-security-parameters', 'false'],
      ...['--suppress-health-check', 'all', ...ENDLESS.flatMap((name) => ['--exclude-operation-id', name])],
    ],
    {
      cwd: directory,
      stdio: 'inherit',
      env: {
        ...process.env,
        WASL_CALLERS: file,
        SCHEMATHESIS_HOOKS: 'callers',
        PYTHONPATH: fileURLToPath(new URL('.', import.meta.url)),
        PYTHONDONTWRITEBYTECODE: '1',
      },
    },
  );
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

/** For .ci/run, which adds up the suites; what failed stands above. */
async function report(isHeld: boolean): Promise<void> {
  const file = process.env.WASL_TEST_REPORT;
  if (file === undefined) return;
  const [numPassedTests, numFailedTests] = isHeld ? [1, 0] : [0, 1];
  const one = {
    fullName: 'Schemathesis, by docs/openapi.json',
    status: isHeld ? 'passed' : 'failed',
    failureMessages: [],
  };
  const testResults = [{ name: fileURLToPath(import.meta.url), assertionResults: [one], message: '' }];
  await writeFile(file, JSON.stringify({ numPassedTests, numFailedTests, numTotalTests: 1, testResults }));
}

async function obtainSchemathesis(): Promise<string> {
  const directory = join(cacheDirectory(), `schemathesis-${VERSION}`);
  const program = join(directory, 'bin', 'schemathesis');
  const run = promisify(execFile);
  const isThere = await access(program).then(
    () => true,
    () => false,
  );
  if (isThere) return program;
  await mkdir(cacheDirectory(), { recursive: true });
  await run('python3', ['-m', 'venv', directory]);
  await run(join(directory, 'bin', 'pip'), ['install', '--quiet', `schemathesis==${VERSION}`]);
  return program;
}
