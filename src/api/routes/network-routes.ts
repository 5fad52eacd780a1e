import { z } from 'zod';
import { type PeName, peNameSchema, type VpnId, vpnIdSchema } from '../../domain/names.ts';
import { prefixSchema } from '../../domain/prefix.ts';
import { WaslError } from '../../errors.ts';
import { explanationSchema, matrixSchema, routerCheckSchema, routerRunningSchema } from '../network-wire.ts';
import { type ApiDependencies, type ApiServer, answers } from '../server-types.ts';
import { requireInventory } from './inventory-routes.ts';

const peParams = z.object({ pe: peNameSchema });

/** Reads of live routers, done by a worker. */
export function registerNetworkRoutes(app: ApiServer, { store, routerReads }: ApiDependencies): void {
  app.get(
    '/v1/routers/:pe/check',
    {
      schema: {
        summary: 'Log in to the PE and say how it can take part in a network transaction',
        tags: ['routers'],
        params: peParams,
        response: answers(routerCheckSchema),
      },
    },
    async (request) => routerReads.check(await requireRouter(request.params.pe)),
  );

  app.get(
    '/v1/routers/:pe/running',
    {
      schema: {
        summary: "The PE's VPN-relevant running configuration",
        tags: ['routers'],
        params: peParams,
        response: answers(routerRunningSchema),
      },
    },
    async (request) => routerReads.read(await requireRouter(request.params.pe)),
  );

  app.get(
    '/v1/matrix',
    { schema: { summary: 'Who reaches whom', tags: ['routers'], response: answers(matrixSchema) } },
    async () => routerReads.matrix(),
  );

  app.get(
    '/v1/reach',
    {
      schema: {
        summary: 'Why one VPN reaches another, there and back, or a network: rule by rule',
        tags: ['routers'],
        querystring: z.object({
          from: vpnIdSchema.describe('Where packets begin'),
          to: z.union([vpnIdSchema, prefixSchema]).describe('A VPN, or a network'),
        }),
        response: answers(explanationSchema),
      },
    },
    async ({ query: { from, to } }) => {
      const { inventory } = await requireInventory(store);
      const isKnown = (vpn: string) => inventory.vpns.some(({ id }) => id === vpn);
      const isNetwork = to.includes('/');
      for (const [path, vpn] of [['from', from], ...(isNetwork ? [] : [['to', to]])]) {
        if (!isKnown(vpn ?? ''))
          throw new WaslError('VPN_UNKNOWN', `the inventory has no VPN ${vpn}`, { path: path ?? '' });
      }
      return routerReads.explain([
        { from, to },
        ...(isNetwork || to === from ? [] : [{ from: to as VpnId, to: from }]),
      ]);
    },
  );

  async function requireRouter(pe: PeName): Promise<PeName> {
    const { inventory } = await requireInventory(store);
    if (!inventory.routers.some((router) => router.name === pe)) {
      throw new WaslError('ROUTER_UNKNOWN', `the inventory has no router ${pe}`, { path: 'router' });
    }
    return pe;
  }
}
