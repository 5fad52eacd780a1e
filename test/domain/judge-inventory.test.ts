import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { formatPath, listInputIssues } from '../../src/domain/input-issues.ts';
import { judgeInventory } from '../../src/domain/judge-inventory.ts';
import { interconnectRequestSchema } from '../../src/domain/request.ts';
import { LIBRARY_WORDS } from '../support/library-words.ts';

const sample = (name: string): unknown =>
  parse(readFileSync(new URL(`../../docs/samples/${name}`, import.meta.url), 'utf8'));
const DEMO = sample('demo-backbone.yaml');
const REQUEST = sample('moh-mof.yaml');

type Step = string | number;

/** The document with the value at a place replaced; undefined takes it away. */
function withValue(document: unknown, path: readonly Step[], value: unknown): unknown {
  const copy = structuredClone(document);
  const holder = path.slice(0, -1).reduce<unknown>((at, step) => Reflect.get(Object(at), step), copy);
  const last = path.at(-1) ?? '';
  if (value === undefined) Reflect.deleteProperty(Object(holder), last);
  else Reflect.set(Object(holder), last, value);
  return copy;
}

function placesOf(value: unknown, path: readonly Step[] = []): (readonly Step[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const children = Object.entries(value).flatMap(([key, child]) =>
    placesOf(child, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return path.length === 0 ? children : [path, ...children];
}

const findings = (document: unknown) =>
  judgeInventory(document).issues.map(({ path, fact }) => `${formatPath(path)}: ${fact}`);

/** What people and machines put where something else belongs. */
const WRONG: fc.Arbitrary<unknown> = fc.oneof(
  fc.constant(undefined),
  fc.constant(null),
  fc.constantFrom('', ' ', 'x', '10.0.0.1/8', '0.0.0.0/0', '65000:70000000000', 'yes', 'constructor', '__proto__'),
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.constantFrom<unknown>([], {}, [null], [[]], { constructor: 1 }),
  fc.array(fc.string(), { maxLength: 3 }),
  fc.dictionary(fc.string({ unit: 'binary' }), fc.string(), { maxKeys: 3 }),
);

describe('everything that is wrong with an inventory is told in one round', () => {
  it('shapes beside references', () => {
    const noKey = withValue(DEMO, ['routers', 0, 'management', 'hostKeys'], undefined);
    const document = withValue(noKey, ['routers', 0, 'vrfs', 1, 'vpn'], 'MOX');
    expect(findings(document)).toEqual([
      'routers[0].management.hostKeys: hostKeys is missing',
      'routers[0].vrfs[1].vpn: MOX is not among the VPNs',
    ]);
  });

  it('and no fault that only follows from another', () => {
    expect(findings(withValue(DEMO, ['vpns', 0, 'prefixes', 0], '10.100.0.1/16'))).toEqual([
      'vpns[0].prefixes[0]: 10.100.0.1/16 has bits set beyond /16',
    ]);
    expect(findings(withValue(DEMO, ['entities', 0, 'name'], 42))).toEqual(['entities[0].name: 42 is not a text']);
    const place = ['routers', 0, 'vrfs', 0, 'attachments', 0, 'prefixes', 0];
    expect(findings(withValue(DEMO, place, '10.100.10.1/24'))).toHaveLength(1);
  });

  it.each([
    [undefined, 'the document is missing'],
    [null, 'the document has no value'],
    ['text', '"text" is not a group of members'],
    [[], 'a list is not a group of members'],
  ])('%j', (document, fact) => {
    expect(judgeInventory(document).issues.map((issue) => issue.fact)).toEqual([fact]);
  });
});

describe('no text of a library reaches a person', () => {
  it('whatever stands where in an inventory', () => {
    const places = placesOf(DEMO);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...places), WRONG), { minLength: 1, maxLength: 3 }), (changes) => {
        const document = changes.reduce(
          (before, [place, value]) => (placesOf(before).length > 0 ? withValue(before, place, value) : before),
          DEMO,
        );
        for (const { path, fact, remedy } of judgeInventory(document).issues) {
          expect(`${fact} ${remedy}`).not.toMatch(LIBRARY_WORDS);
          expect(`${formatPath(path)} ${fact} ${remedy}`).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('nor in a request', () => {
    const places = placesOf(REQUEST);
    fc.assert(
      fc.property(fc.constantFrom(...places), WRONG, (place, value) => {
        const document = withValue(REQUEST, place, value);
        const result = interconnectRequestSchema.safeParse(document);
        if (result.success) return;
        for (const { fact, remedy } of listInputIssues(result.error, document)) {
          expect(`${fact} ${remedy}`).not.toMatch(LIBRARY_WORDS);
          expect(remedy).not.toBeNull();
        }
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    [['validUntil'], '2031-13-01T00:00:00Z', '"2031-13-01T00:00:00Z" is not a date and time with zone'],
    [['validUntil'], '2031-01-01', '"2031-01-01" is not a date and time with zone'],
    [['policyVersion'], 1, '1 is not a text'],
    [['flows'], [], 'flows has no entry'],
    [['flows', 0, 'prefixes'], 'all', '"all" is not "whole-vpn" or a list'],
    [['flows', 0, 'from'], 'moh', '"moh" is not 2–24 capitals, digits or hyphens'],
    [['purpose'], 'x', 'the text has fewer than 3 characters'],
    [['purpose'], undefined, 'purpose is missing'],
  ])('%j = %j', (place, value, fact) => {
    const document = withValue(REQUEST, place, value);
    const result = interconnectRequestSchema.safeParse(document);
    expect(result.error && listInputIssues(result.error, document).map((issue) => issue.fact)).toEqual([fact]);
  });
});
