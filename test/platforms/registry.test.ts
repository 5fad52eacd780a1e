import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { platformNameSchema } from '../../src/domain/names.ts';
import { keptTimerSeconds } from '../../src/platforms/manifest.ts';
import { MANIFESTS, PLATFORM_NAMES } from '../../src/platforms/manifests.ts';
import { PLATFORMS } from '../../src/platforms/registry.ts';
import { SIMULATED_PLATFORMS } from '../../src/sim/backbone.ts';

const folders = (path: string) =>
  readdirSync(new URL(`../../${path}`, import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

describe('a platform is one folder', () => {
  it('for code and for templates, and every such folder is a platform', () => {
    const code = folders('src/platforms').filter((name) => name !== 'reading');
    expect(code.sort()).toEqual([...PLATFORM_NAMES].sort());
    expect(folders('templates').sort()).toEqual([...PLATFORM_NAMES].sort());
  });

  it('an inventory may name every platform and no other; the simulator has none of its own', () => {
    expect(platformNameSchema.options).toEqual(PLATFORM_NAMES);
    expect(SIMULATED_PLATFORMS.filter((name) => !PLATFORM_NAMES.includes(name))).toEqual([]);
  });

  it.each(PLATFORM_NAMES)('%s says of itself what is true', (name) => {
    const manifest = MANIFESTS[name];
    expect(PLATFORMS[name].manifest).toBe(manifest);
    expect(manifest.name).toBe(name);
    expect(manifest.namespaces.length).toBeGreaterThan(0);
    expect(manifest.notes.every((note) => note.endsWith('.'))).toBe(true);
    expect(keptTimerSeconds(manifest.confirmTimer, 1)).toBeGreaterThanOrEqual(1);
    const parts = ['manifest', 'reader', 'view', 'operational', 'platform'];
    const lacking = parts.filter(
      (part) => !existsSync(new URL(`../../src/platforms/${name}/${part}.ts`, import.meta.url)),
    );
    expect(lacking).toEqual([]);
  });
});
