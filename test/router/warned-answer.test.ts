import { expect, it } from 'vitest';
import type { VrfName } from '../../src/domain/names.ts';
import { Capabilities, type NetconfSession, type RpcReply } from '../../src/netconf/index.ts';
import { PLATFORMS } from '../../src/platforms/registry.ts';
import { NetconfRouter } from '../../src/router/netconf-router.ts';
import type { RouterConnection } from '../../src/router/router.ts';
import { openLayer } from '../netconf/support/memory-peer.ts';
import { BASE_NS, frame } from '../netconf/support/ssh-server.ts';

const WARNING = '<rpc-error><error-severity>warning</error-severity><error-message>stale</error-message></rpc-error>';
const ROUTES =
  '<route-information xmlns="http://yang.juniper.net/junos/rpc/route"><route-table><table-name>MOH.inet.0</table-name>' +
  '<rt><rt-destination>10.1.0.0/24</rt-destination><rt-entry><protocol-name>BGP</protocol-name></rt-entry></rt>' +
  '</route-table></route-information>';

/** As a session of a Junos router that says this to every question. */
async function answered(inside: string): Promise<RpcReply> {
  const { peer, call } = await openLayer('chunked');
  const answer = call();
  peer.arrives(frame(`<rpc-reply xmlns="${BASE_NS}" message-id="1">${inside}</rpc-reply>`, 'chunked', 100));
  return answer;
}

function routerThatSays(inside: string): NetconfRouter {
  const capability = (name: string) => `urn:ietf:params:netconf:capability:${name}`;
  const session = {
    capabilities: new Capabilities(['candidate:1.0', 'confirmed-commit:1.0'].map(capability)),
    closed: new Promise(() => undefined),
    rpc: () => answered(inside),
  } as Partial<NetconfSession> as NetconfSession;
  return new NetconfRouter(session, { router: { name: 'pe1' } } as RouterConnection, PLATFORMS['junos-yang']);
}

it.each([
  ['before', `${WARNING}${ROUTES}`],
  ['behind', `${ROUTES}${WARNING}`],
])('a warning %s the routes is none of them', async (_where, inside) => {
  const read = routerThatSays(inside).readRouteTables([{ vrf: 'MOH' as VrfName, family: 'ipv4' }]);
  expect(await read).toEqual([[{ prefix: '10.1.0.0/24', origin: 'vpn' }]]);
});

it('a warning alone is no table', async () => {
  const read = routerThatSays(WARNING).readRouteTables([{ vrf: 'MOH' as VrfName, family: 'ipv4' }]);
  await expect(read).rejects.toMatchObject({ code: 'ROUTER_PROTOCOL' });
});
