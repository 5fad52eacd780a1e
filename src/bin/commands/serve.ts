import { WaslError } from '../../errors.ts';
import { openBackends } from '../backends.ts';
import { readListenAddress } from '../configuration.ts';
import { openDevelopmentIssuer } from '../development-key.ts';
import { say, untilStopped } from '../foreground.ts';
import { readAuth, startApi } from '../serve.ts';

export async function serve(options: { readonly developmentIssuer?: boolean }): Promise<void> {
  const listen = readListenAddress();
  const configured = readAuth(process.env);
  if (configured === null && options.developmentIssuer !== true) {
    throw new WaslError('CONFIGURATION', 'no issuer of tokens is configured', {
      path: 'WASL_JWT_ISSUER',
      remedy: 'Set WASL_JWT_ISSUER and its keys, or on one machine start with --development-issuer.',
    });
  }
  const auth = configured ?? (await openDevelopmentIssuer(listen.host)).auth;
  const backends = await openBackends(say);
  try {
    const api = await startApi({ ...backends, listen, auth, log: true });
    say(`API: ${api.url}`);
    await untilStopped();
    await api.stop();
  } finally {
    await backends.stop();
  }
}
