/** The routers by themselves: what wasl relies on while it is not there, or asks without pause. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { connect } from '../../../src/netconf/index.ts';
import { MANIFESTS } from '../../../src/platforms/manifests.ts';
import { crash } from '../support/daemons.ts';
import { labState, waitUntilReady } from '../support/lab.ts';
import { changeByOther, importByHand } from '../support/other-client.ts';
import type { LabStage } from '../support/stage.ts';

const WINDOW_SECONDS = 6;
/** The router holds requests for 1.6 s when a window ends, rounds to seconds, and shares two cores with everything else. */
const LATE_SECONDS_MAX = 5;

export function tellRouters(stageOf: () => LabStage): void {
  describe('a router', () => {
    it('undoes on time what nobody confirms, while a client asks as often as wasl may', async () => {
      const { changedSince } = stageOf();
      const { pauseAfterHelloMs, minimumRpcIntervalMsInConfirmWindow } = MANIFESTS.frr;
      const session = await openSession('pe1', pauseAfterHelloMs);
      const isThere = async () => {
        const filter = { subtree: '<vrfs xmlns="urn:wasl:frr:l3vpn"/>' };
        const { data } = await session.getConfig({ source: 'running', filter });
        return JSON.stringify(data?.children ?? []).includes('65000:777');
      };
      try {
        await session.lock('candidate');
        const config = importByHand('create').replace(
          '<vrfs ',
          '<vrfs xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" ',
        );
        await session.editConfig({ target: 'candidate', config, defaultOperation: 'none' });
        const startedMs = performance.now();
        await session.commit({ confirmed: true, confirmTimeoutSeconds: WINDOW_SECONDS, persist: 'nobody-confirms' });
        expect(await isThere()).toBe(true);
        let asked = 0;
        do {
          asked += 1;
          await sleep(minimumRpcIntervalMsInConfirmWindow);
        } while (performance.now() - startedMs < 60_000 && (await isThere()));
        const seconds = (performance.now() - startedMs) / 1_000;
        expect(seconds).toBeGreaterThan(WINDOW_SECONDS - 0.5);
        expect(seconds).toBeLessThan(WINDOW_SECONDS + LATE_SECONDS_MAX);
        expect(asked).toBeGreaterThan(3);
        await session.discardChanges();
      } finally {
        await session.close();
      }
      expect(await changedSince()).toEqual([]);
    });

    it('starts again what has crashed, and FRR is again what NETCONF holds', async () => {
      const { pes, runningConfigs, changedSince } = stageOf();
      const before = await runningConfigs();
      await changeByOther('pe1', importByHand('create'));
      try {
        const changed = new Map(await runningConfigs());
        expect(changed.get('pe1')).toMatch(/rt vpn import .*65000:777/);
        const back = await Promise.all([crash('pe1', 'bgpd'), crash('pe2', 'netconfd'), crash('pe3', 'agent')]);
        await Promise.all(back.map((isBack) => isBack()));
        await Promise.all(pes.map((pe) => waitUntilReady(pe)));
        expect(await changedSince(changed)).toEqual([]);
      } finally {
        await changeByOther('pe1', importByHand('delete'));
      }
      expect(await changedSince(before)).toEqual([]);
    });
  });
}

function openSession(pe: string, pauseAfterHelloMs: number) {
  const { routers, privateKey } = labState();
  const at = routers[pe];
  if (at === undefined) throw new Error(`the deployed lab has no ${pe}`);
  const { host, port, username, hostKeySha256 } = at;
  const auth = { privateKey: readFileSync(privateKey, 'utf8') };
  return connect({ name: pe, host, port, username, hostKey: { sha256: [hostKeySha256] }, auth, pauseAfterHelloMs });
}
