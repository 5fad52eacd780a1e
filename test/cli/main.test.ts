import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { SILENT_MATRIX } from '../support/api-under-test.ts';
import { runForTest } from '../support/cli-under-test.ts';

describe('usage', () => {
  it('help ends well and shows commands, environment, exit codes and examples', async () => {
    const { code, out } = await runForTest(['--help']);
    expect(code).toBe(0);
    for (const part of ['inventory', 'WASL_TOKEN', 'Exit codes:', 'Examples:']) expect(out).toContain(part);
  });

  it.each([
    [['xyzzy'], "error: unknown command 'xyzzy'"],
    [['plan', 'show'], "error: missing required argument 'id'"],
    [['reject', 'IC-0001'], "error: required option '--reason <text>' not specified"],
    [['interconnect', 'list', '--state', 'happy'], "argument 'happy' is invalid. Write one of requested,"],
    [['status', 'IC-0001', '--watch', '--timeout', 'soon'], 'Write a number of seconds.'],
  ])('%j is wrong usage: 2', async (argv, message) => {
    const { code, out, err } = await runForTest(argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  it.each([
    [['xyzzy'], "unknown command 'xyzzy'"],
    [['plan', 'show'], "missing required argument 'id'"],
    [['status', '--no-such'], "unknown option '--no-such'"],
    [['plan'], 'no command was given'],
  ])('%j is wrong usage in JSON, too', async (argv, detail) => {
    const { code, out, err } = await runForTest([...argv, '--json']);
    expect([code, out]).toEqual([2, '']);
    const remedy = '--help shows how.';
    expect(JSON.parse(err)).toEqual({ error: { code: 'INPUT_INVALID', class: 'permanent', detail, remedy } });
  });

  it.each([
    [['matrix', '--token', 's3cret'], '--token'],
    [['matrix', '--token=s3cret', '--json'], '--token'],
    [['sign', 'a.json', '--passphrase', 's3cret'], '--passphrase'],
    [['matrix', '--server', 'https://me:s3cret@wasl.example'], ''],
    [['matrix', '--server=https://me:s3cret@wasl.example'], ''],
  ])('%j holds a secret: refused without it, and told what to do instead', async (argv, path) => {
    const { code, out, err } = await runForTest(argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`INPUT_INVALID${argv.includes('--json') ? '"' : path === '' ? ':' : `: ${path}:`}`);
    expect(err).toContain('Change it, if it was the real one.');
    expect(err).not.toContain('s3cret');
  });

  it('what stands behind -- is no option', async () => {
    const { err } = await runForTest(['matrix', '--', '--token', 'x']);
    expect(err).toContain('too many arguments');
  });

  it.each([
    [['approve', 'nonsense'], 'error INPUT_INVALID: id: nonsense is neither a request nor a plan'],
    [
      ['matrix', '--server', 'http://wasl.example'],
      'error CONFIGURATION: --server: the token would travel to wasl.example in clear',
    ],
    [['matrix', '--server', 'ftp://x'], 'error CONFIGURATION: --server: ftp://x is not the address of a server'],
    [
      ['matrix', '--token-file', '/nowhere/token'],
      'error CONFIGURATION: /nowhere/token: the token file cannot be read',
    ],
    [['status', '--watch'], 'error INPUT_INVALID: --watch: one interconnect is watched at a time'],
    [['completion', 'tcsh'], 'error INPUT_INVALID: shell: tcsh is not a shell that wasl completes in'],
  ])('%j is refused with path, fact and remedy', async (argv, message) => {
    const { code, err } = await runForTest(argv);
    expect([code, err.split('\n')[0]]).toEqual([2, message]);
    expect(err.split('\n')[1]).not.toBe('');
  });

  it('runs commands of the server side that bin/ adds, with the same output and exit codes', async () => {
    const hooks = {
      registerServerCommands: (program: import('commander').Command) => {
        program.command('serve').requiredOption('--port <port>');
      },
    };
    const { code, err } = await runForTest(['serve'], {}, { hooks });
    expect(code).toBe(2);
    expect(err).toContain("required option '--port <port>'");
  });

  it('a file that cannot be written is the fault of its name, not of wasl', async () => {
    const fetch = async () => Response.json(SILENT_MATRIX);
    const { code, err } = await runForTest(['matrix', '--svg', '/nowhere/x.svg'], {}, { fetch });
    expect([code, err.split('\n')[0]]).toEqual([
      2,
      'error INPUT_INVALID: /nowhere/x.svg: the file cannot be written (ENOENT)',
    ]);
  });

  it('an interrupted run says 130', async () => {
    const signal = AbortSignal.abort();
    expect((await runForTest(['matrix'], { WASL_SERVER: 'http://127.0.0.1:1' }, { signal })).code).toBe(130);
  });
});

describe('a server that is not wasl', () => {
  const answering =
    (body: string, status = 200) =>
    async () =>
      new Response(body, { status });
  it.each([
    ['no JSON', '<html>', 200],
    ['another shape', '{"readAt":1}', 200],
    ['a failure that is no problem', '{"message":"nginx"}', 502],
    ['a code of the future', '{"code":"NEW_CODE","detail":"x"}', 400],
  ])('%s: API_UNREACHABLE', async (_what, body, status) => {
    const { code, err } = await runForTest(['matrix'], {}, { fetch: answering(body, status) });
    expect(code).toBe(3);
    expect(err).toMatch(/^error API_UNREACHABLE/);
  });
});

describe('a server whose answer is lost', () => {
  const TOKEN = { WASL_SERVER: 'http://127.0.0.1:1', WASL_TOKEN: 'token' };
  const failing = (error: Error) => async () => Promise.reject(error);
  const broken = (code: string) =>
    failing(new TypeError('fetch failed', { cause: Object.assign(new Error('other side closed'), { code }) }));
  const withdraw = ['interconnect', 'withdraw', 'IC-0001', '--reason', 'over'];

  it.each([
    ['after the connection was made', broken('UND_ERR_SOCKET')],
    ['by a reset', broken('ECONNRESET')],
    ['by a server that stands still', failing(new DOMException('The operation was aborted', 'TimeoutError'))],
    ['in the middle of it', async () => new Response('{"id":"IC-', { status: 202 })],
    ['behind a gateway', async () => new Response('<html>', { status: 504 })],
    ['behind a gateway that speaks JSON', async () => new Response('{"message":"nginx"}', { status: 502 })],
  ])('%s: what was asked may have been done', async (_how, fetch) => {
    const { code, err } = await runForTest(withdraw, TOKEN, { fetch });
    expect(code).toBe(4);
    expect(err).toMatch(/^error ANSWER_LOST: .*\nLook first \(`wasl status`\): what was asked may have been done/);
  });

  it.each([
    ['nobody listens', withdraw, broken('ECONNREFUSED')],
    ['the name is unknown', withdraw, broken('ENOTFOUND')],
    ['another server answers', withdraw, async () => new Response('<html>', { status: 404 })],
    ['it was only asked to read', ['matrix'], broken('UND_ERR_SOCKET')],
    ['it was only asked to read, by a POST', ['audit'], broken('UND_ERR_SOCKET')],
  ])('%s: nothing was done', async (_how, argv, fetch) => {
    const { code, err } = await runForTest(argv, TOKEN, { fetch });
    expect([code, err]).toEqual([3, expect.stringMatching(/^error API_UNREACHABLE/)]);
  });
});

describe('completion', () => {
  async function complete(words: string[]): Promise<string[]> {
    const { out } = await runForTest(['completion', 'bash']);
    const script = `${out}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})\nCOMP_CWORD=${words.length - 1}\n_wasl\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split('\n');
  }

  it('of bash follows the commands', async () => {
    expect(await complete(['wasl', 'inv'])).toEqual(['inventory']);
    expect(await complete(['wasl', 'router', ''])).toEqual(
      expect.arrayContaining(['list', 'check', 'read', 'platforms']),
    );
    expect(await complete(['wasl', '--json', 'plan', 'show', 'IC-0001', '--x'])).toEqual(['--xml']);
  });

  it('exists for zsh and fish', async () => {
    expect((await runForTest(['completion', 'zsh'])).out).toContain('bashcompinit');
    const fish = (await runForTest(['completion', 'fish'])).out;
    expect(fish).toContain("complete -c wasl -n '__fish_seen_subcommand_from router; and not ");
    expect(fish).toContain('-f -a matrix');
  });
});

it('validates an inventory without a server', async () => {
  const path = new URL('../../docs/samples/national-backbone.yaml', import.meta.url).pathname;
  const { code, out } = await runForTest(['inventory', 'validate', path, '--json']);
  expect([code, JSON.parse(out)]).toEqual([0, { file: path, valid: true, entities: 8, vpns: 9, routers: 12 }]);
  const missing = await runForTest(['inventory', 'validate', '/nowhere/inventory.yaml']);
  expect([missing.code, missing.err.split('\n')[0]]).toEqual([
    2,
    'error INPUT_INVALID: /nowhere/inventory.yaml: the file cannot be read',
  ]);
});

describe('status without an id', () => {
  const ready = {
    status: 'ready',
    database: 'up',
    workflows: 'up',
    workers: 'up',
    undriven: 0,
    audit: null,
    ledger: null,
    says: [],
  };
  const serving = (list: (url: URL) => unknown) => async (url: string | URL | Request) =>
    Response.json(String(url).includes('/ready') ? ready : list(new URL(String(url))));

  it('says so when there is none', async () => {
    const { code, out } = await runForTest(['status'], {}, { fetch: serving(() => []) });
    expect([code, out]).toEqual([0, '✓ wasl is ready\n\nno interconnect stands, and none is asked for\n']);
  });

  it('shows all that stand, however many, active ones too, each with its next step; ended ones on request', async () => {
    const total = 450;
    const asked: string[] = [];
    const fetch = serving(({ searchParams }) => {
      asked.push(`${searchParams.get('unfinished')} ${searchParams.get('next')}`);
      const last = Number(searchParams.get('before')?.slice(3) ?? total + 1);
      const page = Array.from({ length: Math.min(200, last - 1) }, (_, index) => last - 1 - index);
      return page.map((number) => ({
        ...{ id: `IC-${String(number).padStart(4, '0')}`, parties: ['MOF', 'MOH'], lifecycle: 'active' },
        ...{ standing: 'active', reason: null, requestDigest: 'sha256:0', requestedBy: 'x', requestedByEntity: 'MOH' },
        ...{ createdAt: '2026-03-01T08:00:00Z', updatedAt: '2026-03-01T08:00:00Z', next: `step ${number}` },
        request: { purpose: 'Invoices', flows: [], validUntil: '2031-12-31T23:59:59Z', policyVersion: '1' },
      }));
    });
    const { out } = await runForTest(['status'], {}, { fetch });
    const ids = new Set(out.match(/IC-\d{4}/g));
    expect([ids.size, asked]).toEqual([total, ['true true', 'true true', 'true true']]);
    expect(out).toMatch(/IC-0001 .*step 1$/m);
    await runForTest(['status', '--all'], {}, { fetch });
    expect(asked.at(-1)).toBe('null true');
  });
});

it('shows every time in one zone, whoever wrote it, in columns that stay straight; JSON has them as recorded', async () => {
  const summary = {
    ...{ id: 'IC-0001', parties: ['MOF', 'MOH'], lifecycle: 'active', standing: 'active', reason: null },
    ...{ requestDigest: 'sha256:0', requestedBy: 'x', requestedByEntity: 'MOH' },
    ...{ createdAt: '2026-03-01T08:00:00Z', updatedAt: '2026-03-01T08:00:00Z' },
    next: 'in force until 2031-12-31T23:59:59Z',
    request: { purpose: 'Invoices', flows: [], validUntil: '2031-12-31T18:59:59-05:00', policyVersion: '1' },
  };
  const ready = {
    status: 'degraded',
    database: 'up',
    workflows: 'up',
    workers: 'down',
    undriven: 0,
    audit: null,
    ledger: null,
  };
  const says = ['no worker lives: the last one was seen at 2026-03-01T08:00:00.500Z'];
  const fetch = async (url: string | URL | Request) =>
    Response.json(String(url).includes('/ready') ? { ...ready, says } : [summary]);
  const { out } = await runForTest(['status'], {}, { fetch, offsetOf: () => 240 });
  expect(out).toContain('seen at 2026-03-01T12:00:00.500+04:00');
  const [header = '', row = ''] = out.split('\n').slice(-3);
  expect(row).toContain('2032-01-01T03:59:59+04:00  Invoices  in force until 2032-01-01T03:59:59+04:00');
  expect(header.indexOf('PURPOSE')).toBe(row.indexOf('Invoices'));
  const json = await runForTest(['status', '--json'], {}, { fetch, offsetOf: () => 240 });
  expect(json.out).toContain('2031-12-31T18:59:59-05:00');
});

describe('status --watch', () => {
  it('says at once that nobody works', async () => {
    const down = {
      ...{
        status: 'degraded',
        database: 'up',
        workflows: 'up',
        workers: 'down',
        undriven: 0,
        audit: null,
        ledger: null,
      },
      says: ['no worker lives: nothing is planned, pushed or read from routers'],
    };
    const agreement = {
      ...{ id: 'IC-0001', parties: ['MOF', 'MOH'], lifecycle: 'requested', standing: 'requested', reason: null },
      ...{ requestDigest: 'sha256:0', requestedBy: 'x', requestedByEntity: 'MOH', agreementVersion: 1 },
      ...{
        createdAt: '2026-03-01T08:00:00Z',
        updatedAt: '2026-03-01T08:00:00Z',
        next: 'wasl plans it now',
        nextAt: null,
      },
      ...{ routeTargets: null, awaiting: [], isSettled: false, withdrawal: null, lastRead: null, warnings: [] },
      ...{ approvals: [], changes: [] },
      request: { purpose: 'Invoices', flows: [], validUntil: '2031-12-31T23:59:59Z', policyVersion: '1' },
    };
    const fetch = async (url: string | URL | Request) => {
      const path = new URL(String(url)).pathname;
      if (path === '/v1/events') return new Response('', { headers: { 'content-type': 'text/event-stream' } });
      return Response.json(path === '/ready' ? down : agreement);
    };
    const { code, err } = await runForTest(['status', 'IC-0001', '--watch', '--timeout', '0.2'], {}, { fetch });
    expect([code, err.split('\n')[0]]).toEqual([3, down.says[0]]);
  });
});
