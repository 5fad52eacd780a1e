/**
 * `npm run interop:portal [-- --seconds N] [--seed N]`: Schemathesis (PyPI, kept in wasl's cache) calls a whole installation on a simulated backbone by its OpenAPI
 * document: examples, limits of every field, and chains of calls. Ends with 1 where the server failed, or answered what the document says nothing of.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { ROLES } from '../../../src/api/authentication.ts';
import { cacheDirectory } from '../../../src/bin/configuration.ts';
import { World } from '../../chaos/world.ts';

const VERSION = '4.32.5';
/** Every role at once, so that no call ends at the door; each may send sixty a minute. */
const CALLERS = 60;
/** What never ends is no answer; it has tests of its own. */
const ENDLESS = ['followEvents'];
const CHECKS = [
  ...['not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_headers_conformance'],
  ...['response_schema_conformance', 'unsupported_method', 'allow_header_conformance', 'missing_required_header'],
];

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '75' }, seed: { type: 'string', default: '1' } },
});
const schemathesis = await obtainSchemathesis();
const world = await World.open('portal');
try {
  process.exitCode = await callEverything(world);
} finally {
  await world.close();
}

async function callEverything({ apiUrl, directory }: World): Promise<number> {
  const tokens = await Promise.all(
    Array.from({ length: CALLERS }, (_, number) => world.tokenOf(`person-${number}`, ROLES, 'MOH')),
  );
  const file = join(directory, 'tokens.json');
  await writeFile(file, JSON.stringify(tokens), { mode: 0o600 });
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
        WASL_TOKENS: file,
        SCHEMATHESIS_HOOKS: 'callers',
        PYTHONPATH: fileURLToPath(new URL('.', import.meta.url)),
        PYTHONDONTWRITEBYTECODE: '1',
      },
    },
  );
  const [code] = await once(child, 'exit');
  return code ?? 1;
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
