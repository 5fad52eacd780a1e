import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { createProcessIo } from '../../src/bin/process-io.ts';
import { readText } from '../../src/cli/read-document.ts';
import { readRequest } from '../../src/cli/read-request.ts';

const directory = await mkdtemp(join(tmpdir(), 'wasl-read-files-'));
afterAll(() => rm(directory, { recursive: true }));

const REQUEST = [
  'purpose: a test of files',
  'policyVersion: "1"',
  'validUntil: 2031-12-31T23:59:59+04:00',
  'flows: [{ from: MOH, to: MOF, prefixes: [10.100.10.0/24] }]',
].join('\n');

/** The file as the command line has it, from the disk or from standard input. */
async function read(bytes: Buffer, from: 'file' | 'stdin'): Promise<unknown> {
  const file = join(directory, 'request.yaml');
  await writeFile(file, bytes);
  const stream = { isTTY: false, columns: 80, write: () => true, on: () => undefined };
  const stdin = Readable.from([bytes.subarray(0, 10), bytes.subarray(10)]);
  const io = createProcessIo({ ...{ stdout: stream, stderr: stream, stdin }, env: {}, once: () => undefined } as never);
  const path = from === 'file' ? file : '-';
  return readRequest(await readText(io, path), path);
}

describe.each(['file', 'stdin'] as const)('a request from a %s', (from) => {
  const path = from === 'stdin' ? '-' : join(directory, 'request.yaml');

  it.each([
    [Buffer.from(REQUEST.replace('test', '\u00ff\u00fe'), 'latin1'), 1],
    [Buffer.concat([Buffer.from(`${REQUEST}\n# `), Buffer.from([0xed, 0xa0, 0x80])]), 5],
    [Buffer.from(`\ufeff${REQUEST}`, 'utf16le'), 1],
  ])('that is no UTF-8 is refused with its line', async (bytes, line) => {
    await expect(read(bytes, from)).rejects.toMatchObject({
      ...{ code: 'INPUT_INVALID', path, message: `line ${line} is not UTF-8`, remedy: 'Write the text in UTF-8.' },
    });
  });

  it('is read with a byte order mark and with CR LF', async () => {
    const bytes = Buffer.from(`\ufeff${REQUEST.replaceAll('\n', '\r\n')}`);
    expect(await read(bytes, from)).toMatchObject({ purpose: 'a test of files' });
  });

  it.each([
    [REQUEST.replace('a test of files', String.raw`"a\0b"`), String.raw`(\u0000)`],
    [REQUEST.replace('a test of files', String.raw`"a\u202Eb c"`), String.raw`(\u202e)`],
    [REQUEST.replace('a test of files', '|\n  two\n  lines'), String.raw`(\n)`],
    [REQUEST.replace('policyVersion', 'purpose: again\npolicyVersion'), 'the same name stands twice in one group'],
    [REQUEST.replace('from: MOH', 'from: MOH, "from": MOE'), 'the same name stands twice in one group'],
  ])('with text that is not plain, or a member twice, is refused at its line', async (text, fact) => {
    const refused = read(Buffer.from(text), from);
    await expect(refused).rejects.toMatchObject({ path: expect.stringMatching(/:[0-9]+$/) });
    await expect(refused).rejects.toThrow(fact);
  });

  it('may have its purpose in a block of one line', async () => {
    const folded = REQUEST.replace('a test of files', '>\n  two\n  lines\n');
    expect(await read(Buffer.from(folded), from)).toMatchObject({ purpose: 'two lines' });
  });
});
