import { readFile } from 'node:fs/promises';
import { build, type Plugin, transform } from 'esbuild';
import { createInstrumenter } from 'istanbul-lib-instrument';
import { COVERAGE_VARIABLE } from './coverage.ts';

/** What the search is guided by: the client's sources, and nothing of the targets and their references. */
const GUIDED = /[\\/]src[\\/]netconf[\\/].*\.ts$/;

/** Bundles the fuzzer's thread with its targets into one module, in which the client's sources count what they run. */
export async function buildInstrumented(root: string, entry: string, outfile: string): Promise<void> {
  const instrumenter = createInstrumenter({ esModules: true, compact: true, coverageVariable: COVERAGE_VARIABLE });
  const counting: Plugin = {
    name: 'counting',
    setup: (bundle) => {
      bundle.onLoad({ filter: GUIDED }, async ({ path }) => {
        const { code } = await transform(await readFile(path, 'utf8'), {
          loader: 'ts',
          target: 'es2022',
          sourcefile: path,
        });
        return { contents: instrumenter.instrumentSync(code, path), loader: 'js' };
      });
    },
  };
  await build({
    entryPoints: [entry],
    outfile,
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    // saxes comes with its own dependencies; the bundle lies where Node finds them.
    packages: 'external',
    plugins: [counting],
    logLevel: 'error',
  });
}
