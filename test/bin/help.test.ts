/** Every setting that the code reads is told, and no other. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { registerServerCommands } from '../../src/bin/server-commands.ts';
import { runForTest } from '../support/cli-under-test.ts';

const SOURCES = fileURLToPath(new URL('../../src', import.meta.url));
const SETTING =
  /\b(?:WASL_[A-Z_]+|DATABASE_URL|TEMPORAL_(?:ADDRESS|NAMESPACE|TLS[A-Z_]*)|VAULT_[A-Z_]+|XDG_[A-Z]+_HOME|NO_COLOR|FORCE_COLOR)\b/g;
const TELLING = ['bin/help.ts', 'cli/main.ts'];

const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !TELLING.includes(name))
  .map((name) => readFileSync(join(SOURCES, name), 'utf8'));
const read = new Set(files.flatMap((text) => text.match(SETTING) ?? []));

async function helpOf(...argv: string[]): Promise<string> {
  return (await runForTest([...argv, '--help'], {}, { hooks: { registerServerCommands } })).out;
}

describe('the settings', () => {
  it('are all in --help', async () => {
    const program = new Command();
    registerServerCommands(program, () => undefined);
    const pages = await Promise.all([helpOf(), ...program.commands.map((command) => helpOf(command.name()))]);
    const told = new Set(pages.join('\n').match(SETTING));
    expect(read.size).toBeGreaterThan(15);
    expect([...read].filter((setting) => !told.has(setting))).toEqual([]);
    expect([...told].filter((setting) => !read.has(setting))).toEqual([]);
  });

  it('of the worker say how it drains', async () => {
    expect(await helpOf('worker')).toMatch(/SIGTERM[^.]*drain[\s\S]*WASL_DRAIN_SECONDS/);
  });
});
