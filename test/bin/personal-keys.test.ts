import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeRingKey } from '../../src/bin/commands/codec-key.ts';
import { openPersonalKeys } from '../../src/bin/personal-keys.ts';
import { parseRetention, readRetention } from '../../src/bin/retention-settings.ts';
import { addKey, PRIVACY_RING, parseKeyRing, printKeyRing } from '../../src/codec/key-ring.ts';

const folder = mkdtempSync(join(tmpdir(), 'wasl-personal-keys-'));
const NOW = new Date('2026-03-01T08:00:00Z');
const at = () => NOW;
const said: string[] = [];
const say = (line: string) => void said.push(line);

test('an embedded database has a ring of its own beside it; a database of one’s own has the named one, or none and a warning', async () => {
  const own = await openPersonalKeys(say, { WASL_STATE_DIR: folder }, at);
  expect(statSync(join(folder, 'privacy-keys.json')).mode & 0o077).toBe(0);
  expect((await own?.newest())?.bytes).toHaveLength(32);
  // The same one again.
  const again = await openPersonalKeys(say, { WASL_STATE_DIR: folder }, at);
  expect(await again?.newest()).toEqual(await own?.newest());
  expect(said).toEqual([]);
  expect(await openPersonalKeys(say, { DATABASE_URL: 'postgres://db.example/wasl' }, at)).toBeNull();
  expect(said).toEqual([expect.stringContaining('WASL_PRIVACY_KEYS names no ring')]);
});

test('a ring by reference: the newest key whose time has come wraps, each one unwraps', async () => {
  const path = join(folder, 'ring.json');
  await makeRingKey(path, {}, NOW, PRIVACY_RING);
  await makeRingKey(path, {}, NOW, PRIVACY_RING);
  const [first, next] = parseKeyRing(readFileSync(path, 'utf8'), path, PRIVACY_RING).keys;
  const env = { WASL_PRIVACY_KEYS: `file:${path}`, DATABASE_URL: 'postgres://db.example/wasl' };
  const ring = await openPersonalKeys(say, env, at);
  expect((await ring?.newest())?.id).toBe(first?.id);
  // One whose time is to come has taken nobody's place, and is none that may go.
  expect(await ring?.listOlder()).toEqual([]);
  const later = await openPersonalKeys(say, env, () => new Date(NOW.getTime() + 3_600_000));
  expect((await later?.newest())?.id).toBe(next?.id);
  expect(await later?.listOlder()).toEqual([first?.id]);
  expect((await ring?.find(next?.id ?? ''))?.id).toBe(next?.id);
  expect(await ring?.find('another')).toBeNull();
});

test('what is no ring is refused without a word of it', async () => {
  const path = join(folder, 'bad.json');
  writeFileSync(path, '{"keys":[{"id":"a","key":"sekret"}]}', { mode: 0o600 });
  const opened = openPersonalKeys(say, { WASL_PRIVACY_KEYS: path }, at);
  await expect(opened).rejects.toMatchObject({
    code: 'CONFIGURATION',
    message: 'this is no ring of keys of personal data',
  });
  await expect(opened).rejects.not.toThrow('sekret');
  expect(printKeyRing(addKey(null, NOW))).toContain('"from": "2026-03-01T08:00:00.000Z"');
});

const SCHEDULE = `
authority: National Records and Archives Authority, 2026/114
rules:
  - { record: interconnect, begins: ended, days: 3650, reference: class 4.2 }
`;

test('a schedule is read whole, or refused with what is wrong in it', async () => {
  expect(await readRetention({})).toBeNull();
  expect(parseRetention(SCHEDULE, 'FILE').rules).toEqual([
    { record: 'interconnect', begins: 'ended', days: 3650, reference: 'class 4.2' },
  ]);
  const refusal = (text: string) => {
    try {
      return parseRetention(text, 'FILE');
    } catch (error) {
      return `${(error as { path: string }).path}: ${(error as Error).message}`;
    }
  };
  expect(refusal(SCHEDULE.replace('3650', '0'))).toMatch(/^FILE rules\.0\.days: /);
  expect(refusal(SCHEDULE.replace('ended', 'created'))).toMatch(/^FILE rules\.0\.begins: /);
  expect(refusal(SCHEDULE.replace('authority', 'office'))).toMatch(/^FILE/);
  const twice = `${SCHEDULE}  - { record: interconnect, begins: ended, days: 1, reference: class 4.2 }\n`;
  expect(refusal(twice)).toBe('FILE rules: the retention schedule: a kind of record has two rules');
  expect(refusal('a: [')).toMatch(/it is not YAML/);
  expect(refusal('authority: *nothing')).toMatch(/^FILE: the retention schedule: it has an alias that names nothing/);
});
