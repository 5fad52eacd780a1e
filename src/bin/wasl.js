#!/usr/bin/env node
// The sources are TypeScript; tsx runs them as they are.
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// What it has translated it keeps in the folder for temporary files, and it ends where nobody may write there: a hardened service, a full disk.
try {
  rmdirSync(mkdtempSync(join(tmpdir(), 'wasl-')));
} catch {
  process.env.TSX_DISABLE_CACHE = '1';
}
const { register } = await import('tsx/esm/api');

register();
await import('./wasl.ts');
