import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type NetconfSession } from '../../../../src/netconf/index.ts';
import type { InteropCase } from './case.ts';
import { type RunningServer, SERVERS } from './servers.ts';
import { Stage } from './stage.ts';

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
        const stage = await Stage.open(server);
        try {
          expect(await run(stage)).toBe(deviations[name] ?? expected);
        } finally {
          await stage.clear(cleaner);
        }
      });
    }
  });
}
