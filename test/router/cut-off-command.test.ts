import { expect, it } from 'vitest';
import type { VrfName } from '../../src/domain/names.ts';
import { Capabilities, type ExecResult, type NetconfSession } from '../../src/netconf/index.ts';
import { PLATFORMS } from '../../src/platforms/registry.ts';
import { NetconfRouter } from '../../src/router/netconf-router.ts';
import type { RouterConnection } from '../../src/router/router.ts';

const CAPABILITIES = ['candidate:1.0', 'confirmed-commit:1.1'].map(
  (name) => `urn:ietf:params:netconf:capability:${name}`,
);
const TABLES = '{"MOH":{}}\n{"MOH":{}}\n';

/** FRR, and a server whose commands end like this. */
function routerWith(result: ExecResult): NetconfRouter {
  const session = {
    capabilities: new Capabilities(CAPABILITIES),
    closed: new Promise(() => undefined),
    exec: async () => result,
  } as Partial<NetconfSession> as NetconfSession;
  const connection = { router: { name: 'pe1' } } as RouterConnection;
  return new NetconfRouter(session, connection, PLATFORMS.frr);
}

const read = (result: ExecResult) => routerWith(result).readRouteTables([{ vrf: 'MOH' as VrfName, family: 'ipv4' }]);

it('takes no command for answered that did not end by itself, whatever it has printed', async () => {
  expect(await read({ code: 0, stdout: TABLES, stderr: '' })).toEqual([[]]);
  await expect(read({ code: null, stdout: TABLES, stderr: '' })).rejects.toMatchObject({
    code: 'ROUTER_PROTOCOL',
    path: 'pe1',
    message: expect.stringMatching(/^pe1: vtysh .*: ended without an exit status$/),
  });
});
