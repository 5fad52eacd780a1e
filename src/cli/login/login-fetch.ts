import type { CliIo } from '../cli-io.ts';
import { readLogin } from './login-cache.ts';

/**
 * Calls without a token of their own are made with the login that is kept for the server, if there is one. What that needs is loaded
 * then: most commands of a script bring a token.
 */
export function loginFetch(place: {
  readonly io: CliIo;
  readonly server: string;
  readonly send: typeof fetch;
  readonly tell: (text: string) => void;
}): typeof fetch {
  return async (input, init = {}) => {
    if (new Headers(init.headers).has('authorization')) return place.send(input, init);
    const login = await readLogin(place.io, place.server);
    if (login === null) return place.send(input, init);
    const { callAs } = await import('./call-as.ts');
    return callAs(login, place, String(input), init);
  };
}
