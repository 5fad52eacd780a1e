import { WaslError } from '../../errors.ts';
import { openApiTls, refusePlainAbroad } from '../api-tls.ts';
import { readAuth } from '../auth-settings.ts';
import { openBackends } from '../backends.ts';
import { openCodec } from '../codec.ts';
import { readCodecOrigin, readListenAddress } from '../configuration.ts';
import { openDevelopmentIssuer } from '../development-key.ts';
import { say, unlessStopped, untilStopped } from '../foreground.ts';
import { createLogger } from '../log.ts';
import { readRetention } from '../retention-settings.ts';
import { startApi } from '../serve.ts';
import { holdSignals } from '../signals.ts';
import { developmentMeans, readSignatureMeans } from '../trust-settings.ts';

const NOTHING_SIGNED =
  'Signatures: WASL_TRUST names no trust file, so nothing that must be signed is taken: no acceptance, no approval';

export async function serve(options: { readonly developmentIssuer?: boolean }): Promise<void> {
  const stop = holdSignals();
  const listen = readListenAddress();
  const tls = await openApiTls();
  refusePlainAbroad(listen, tls);
  const codecOrigin = readCodecOrigin();
  const retention = await readRetention();
  const configured = readAuth();
  if (configured === null && options.developmentIssuer !== true) {
    throw new WaslError('CONFIGURATION', 'no issuer of tokens is configured', {
      path: 'WASL_JWT_ISSUER',
      remedy: 'Set WASL_JWT_ISSUER and its keys, or on one machine start with --development-issuer.',
    });
  }
  const auth = configured ?? (await openDevelopmentIssuer(listen.host)).auth;
  const signatures = readSignatureMeans() ?? (options.developmentIssuer ? await developmentMeans() : null);
  if (signatures === null) say(NOTHING_SIGNED);
  const logger = createLogger('api');
  const codec = await openCodec({ log: (level, fact) => logger[level](fact) });
  await unlessStopped(stop, async () => {
    const backends = await openBackends(say, stop);
    try {
      const api = await startApi({ ...backends, listen, auth, signatures, tls, codec, codecOrigin, retention, logger });
      say(`API: ${api.url}`);
      await untilStopped(stop);
      await api.stop();
    } finally {
      await backends.stop();
    }
  });
}
