import { describe, expect, it } from 'vitest';
import type { PlatformName } from '../../src/domain/names.ts';
import { Capabilities, type CommitOptions, type NetconfSession } from '../../src/netconf/index.ts';
import { keptTimerSeconds } from '../../src/platforms/manifest.ts';
import { MANIFESTS } from '../../src/platforms/manifests.ts';
import { PLATFORMS } from '../../src/platforms/registry.ts';
import { NetconfRouter } from '../../src/router/netconf-router.ts';
import type { RouterConnection } from '../../src/router/router.ts';

/** What goes on the wire where so many seconds are asked for. */
async function askedOf(platform: PlatformName, timeoutSeconds: number): Promise<number | undefined> {
  const sent: CommitOptions[] = [];
  const session = {
    capabilities: new Capabilities(
      ['candidate:1.0', 'confirmed-commit:1.0'].map((name) => `urn:ietf:params:netconf:capability:${name}`),
    ),
    closed: new Promise(() => undefined),
    commit: async (options: CommitOptions) => {
      sent.push(options);
      return { warnings: [] };
    },
  } as Partial<Record<keyof NetconfSession, unknown>> as NetconfSession;
  const connection = { router: { name: 'pe1', platform, management: {} } } as RouterConnection;
  const router = new NetconfRouter(session, connection, PLATFORMS[platform]);
  await router.commitConfirmed({ timeoutSeconds, persistId: null });
  return sent[0]?.confirmTimeoutSeconds;
}

describe('R11 the confirm timer is asked for in what the router keeps', () => {
  it.each([
    [10, 60],
    [45, 60],
    [59, 60],
    [60, 60],
    [61, 120],
    [90, 120],
    [120, 120],
  ])('Junos, %i s: %i s', async (asked, kept) => {
    expect(keptTimerSeconds(MANIFESTS['junos-yang'].confirmTimer, asked)).toBe(kept);
    expect(await askedOf('junos-yang', asked)).toBe(kept);
    expect(await askedOf('iosxr-um2', asked)).toBe(asked);
    expect(await askedOf('frr', asked)).toBe(asked);
  });
});
