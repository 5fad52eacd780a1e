import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { createApi } from '../api/create-api.ts';
import { createDevelopmentIssuer } from '../api/development-issuer.ts';
import { inventorySchema } from '../domain/inventory.ts';
import { interconnectRequestSchema } from '../domain/request.ts';
import { ERRORS } from '../errors.ts';
import { MANIFESTS } from '../platforms/manifests.ts';
import { trustSchema } from '../signatures/index.ts';
import { type RouteSummaries, renderAuthority } from './render-authority.ts';
import { renderPersonalData } from './render-personal-data.ts';
import { renderPlanPhrases } from './render-plan-phrases.ts';
import { renderSettings } from './render-settings.ts';
import { renderSigningPhrases } from './render-signing-phrases.ts';
import { renderSimulator } from './render-simulator.ts';

/**
 * The documents that are made of code and checked in, so that a change of the contract shows in a review:
 * path -> text. `test/generated-docs.test.ts` fails when one is stale; running this file writes them.
 */
export async function renderDocs(): Promise<Readonly<Record<string, string>>> {
  const openApi = await renderOpenApi();
  return {
    'docs/openapi.json': toJson(openApi),
    'docs/inventory.schema.json': toJson(renderSchema(inventorySchema, 'The inventory file of wasl')),
    'docs/request.schema.json': toJson(renderSchema(interconnectRequestSchema, 'A request for an interconnect')),
    'docs/trust.schema.json': toJson(renderSchema(trustSchema, 'Whom an installation of wasl believes')),
    'docs/errors.md': renderErrors(),
    'docs/plan-phrases.md': renderPlanPhrases(),
    'docs/personal-data.md': renderPersonalData(),
    'docs/platforms.md': renderPlatforms(),
    'docs/settings.md': renderSettings(),
    'docs/signing-phrases.md': renderSigningPhrases(),
    'docs/simulator.md': renderSimulator(),
    'docs/authority.md': renderAuthority(summariesOf(openApi)),
  };
}

const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Draft 7: what the YAML language servers of editors understand best. */
function renderSchema(schema: z.ZodType, title: string): object {
  return { title, ...z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) };
}

/** The API describes itself before it touches anything it was given. */
async function renderOpenApi(): Promise<OpenApi> {
  const clock = () => new Date(0);
  const { auth } = await createDevelopmentIssuer({ apiHost: '127.0.0.1', clock });
  const app = createApi({
    store: unusable('the store'),
    driver: unusable('the driver'),
    routerReads: unusable('the routers'),
    auth,
    signatures: null,
    clock,
  });
  await app.ready();
  const document = app.swagger() as OpenApi;
  await app.close();
  return document;
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly summary?: string }>>>>;
}

function summariesOf({ paths }: OpenApi): RouteSummaries {
  const summaries = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(
      ([method, { summary = '' }]) => [`${method.toUpperCase()} ${path}`, summary] as const,
    ),
  );
  return new Map(summaries);
}

function unusable<T extends object>(name: string): T {
  return new Proxy({} as T, {
    get: (_target, member) => {
      throw new Error(`rendering the documents must not touch ${name} (${String(member)})`);
    },
  });
}

function renderErrors(): string {
  const rows = Object.entries(ERRORS)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, entry]) => `| \`${code}\` | ${entry.class} | ${entry.httpStatus} | ${entry.title} | ${entry.remedy} |`,
    );
  return [
    '# Error codes',
    '',
    'Made of `src/errors.ts`; `npm run docs` writes it. API, CLI and workflows use these codes and no others.',
    '',
    '| class | meaning | exit code of `wasl` |',
    '|---|---|---|',
    '| permanent | the same call will not succeed | 2 |',
    '| transient | the same call may succeed later; the API sends `Retry-After` | 3 |',
    '| unknown | the outcome was not learnt, or a person must look | 4 |',
    '',
    'The API answers RFC 9457 `application/problem+json`: `type` is `urn:wasl:error:` and the code; `code`, `class`, `path`',
    'and `remedy` are extension members; `details` holds machine-readable facts, such as all faults of a document.',
    '',
    '| code | class | HTTP | what | remedy |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** What each kind of router is asked for; the guarantee of a change follows from what the router itself offers. */
function renderPlatforms(): string {
  const manifests = Object.values(MANIFESTS).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const rows = manifests.map((platform) => {
    const spacing = platform.minimumRpcIntervalMsInConfirmWindow;
    const cells = [
      `\`${platform.name}\``,
      platform.vendor,
      platform.dialect,
      platform.validateBy,
      platform.pauseAfterHelloMs === 0 ? 'none' : `${platform.pauseAfterHelloMs} ms`,
      spacing === 0 ? 'any' : `one in ${spacing} ms`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const notes = manifests.flatMap((platform) => [
    `## ${platform.name}`,
    '',
    ...platform.notes.map((note) => `- ${note}`),
    '',
  ]);
  return [
    '# Platforms',
    '',
    'Made of `src/platforms/*/manifest.ts`; `npm run docs` writes it. What was tested on which router is said in the README.',
    '',
    '| platform | vendor | dialect | candidate checked by | pause after hello | requests in the confirm window |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    '| procedure, best first | chosen when the hello has | when a change fails |',
    '|---|---|---|',
    '| `confirmed-commit-persist` | candidate, confirmed-commit 1.1 | cancel-commit by persist id, from any session; else the router goes back by itself |',
    '| `confirmed-commit-session` | candidate, confirmed-commit 1.0 | the session is ended and the router goes back; else its timer does it |',
    '| `candidate-reverse-delta` | candidate | **no automatic revert**: wasl commits the recorded reverse delta |',
    '| `writable-running-reverse-delta` | writable-running, rollback-on-error | **no automatic revert**: wasl edits the recorded reverse delta |',
    '',
    'A router with one of the last two keeps what it was given. It is committed last, when all others hold the change unconfirmed, and a',
    'failed change is taken back by wasl under the lock. Until then it stays: when the worker dies, until another one recovers; when the',
    'router cannot be reached, or somebody edited it since the push (no counter-change goes over that), until a person acts: the',
    'interconnect is then `attention`, and the reason names the router and the edit. Plans say so to their approvers. Writable',
    'running without rollback-on-error is refused: a refused edit would stay in part. These two are tested on simulated routers only.',
    '',
    'Where the server keeps a startup of its own, running is copied to it when the change is confirmed, by recovery too, and work that',
    'nobody saved is refused before (`ROUTER_UNSAVED`). An edit of what wasl does not read, a description for one, stays in every case,',
    'and no reason mentions it.',
    '',
    ...notes,
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

/** Writes what differs; returns the paths. */
async function writeDocs(root: URL): Promise<string[]> {
  const written: string[] = [];
  for (const [path, text] of Object.entries(await renderDocs())) {
    const file = new URL(path, root);
    const before = await readFile(file, 'utf8').catch(() => null);
    if (before === text) continue;
    await writeFile(file, text);
    written.push(path);
  }
  return written;
}

if (process.argv[1] === import.meta.filename) {
  const written = await writeDocs(new URL('../../', import.meta.url));
  process.stdout.write(written.length === 0 ? 'nothing is stale\n' : `written: ${written.join(', ')}\n`);
}
