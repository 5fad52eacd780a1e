/** Writes the golden edits anew: `npx tsx test/golden/update.ts`, then review the difference. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { runScenarios } from './scenarios.ts';

for (const { file, editXml } of runScenarios()) {
  const path = new URL(file, import.meta.url);
  mkdirSync(dirname(path.pathname), { recursive: true });
  writeFileSync(path, editXml);
}
