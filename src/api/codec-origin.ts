import { WaslError } from '../errors.ts';
import type { ApiDependencies, ApiServer } from './server-types.ts';

export const CODEC_PATH = '/v1/codec/';

/**
 * The one origin whose pages may call the codec: Temporal's UI. Never `*`, and no cookies. Any other page is refused before its token is looked at,
 * so that a refusal can be read by the UI's page and by no other. Comes before authentication.
 */
export function allowCodecOrigin(app: ApiServer, { codec }: Pick<ApiDependencies, 'codec'>): void {
  const allowed = codec?.origin ?? null;
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.url?.startsWith(CODEC_PATH) !== true) return;
    void reply.header('vary', 'origin');
    const { origin } = request.headers;
    // Temporal's CLI has none.
    if (origin === undefined) return;
    if (origin !== allowed) {
      throw new WaslError('FORBIDDEN', 'pages of this origin may not call the codec', {
        remedy: "Name the origin of Temporal's UI in WASL_CODEC_ORIGIN.",
      });
    }
    void reply.header('access-control-allow-origin', origin);
  });
}
