import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readSignatureMeans } from '../../src/bin/trust-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'wasl-trust-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'trust.yaml');

it.each([
  ['anchors: []', `${path} anchors`, /./],
  ['', path, /no value/],
  ['anchors:\n  - [', path, /not YAML \(line 2\)/],
  ['anchors: *nothing', path, /not YAML/],
])('names the file, and the place in it: %j', (text, place, fact) => {
  writeFileSync(path, text);
  const fault = { code: 'TRUST_INVALID', path: place, message: expect.stringMatching(fact) };
  expect(() => readSignatureMeans({ WASL_TRUST: path })).toThrow(expect.objectContaining(fault));
});
