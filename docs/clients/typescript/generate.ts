/**
 * Writes `schema.d.ts` from `docs/openapi.json`. The generator needs a TypeScript of its own, older than this project's: npx brings both. The first
 * line says of which document it was made, so that a test without a network sees when it is stale.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const GENERATOR = ['--yes', '--package=openapi-typescript@7.9.1', '--package=typescript@5.9.3'];
export const DOCUMENT = new URL('../../../docs/openapi.json', import.meta.url);
export const SCHEMA = new URL('schema.d.ts', import.meta.url);

export const firstLineFor = (document: Buffer): string =>
  `// Of docs/openapi.json, sha256 ${createHash('sha256').update(document).digest('hex')}: npm run client\n`;

if (process.argv[1] === import.meta.filename) {
  const arguments_ = [...GENERATOR, '--', 'openapi-typescript', fileURLToPath(DOCUMENT)];
  const { stdout } = await promisify(execFile)('npx', arguments_, { maxBuffer: 16 * 1024 * 1024 });
  await writeFile(SCHEMA, firstLineFor(await readFile(DOCUMENT)) + stdout);
}
