/** The differential search with one place of the sources altered: bundled anew, and never written anywhere. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { search } from './differential-search.ts';
import type { Fault } from './faults.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** `null`: as it is. Throws where the fault's text does not stand exactly once in its file. */
export async function loadSearch(fault: Fault | null): Promise<typeof search> {
  const bundle = await build({
    stdin: { contents: "export { search } from './test/proof/differential-search.ts';", resolveDir: ROOT },
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    plugins: fault === null ? [] : [planting(fault)],
    logLevel: 'silent',
  });
  const code = Buffer.from(bundle.outputFiles[0]?.contents ?? []).toString('base64');
  const module = (await import(/* @vite-ignore */ `data:text/javascript;base64,${code}`)) as { search: typeof search };
  return module.search;
}

const planting = ({ name, file, is, becomes }: Fault): Plugin => ({
  name: 'planting',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!path.endsWith(`/src/${file}`)) return { contents: text, loader: 'ts' };
      const parts = text.split(is);
      if (parts.length !== 2) throw new Error(`${name}: its text stands ${parts.length - 1} times in ${file}`);
      return { contents: parts.join(becomes), loader: 'ts' };
    });
  },
});
