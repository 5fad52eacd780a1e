import { describe, expect, it } from 'vitest';
import { compareReleases, newestRelease } from '../../src/domain/worker.ts';

describe('releases', () => {
  it('are ordered as semver.org has it, 11.4 and beyond', () => {
    const ordered = [
      ...['0.1.0', '0.2.0-alpha', '0.2.0-alpha.1', '0.2.0-alpha.beta', '0.2.0-beta', '0.2.0-beta.2', '0.2.0-beta.11'],
      ...['0.2.0-rc.1', '0.2.0', '0.2.1', '0.9.9', '0.10.0', '1.0.0', '10.0.0'],
    ];
    for (const [index, release] of ordered.entries()) {
      expect(compareReleases(release, release)).toBe(0);
      for (const newer of ordered.slice(index + 1)) {
        expect(compareReleases(release, newer), `${release} ${newer}`).toBeLessThan(0);
        expect(compareReleases(newer, release), `${newer} ${release}`).toBeGreaterThan(0);
      }
    }
  });

  it('differ in nothing by how they were built', () => {
    expect(compareReleases('0.2.0+abc', '0.2.0+def')).toBe(0);
  });

  it('have a newest one, where there are any', () => {
    expect(newestRelease(['0.9.0', '0.10.0', '0.2.0'])).toBe('0.10.0');
    expect(newestRelease([])).toBeNull();
  });
});
