import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/domain/canonical-json.ts';
import { signCheckpoint } from '../../src/ledger/checkpoint.ts';
import { leafOf } from '../../src/ledger/ledger-tree.ts';
import { GrowingTree } from '../../src/ledger/merkle-tree.ts';
import { cosign, parseNote, readSigner } from '../../src/ledger/signed-note.ts';
import { chainOf } from '../ledger/ledger-samples.ts';
import { runForTest } from '../support/cli-under-test.ts';

const pem = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
const log = readSigner(pem(), 'log', 'wasl/a1b2c3', 'key.pem');
const witness = readSigner(pem(), 'witness', 'moh.example/witness', 'key.pem');
const AT = new Date('2026-11-29T10:00:00Z');
const folder = mkdtempSync(join(tmpdir(), 'wasl-ledger-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** More rows than are read at once. */
const entries = chainOf(Array.from({ length: 501 }, () => 'IC-0001')).map((row) => ({ ...row, nonce: null }));
const tree = new GrowingTree();
for (const row of entries) tree.push(leafOf(row));
const note = signCheckpoint({ size: tree.size, root: tree.root() }, log);
const line = cosign(parseNote(note)?.body ?? '', witness, AT);
const received = { receivedFrom: 'witness-1', receivedAt: AT.toISOString() };
const cosignatures = [{ witness: witness.verifier.text, line, ...received }];
const checkpoints = [{ size: tree.size, note, signedAt: AT.toISOString(), cosignatures }];
const FILE = { format: 'wasl-ledger/1', entries, checkpoints };
const forged = { ...entries[499], actor: 'ghost' };

async function verify(text: string, ...more: string[]) {
  const file = join(folder, 'ledger.json');
  writeFileSync(file, text);
  return runForTest(['ledger', 'verify', '--file', file, '--log-key', log.verifier.text, ...more]);
}

describe('an exported ledger', () => {
  const text = `${canonicalJson(FILE)}\n`;

  it('is as recorded as it was exported', async () => {
    const verified = await verify(text, '--witness', witness.verifier.text);
    expect(verified).toMatchObject({
      code: 0,
      out: expect.stringContaining('moh.example/witness vouches for 501 rows'),
    });
  });

  it('is not without what a witness that counts said of it', async () => {
    const bare = `${canonicalJson({ ...FILE, checkpoints: [{ ...checkpoints[0], cosignatures: [] }] })}\n`;
    expect(await verify(bare)).toMatchObject({ code: 0 });
    const { code, out } = await verify(bare, '--witness', witness.verifier.text);
    expect(code).toBe(2);
    expect(out).toContain(`${witness.verifier.text}: this witness cosigned no checkpoint that is there`);
  });

  it.each([
    ['a row before the first', canonicalJson({ ...FILE, entries: [{ ...forged, sequence: 0 }, ...entries] })],
    ['a row of no number', canonicalJson({ ...FILE, entries: [{ ...forged, sequence: -7 }, ...entries] })],
    ['a second row 500', canonicalJson({ ...FILE, entries: entries.toSpliced(500, 0, forged as never) })],
    ['a row in another place', canonicalJson({ ...FILE, entries: [...entries.slice(1), entries[0]] })],
    [
      'something beside a row',
      canonicalJson({ ...FILE, entries: [{ ...entries[0], reason: 'x' }, ...entries.slice(1)] }),
    ],
    ['something beside it all', canonicalJson({ ...FILE, reason: 'x' })],
    ['a member twice', canonicalJson(FILE).replace('"actor":"engineer-1"', '"actor":"ghost","actor":"engineer-1"')],
    ['half a character', canonicalJson(FILE).replace('"actor":"engineer-1"', '"actor":"\\ud800"')],
    ['space', JSON.stringify(FILE, null, 2)],
  ])('is none with %s', async (_what, forgery) => {
    const { code, err } = await verify(`${forgery}\n`);
    expect(code).toBe(2);
    expect(err).toMatch(/it is not the one text of what it says|its rows or checkpoints are not in order/);
  });
});
