import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ACCESS } from '../src/api/authorisation.ts';
import { renderDocs } from '../src/bin/generate-docs.ts';
import { readInventory } from '../src/cli/read-inventory.ts';
import { readRequest } from '../src/cli/read-request.ts';
import { CHANGE_OUTCOMES, CHANGE_PHASES } from '../src/domain/change.ts';
import { checkRequest } from '../src/domain/check-request.ts';
import { LIFECYCLES } from '../src/domain/lifecycle.ts';
import { retryDelaySeconds } from '../src/domain/next-move.ts';
import { ERRORS, isVerdict } from '../src/errors.ts';
import { FAULT_FIELDS } from '../src/sim/control/parse-fault.ts';
import { acceptedPolicy } from './support/accepted-policy.ts';
import { NOW } from './support/api-under-test.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const docs = await renderDocs();

describe('the documents made of code', () => {
  it.each(Object.keys(docs))('%s is not stale (npm run docs writes it)', (path) => {
    expect(read(path)).toBe(docs[path]);
  });

  it('know the same codes: registry, OpenAPI and the table', () => {
    const openapi = JSON.parse(docs['docs/openapi.json'] ?? '');
    expect(openapi.components.schemas.Problem.properties.code.enum.sort()).toEqual(Object.keys(ERRORS).sort());
    const listed = [...(docs['docs/errors.md'] ?? '').matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
    expect(listed).toEqual(Object.keys(ERRORS).sort());
  });

  it('tell what each part of wasl reads from its environment', () => {
    for (const setting of ['DATABASE_URL', 'TEMPORAL_ADDRESS', 'WASL_LISTEN', 'WASL_JWT_ISSUER', 'WASL_CREDENTIALS']) {
      expect(docs['docs/settings.md']).toContain(setting);
    }
  });

  it('explain every fault that the simulator takes', () => {
    const told = [...(docs['docs/simulator.md'] ?? '').matchAll(/^### (\S+)$/gm)].map(([, kind]) => kind);
    expect(told).toEqual(Object.keys(FAULT_FIELDS));
  });

  it('say of every route what it is for and who may call it', () => {
    const rows = (docs['docs/authority.md'] ?? '').split('\n').filter((line) => /^\| `[A-Z]+ \//.test(line));
    expect(rows).toHaveLength(Object.keys(ACCESS).length);
    expect(rows.filter((row) => !/^\| `[^`]+` \| \S.*(✓|no token)/.test(row))).toEqual([]);
  });

  it('refer only to schemas that are there', () => {
    const openapi = JSON.parse(docs['docs/openapi.json'] ?? '');
    const references = [...(docs['docs/openapi.json'] ?? '').matchAll(/#\/components\/schemas\/(\w+)/g)];
    expect(references.length).toBeGreaterThan(20);
    expect(Object.keys(openapi.components.schemas)).toEqual(
      expect.arrayContaining([...new Set(references.map(([, name]) => name))]),
    );
  });
});

describe('the documents', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'topology/README.md', 'test/bench/README.md'];
  const all = [...pages, ...readdirSync(new URL('../docs', import.meta.url)).map((name) => `docs/${name}`)];

  it.each(all.filter((path) => path.endsWith('.md')))('%s links only to what is there', (path) => {
    const links = [...read(path).matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, link = '']) => link);
    const here = new URL(`../${path}`, import.meta.url);
    expect(links.filter((link) => !existsSync(new URL(link, here)))).toEqual([]);
  });
});

describe('the page for operators', () => {
  const operating = read('docs/operating.md');
  const sources = readdirSync(new URL('../src', import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(`src/${name}`))
    .join('\n');

  it('names only settings that a part of wasl reads', () => {
    const named = operating.match(/\b(?:WASL|TEMPORAL|DATABASE)_[A-Z_]+\b/g) ?? [];
    expect(named.length).toBeGreaterThan(3);
    const codes = Object.keys(ERRORS);
    const settings = docs['docs/settings.md'] ?? '';
    expect(named.filter((name) => !settings.includes(name) && !codes.includes(name))).toEqual([]);
  });

  it('names every metric, and no other', () => {
    const metrics = sources.matchAll(/name: '(wasl_\w+)'/g);
    // Two of these names are roles of the database.
    const named = new Set(operating.match(/\bwasl_(?!owner\b|application\b)\w+/g));
    expect([...named].sort()).toEqual([...new Set([...metrics].map(([, name]) => name))].sort());
  });

  it('names only codes that exist', () => {
    const named = [...operating.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map(([, name = '']) => name);
    const known = [...Object.keys(ERRORS), ...(docs['docs/settings.md'] ?? '').split(/\W+/)];
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe('the life of agreements and changes', () => {
  const life = read('docs/life.md');

  it('names every state, phase and outcome', () => {
    const words = [...LIFECYCLES, ...CHANGE_PHASES].map((word) => `| \`${word}\` |`);
    expect(
      [...words, ...CHANGE_OUTCOMES.map((word) => `ended: ${word}`)].filter((word) => !life.includes(word)),
    ).toEqual([]);
  });

  it('tells the pauses in force', () => {
    const pauses = Array.from({ length: 8 }, (_, index) => retryDelaySeconds(index + 1));
    expect(retryDelaySeconds(1_000)).toBe(pauses.at(-1));
    expect(life).toContain(`after ${pauses.slice(0, -1).join(', ')} s, then every ${pauses.at(-1)} s`);
  });

  it('lists what is no verdict although it does not go away', () => {
    const codes = Object.entries(ERRORS)
      .filter(([code, { class: kind }]) => kind === 'permanent' && !isVerdict(code))
      .map(([code]) => code);
    const told = /so they are tried again, too: ([^.]+)\./.exec(life)?.[1] ?? '';
    expect([...told.matchAll(/`(\w+)`/g)].map(([, code]) => code).sort()).toEqual(codes.sort());
  });
});

describe('the samples', () => {
  it('are valid inventories: twelve PEs of two vendors, eight entities, a canary everywhere', () => {
    const national = readInventory(read('docs/samples/national-backbone.yaml'), 'national-backbone.yaml');
    expect(national.routers).toHaveLength(12);
    expect(new Set(national.routers.map((router) => router.platform))).toEqual(new Set(['iosxr-um2', 'junos-yang']));
    expect(national.entities.map((entity) => entity.id).sort()).toEqual(
      ['MOE', 'MOF', 'MOH', 'MOJ', 'MOL', 'MTCIT', 'NCSI', 'ROP'].sort(),
    );
    const canaries = new Set(national.vpns.filter((vpn) => vpn.canary).map((vpn) => vpn.id));
    expect(national.routers.every((router) => router.vrfs.some((vrf) => canaries.has(vrf.vpn)))).toBe(true);
  });

  it.each(['moh-mof', 'moe-mof', 'moe-moh'])('%s fits the demonstration backbone', (name) => {
    const demo = readInventory(read('docs/samples/demo-backbone.yaml'), 'demo-backbone.yaml');
    const request = readRequest(read(`docs/samples/${name}.yaml`), `${name}.yaml`);
    const policy = acceptedPolicy(demo.entities.map(({ id }) => id));
    const register = { freeRouteTargets: 2, awaitedRouteTargets: 0, agreements: [], policy };
    const found = checkRequest(request, { inventory: demo, register, now: NOW, reader: 'network' });
    expect(found).toMatchObject({ errors: [], warnings: [] });
  });

  it.each(['national-backbone', 'demo-backbone', 'moh-mof'])('%s names its schema for editors', (name) => {
    expect(read(`docs/samples/${name}.yaml`)).toMatch(/^# yaml-language-server: \$schema=\.\.\/\w+\.schema\.json\n/);
  });
});
