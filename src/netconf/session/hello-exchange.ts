import { NetconfError } from '../errors.ts';
import type { Framing } from '../framing/encode.ts';
import type { NetconfLimits } from '../limits.ts';
import { agreeFraming, type BaseVersion, readHello, type ServerHello } from '../message/hello.ts';

/** The server's half of the hello exchange (RFC 6241 §8.1): waits for it, bounded, and settles the framing. */
export class HelloExchange {
  readonly hello: Promise<ServerHello>;
  private resolve: (hello: ServerHello) => void = () => undefined;
  private reject: (error: NetconfError) => void = () => undefined;
  private readonly timer: NodeJS.Timeout;
  private readonly peer: string;
  private settled = false;

  constructor(peer: string, timeoutMs: number, onTimeout: (error: NetconfError) => void) {
    this.peer = peer;
    this.hello = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever opens the session waits for it; a layer that is destroyed before need not.
    this.hello.catch(() => undefined);
    const late = new NetconfError('HELLO_TIMEOUT', `no complete hello in ${timeoutMs} ms`);
    this.timer = setTimeout(() => onTimeout(late), timeoutMs);
  }

  get waiting(): boolean {
    return !this.settled;
  }

  /** The server's hello. @throws NetconfError `PROTOCOL`, `LIMIT_EXCEEDED` */
  accept(bytes: Buffer, baseVersions: readonly BaseVersion[], limits: NetconfLimits): Framing {
    const hello = readHello(decode(bytes), limits);
    const framing = agreeFraming(baseVersions, hello.capabilities);
    this.settle();
    this.resolve(hello);
    return framing;
  }

  fail(error: NetconfError): void {
    if (this.settled) return;
    this.settle();
    this.reject(new NetconfError(error.code, error.fact, { peer: this.peer, operation: 'hello', cause: error.cause }));
  }

  private settle(): void {
    this.settled = true;
    clearTimeout(this.timer);
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new NetconfError('PROTOCOL', 'a hello that is not UTF-8', { cause: error });
  }
}
