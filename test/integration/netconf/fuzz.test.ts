import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { TARGETS } from '../../netconf/fuzz/targets/index.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Of all targets together. Long searches are `npm run fuzz -- TARGET --seconds N`. */
const SECONDS = 24;

describe('the coverage-guided fuzzer', () => {
  it(
    `searches every target for ${SECONDS / TARGETS.length} s, from the corpus on, and finds nothing`,
    async () => {
      const args = ['--import', 'tsx', 'test/netconf/fuzz/run.ts', 'all', '--seconds', String(SECONDS)];
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT }).catch((error) => error);
      const lines = String(stdout).trim().split('\n');
      expect(lines.filter((line) => !/^[a-z-]+: \d+ runs, .* nothing found$/.test(line))).toEqual([]);
      expect(lines.map((line) => line.split(':')[0])).toEqual(TARGETS.map(({ name }) => name));
    },
    (SECONDS + 90) * 1_000,
  );
});
