/** A reader that has enough, as `head` has, is no failure: no stack trace, and the status that the command has without it. */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../src/bin/wasl.js', import.meta.url));

/** Status and standard error of the command; its reader, of what `redirection` sends there, has ended before it begins to write. */
async function readByNobody(words: string, redirection = ''): Promise<{ status: string; err: string }> {
  const script = `"$0" "$1" ${words} ${redirection} | true; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script, process.execPath, PROGRAM]);
  return { status: stdout.trim(), err: stderr };
}

it.each([
  ['--help', '0'],
  ['completion bash', '0'],
  ['interconnect show --help', '0'],
  ['--version', '0'],
])('wasl %s | true', async (words, status) => {
  expect(await readByNobody(words)).toEqual({ status, err: '' });
});

it('wasl.js may be run as it lies in a clone: npx alters nothing there', async () => {
  expect((await stat(PROGRAM)).mode & 0o111).toBe(0o111);
});

it.each([
  ['nonsense', '2'],
  ['--server http://127.0.0.1:1 interconnect list', '3'],
])('wasl %s 2>&1 | true', async (words, status) => {
  expect(await readByNobody(words, '2>&1')).toEqual({ status, err: '' });
});

/** Status and standard error of the command where the system takes nothing that is written to `redirection`. */
async function writtenNowhere(words: string, redirection: string): Promise<{ status: string; err: string }> {
  const script = `"$0" "$1" ${words} ${redirection}; echo "status $?" >&3`;
  const { stdout, stderr } = await promisify(execFile)('bash', [
    '-c',
    `exec 3>&1; ${script}`,
    process.execPath,
    PROGRAM,
  ]);
  return { status: /status (\d+)/.exec(stdout)?.[1] ?? '', err: stderr };
}

it.each([
  ['--help', '>/dev/full', '4', /^error OUTPUT_LOST: standard output does not take the answer \(ENOSPC\)\n[^\n]+\n$/],
  ['nonsense', '2>/dev/full', '2', /^$/],
  ['nonsense', '>/dev/full 2>/dev/full', '2', /^$/],
  ['--help', '>&-', '0', /^$/],
  ['nonsense', '2>&-', '2', /^$/],
  ['request submit -', '<&-', '2', /^error INPUT_INVALID: -/],
  ['request submit -', '</dev/zero', '2', /^error INPUT_INVALID: -: it is larger than \d+ bytes\n[^\n]+\n$/],
  ['request submit /dev/zero', '', '2', /^error INPUT_INVALID: \/dev\/zero: it is larger than \d+ bytes\n[^\n]+\n$/],
  ['request submit -', '</tmp', '2', /^error INPUT_INVALID: -/],
  // A record is of the whole network.
  ['proof check -', '< <(head -c 80000000 /dev/zero)', '2', /^$/],
])('wasl %s %s: an exit code and no trace', async (words, redirection, status, err) => {
  expect(await writtenNowhere(words, redirection)).toEqual({ status, err: expect.stringMatching(err) });
});
