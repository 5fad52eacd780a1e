import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type NetconfSession } from '../../../../src/netconf/index.ts';
import type { InteropCase } from './case.ts';
import { type RunningServer, SERVERS } from './servers.ts';
import { Stage, TooLate } from './stage.ts';

/** One list of behaviours against every server that offers what it needs. docs/netconf-interop.md is made of the same. */
export function testCases(cases: readonly InteropCase[]): void {
  describe.each(SERVERS)('$name', ({ start, lacks, deviations }) => {
    let server: RunningServer;
    let cleaner: NetconfSession;

    beforeAll(async () => {
      server = await start();
      cleaner = await connect(server.options);
    });
    afterAll(async () => {
      cleaner?.destroy();
      await server?.stop();
    });

    it('offers what the table says that it offers', () => {
      const needed = [...new Set(cases.flatMap(({ needs }) => (needs === undefined ? [] : [needs])))];
      const missing = needed.filter((name) => !cleaner.capabilities.has(name));
      expect(missing).toEqual(needed.filter((name) => lacks.includes(name)));
    });

    const asked = cases.filter(({ needs }) => needs === undefined || !lacks.includes(needs));
    for (const { name, expected, run } of asked) {
      it(name, async () => {
        expect(await outcomeOf(run, server, cleaner)).toBe(deviations[name] ?? expected);
      });
    }
  });
}

/** A machine is seldom late so often. */
const TRIES_MAX = 5;

/** A run that was late says nothing of the server, and is made anew. */
async function outcomeOf(run: InteropCase['run'], server: RunningServer, cleaner: NetconfSession): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const stage = await Stage.open(server);
    try {
      return await run(stage);
    } catch (error) {
      if (!(error instanceof TooLate) || tries === TRIES_MAX) throw error;
    } finally {
      await stage.clear(cleaner);
    }
  }
}
