import { once } from 'node:events';
import ssh2, { type Client, type ClientChannel } from 'ssh2';
import type { SimulatedRouter } from '../../../src/sim/router.ts';
import type { XmlElement } from '../../../src/sim/xml/element.ts';
import { parseXml } from '../../../src/sim/xml/parse.ts';

/** A NETCONF client of a few lines over raw ssh2, so that the simulation is not tested with the product's own client. */
export interface RawLogin {
  readonly username?: string;
  readonly password?: string;
  readonly privateKey?: string;
  readonly capabilities?: readonly string[];
  /** In place of the hello that says the capabilities. */
  readonly hello?: string;
}

const BASE = 'urn:ietf:params:xml:ns:netconf:base:1.0';
const END = ']]>]]>';

export class RawClient {
  readonly hello: XmlElement;
  readonly sessionId: number;
  /** SHA-256 of the host key that the server showed, in OpenSSH form. */
  readonly fingerprint: string;
  readonly notifications: XmlElement[] = [];
  readonly #router: SimulatedRouter;
  readonly #client: Client;
  readonly #channel: ClientChannel;
  readonly #chunked: boolean;
  readonly #waiting: { resolve(reply: XmlElement): void; reject(error: Error): void }[] = [];
  #buffered: Buffer;
  #closed = false;
  #nextMessageId = 1;

  static async connect(router: SimulatedRouter, login: RawLogin = {}): Promise<RawClient> {
    const client = new ssh2.Client();
    let fingerprint = '';
    const { createHash } = await import('node:crypto');
    client.connect({
      host: '127.0.0.1',
      port: router.port,
      username: login.username ?? 'wasl',
      ...(login.privateKey === undefined
        ? { password: login.password ?? 'simulated' }
        : { privateKey: login.privateKey }),
      hostVerifier: (key: Buffer) => {
        fingerprint = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
        return true;
      },
    });
    // A reset after the session is over is expected where a test cuts the connection.
    const failed = new Promise<never>((_, reject) => client.on('error', reject));
    failed.catch(() => {});
    const closed = new Promise<never>((_, reject) => client.on('close', () => reject(new Error('connection closed'))));
    closed.catch(() => {});
    await Promise.race([once(client, 'ready'), failed, closed]);
    const channel = await new Promise<ClientChannel>((resolve, reject) => {
      client.subsys('netconf', (error, opened) => (error ? reject(error) : resolve(opened)));
    });
    const capabilities = login.capabilities ?? ['urn:ietf:params:netconf:base:1.0', 'urn:ietf:params:netconf:base:1.1'];
    const list = capabilities.map((uri) => `<capability>${uri}</capability>`).join('');
    const hello = login.hello ?? `<hello xmlns="${BASE}"><capabilities>${list}</capabilities></hello>`;
    channel.write(`${hello}${END}`);
    let buffered = Buffer.alloc(0);
    while (buffered.indexOf(END) < 0) {
      const [bytes] = await Promise.race([once(channel, 'data'), closed, failed]);
      buffered = Buffer.concat([buffered, bytes]);
    }
    const end = buffered.indexOf(END);
    const theirs = parseXml(buffered.subarray(0, end).toString());
    return new RawClient(
      router,
      client,
      channel,
      theirs,
      buffered.subarray(end + END.length),
      capabilities,
      fingerprint,
    );
  }

  private constructor(
    router: SimulatedRouter,
    client: Client,
    channel: ClientChannel,
    hello: XmlElement,
    rest: Buffer,
    capabilities: readonly string[],
    fingerprint: string,
  ) {
    this.#router = router;
    this.#client = client;
    this.#channel = channel;
    this.hello = hello;
    this.fingerprint = fingerprint;
    this.sessionId = Number(hello.children.find((element) => element.name === 'session-id')?.text);
    const chunked = 'urn:ietf:params:netconf:base:1.1';
    this.#chunked = capabilities.includes(chunked) && this.capabilities.includes(chunked);
    this.#buffered = rest;
    channel.on('data', (bytes: Buffer) => this.#receive(bytes));
    const end = (): void => {
      this.#closed = true;
      for (const waiter of this.#waiting.splice(0)) waiter.reject(new Error('session closed'));
    };
    channel.on('close', end);
    client.on('close', end);
  }

  get capabilities(): string[] {
    const list = this.hello.children.find((element) => element.name === 'capabilities');
    return (list?.children ?? []).map((element) => element.text);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Sends one operation, resolves with the whole reply. Rejects when the session ends first. */
  rpc(operation: string, attributes = ''): Promise<XmlElement> {
    return this.exchange(`<rpc xmlns="${BASE}" message-id="${this.#nextMessageId++}"${attributes}>${operation}</rpc>`);
  }

  /** Sends a whole message of any kind, framed, and resolves with the next reply. */
  exchange(text: string): Promise<XmlElement> {
    if (this.#closed) return Promise.reject(new Error('session closed'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.sendRaw(this.#chunked ? `\n#${Buffer.byteLength(text)}\n${text}\n##\n` : `${text}${END}`);
    });
  }

  sendRaw(bytes: string): void {
    this.#channel.write(bytes);
  }

  /** Ends the connection without a word, as a client that dies does; resolves when the router has noticed too. */
  async drop(): Promise<void> {
    if (!this.#closed) this.#client.destroy();
    await this.waitClosed();
  }

  async waitClosed(): Promise<void> {
    const isKnown = (): boolean => this.#router.sessions().some(({ id }) => id === this.sessionId);
    while (!this.#closed || isKnown()) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  #receive(bytes: Buffer): void {
    this.#buffered = Buffer.concat([this.#buffered, bytes]);
    for (let text = this.#nextMessage(); text !== undefined; text = this.#nextMessage()) {
      const message = parseXml(text);
      if (message.name === 'notification') this.notifications.push(message);
      else this.#waiting.shift()?.resolve(message);
    }
  }

  #nextMessage(): string | undefined {
    if (!this.#chunked) {
      const end = this.#buffered.indexOf(END);
      if (end < 0) return undefined;
      const text = this.#buffered.subarray(0, end).toString();
      this.#buffered = this.#buffered.subarray(end + END.length);
      return text;
    }
    const match = /^((?:\n#\d+\n[\s\S]*?)+?)\n##\n/.exec(this.#buffered.toString('latin1'));
    if (match === null) return undefined;
    let rest = this.#buffered.subarray(0, match[0].length - 4);
    this.#buffered = this.#buffered.subarray(match[0].length);
    const parts: Buffer[] = [];
    while (rest.length > 0) {
      const header = /^\n#(\d+)\n/.exec(rest.toString('latin1'));
      if (header === null) throw new Error('bad chunk');
      const size = Number(header[1]);
      parts.push(rest.subarray(header[0].length, header[0].length + size));
      rest = rest.subarray(header[0].length + size);
    }
    return Buffer.concat(parts).toString();
  }
}

export function find(element: XmlElement, name: string): XmlElement | undefined {
  if (element.name === name) return element;
  for (const child of element.children) {
    const found = find(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function findAll(element: XmlElement, name: string): XmlElement[] {
  const own = element.name === name ? [element] : [];
  return [...own, ...element.children.flatMap((child) => findAll(child, name))];
}

export const isOk = (reply: XmlElement): boolean =>
  reply.children.some((child) => child.name === 'ok') &&
  !findAll(reply, 'error-severity').some((severity) => severity.text === 'error');

/** `tag: message` of every error in the reply. */
export const errorsOf = (reply: XmlElement): string[] =>
  findAll(reply, 'rpc-error')
    .filter((error) => find(error, 'error-severity')?.text === 'error')
    .map((error) => `${find(error, 'error-tag')?.text}: ${find(error, 'error-message')?.text ?? ''}`);
