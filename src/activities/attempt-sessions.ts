import { WaslError } from '../errors.ts';
import type { Router } from '../router/router.ts';
import { Transcripts } from '../router/transcript.ts';

/** The sessions of one attempt at a change. They end with it, also those that are still being opened then. */
export class AttemptSessions {
  /** What is said over them. */
  readonly transcripts: Transcripts;
  readonly #routers: Router[] = [];
  #ended = false;

  constructor(now: () => Date = () => new Date()) {
    this.transcripts = new Transcripts(now);
  }

  /** Throws SESSION_LOST once the attempt is over: what an older attempt finds then is a newer one's. */
  requireAlive(): void {
    if (this.#ended) throw new WaslError('SESSION_LOST', 'the attempt was given up while it was under way');
  }

  async open(opening: () => Promise<Router>): Promise<Router> {
    this.requireAlive();
    const router = await opening();
    if (this.#ended) await router.close();
    else this.#routers.push(router);
    this.requireAlive();
    return router;
  }

  async end(close: (router: Router) => Promise<void> = (router) => router.close()): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#routers.splice(0).map(close));
  }
}

export async function abandonAndClose(router: Router): Promise<void> {
  // The session's end releases the lock and discards the candidate anyway (RFC 6241 §7.5).
  await router.abandon().catch(() => undefined);
  await router.close();
}
