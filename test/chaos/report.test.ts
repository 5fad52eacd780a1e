import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seededRandom } from './random.ts';
import {
  type Campaign,
  REPORT_FILE,
  type ReportLine,
  ranges,
  renderCampaign,
  summarise,
  TABLE_PATH,
} from './report.ts';
import { drawDuration, drawStorm, EVENTS } from './storm.ts';

const line = (seed: number, more: Partial<ReportLine> = {}): ReportLine => ({
  ...{
    commit: 'aaaa',
    at: '2026-11-28T12:00:00Z',
    seed,
    seconds: 40,
    stories: ['stays', 'is withdrawn'],
    breaches: [],
  },
  events: [{ name: 'kill -9 api', atMs: 100, lastMs: 12_000, router: 0 }],
  ...more,
});

describe('the report of the campaign', () => {
  it('is what docs/chaos.md is made of (else: npm run docs)', () => {
    const campaign = JSON.parse(readFileSync(REPORT_FILE, 'utf8')) as Campaign;
    expect(readFileSync(new URL(`../../${TABLE_PATH}`, import.meta.url), 'utf8')).toBe(renderCampaign(campaign));
  });

  it('keeps a run that broke, and says where it held later', () => {
    const campaign = summarise([
      line(1),
      line(3, { breaches: ['a lock on pe1 | pe2'] }),
      line(2),
      line(3, { commit: 'bbbb' }),
    ]);
    expect(campaign.commits).toEqual([
      { commit: 'aaaa', held: [1, 2], broke: [{ seed: 3, breaches: ['a lock on pe1 | pe2'] }] },
      { commit: 'bbbb', held: [3], broke: [] },
    ]);
    expect(campaign.struck['kill -9 api']).toEqual({ times: 4, long: 4, longestMs: 12_000 });
    expect(campaign.stories).toEqual({ stays: 4, 'is withdrawn': 4 });
    const text = renderCampaign(campaign);
    expect(text).toContain('4 runs of 3 seeds (0 hours of running): 3 held, 1 broke.');
    expect(text).toContain('| 3 | `aaaa` | a lock on pe1 \\| pe2 | held at `bbbb` |');
  });

  it('writes seeds as ranges', () => {
    expect(ranges([])).toBe('none');
    expect(ranges([3, 1, 2, 2, 7, 9, 10])).toBe('1–3, 7, 9–10');
  });
});

describe('a storm', () => {
  it('is the same each time for a seed, and another for the next', () => {
    const storm = (seed: number) => drawStorm(seededRandom(seed), 5, 14_000);
    expect(storm(17)).toEqual(storm(17));
    expect(storm(18)).not.toEqual(storm(17));
  });

  it('lasts seconds mostly, and sometimes up to a minute', () => {
    const random = seededRandom(1);
    const lasted = Array.from({ length: 10_000 }, () => drawDuration(random));
    const share = (ms: number) => lasted.filter((each) => each >= ms).length / lasted.length;
    expect(Math.min(...lasted)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...lasted)).toBe(60_000);
    expect(share(2_400)).toBeCloseTo(0.5, 1);
    expect(share(10_000)).toBeCloseTo(1 / 6, 1);
    expect(share(30_000)).toBeGreaterThan(0.05);
  });

  it('is of every kind of event in the long run', () => {
    const random = seededRandom(1);
    const struck = new Set(drawStorm(random, 2_000, 14_000).map(({ name }) => name));
    expect(EVENTS.map(({ name }) => name).filter((name) => !struck.has(name))).toEqual([]);
    expect(new Set(EVENTS.map(({ name }) => name)).size).toBe(EVENTS.length);
  });
});
