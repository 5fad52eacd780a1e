import type { ServerChannel } from 'ssh2';
import { RpcErrors } from '../datastore/datastores.ts';
import { NETCONF_NAMESPACE, tag, textTag, type XmlElement } from '../xml/element.ts';
import { parseXml, XmlSyntaxError } from '../xml/parse.ts';
import { Deframer, FramingError, frameInChunks, frameWithEndOfMessage } from './framing.ts';
import { unknownElement } from './grammar.ts';
import { RpcError, type RpcErrorFields, renderRpcError } from './rpc-error.ts';
import type { Subscription } from './subscription.ts';

const BASE_1_0 = 'urn:ietf:params:netconf:base:1.0';
const BASE_1_1 = 'urn:ietf:params:netconf:base:1.1';

/** What a session asks of its router. */
export interface SessionHost {
  readonly capabilities: readonly string[];
  /** `silent`: no reply now or ever. Throws RpcError(s) for an error reply. */
  handle(session: Session, operation: XmlElement): Promise<string | 'silent'>;
  ended(session: Session): void;
}

/** One NETCONF session on one SSH channel: hello, framing, rpcs in order (RFC 6241 §4, RFC 6242). */
export class Session {
  readonly id: number;
  readonly username: string;
  readonly startedAt: Date;
  /** RFC 5277 §2.1. */
  subscription: Subscription | null = null;
  readonly #channel: ServerChannel;
  readonly #host: SessionHost;
  readonly #deframer = new Deframer();
  /** Cuts the SSH connection under the session. */
  readonly #cutConnection: () => void;
  #chunked = false;
  #greeted = false;
  #ended = false;
  #hung = false;
  #queue: Promise<void> = Promise.resolve();

  constructor(
    identity: { readonly id: number; readonly username: string; readonly startedAt: Date },
    channel: ServerChannel,
    host: SessionHost,
    cutConnection: () => void,
  ) {
    this.id = identity.id;
    this.username = identity.username;
    this.startedAt = identity.startedAt;
    this.#channel = channel;
    this.#host = host;
    this.#cutConnection = cutConnection;
    channel.on('data', (bytes: Buffer) => this.#receive(bytes));
    channel.on('close', () => this.end());
    channel.on('error', () => this.end());
    this.#sendHello();
  }

  send(message: string): void {
    if (this.#ended || this.#channel.writableEnded || this.#channel.destroyed) return;
    this.#channel.write(this.#chunked ? frameInChunks(message) : frameWithEndOfMessage(message));
  }

  /** Ends the session from the server's side: after close-session, kill-session, or a broken frame. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#host.ended(this);
    if (!this.#channel.writableEnded) this.#channel.end();
    this.#channel.close();
  }

  /** The connection is gone at once, without a reply. */
  cut(): void {
    this.#cutConnection();
    this.end();
  }

  #sendHello(): void {
    const capabilities = this.#host.capabilities.map((uri) => textTag('capability', uri)).join('');
    const content = `<capabilities>${capabilities}</capabilities><session-id>${this.id}</session-id>`;
    this.send(tag('hello', content, NETCONF_NAMESPACE));
  }

  #receive(bytes: Buffer): void {
    try {
      this.#deframer.push(bytes);
      for (let text = this.#deframer.next(); text !== undefined; text = this.#deframer.next()) {
        this.#receiveMessage(text);
      }
    } catch (error) {
      if (!(error instanceof FramingError)) throw error;
      this.end();
    }
  }

  #receiveMessage(text: string): void {
    if (this.#ended) return;
    if (!this.#greeted) {
      this.#receiveHello(text);
      return;
    }
    this.#queue = this.#queue.then(() => (this.#ended || this.#hung ? undefined : this.#answer(text)));
  }

  /** RFC 6241 §8.1: the base capability that both have; none: the session ends. */
  #receiveHello(text: string): void {
    const theirs = readCapabilities(text);
    const ours = this.#host.capabilities;
    const both = (uri: string): boolean => ours.includes(uri) && theirs.includes(uri);
    if (!both(BASE_1_1) && !both(BASE_1_0)) {
      this.end();
      return;
    }
    this.#greeted = true;
    if (!both(BASE_1_1)) return;
    this.#chunked = true;
    this.#deframer.useChunks();
  }

  async #answer(text: string): Promise<void> {
    let rpc: XmlElement;
    try {
      rpc = parseXml(text.trim());
    } catch (error) {
      if (!(error instanceof XmlSyntaxError)) throw error;
      this.#endOverMalformed(error.message);
      return;
    }
    if (rpc.name !== 'rpc' || rpc.namespace !== NETCONF_NAMESPACE) {
      this.#endOverMalformed('Not an <rpc>');
      return;
    }
    const refusal = refusalOf(rpc);
    const [operation] = rpc.children;
    if (refusal !== null) this.#reply(rpc.rawAttributes, renderErrors([refusal]));
    else if (operation !== undefined) await this.#perform(rpc, operation);
  }

  /** RFC 6241 App. A: malformed-message is of base 1.1 and not sent to a peer of 1.0. The session does not survive garbage here. */
  #endOverMalformed(message: string): void {
    if (this.#chunked) this.#reply(new Map(), renderErrors([{ type: 'rpc', tag: 'malformed-message', message }]));
    this.end();
  }

  async #perform(rpc: XmlElement, operation: XmlElement): Promise<void> {
    try {
      const content = await this.#host.handle(this, operation);
      if (content === 'silent') {
        // Nothing behind an operation that hangs is served either.
        this.#hung = true;
        return;
      }
      this.#reply(rpc.rawAttributes, content);
    } catch (error) {
      this.#reply(rpc.rawAttributes, renderErrors(errorFieldsOf(error)));
    }
    if (operation.name === 'close-session' && operation.namespace === NETCONF_NAMESPACE) this.end();
  }

  /** RFC 6241 §4.2: the attributes of `<rpc>` come back unchanged. */
  #reply(attributes: ReadonlyMap<string, string>, content: string): void {
    const others = [...attributes].filter(([name]) => name !== 'xmlns');
    const text = others.map(([name, value]) => ` ${name}="${value.replace(/[&<"]/g, (c) => `&#${c.charCodeAt(0)};`)}"`);
    this.send(`<rpc-reply xmlns="${NETCONF_NAMESPACE}"${text.join('')}>${content}</rpc-reply>`);
  }
}

/** RFC 6241 §4.1: an rpc has a message-id and one operation. */
function refusalOf(rpc: XmlElement): RpcErrorFields | null {
  if (!rpc.attributes.has('message-id')) {
    const info = { 'bad-attribute': 'message-id', 'bad-element': 'rpc' };
    return { type: 'rpc', tag: 'missing-attribute', info };
  }
  const [operation, second] = rpc.children;
  if (operation === undefined) {
    return { type: 'protocol', tag: 'missing-element', message: 'An <rpc> without an operation' };
  }
  return second === undefined ? null : unknownElement(second, 'An <rpc> has one operation').fields;
}

function errorFieldsOf(error: unknown): readonly RpcErrorFields[] {
  if (error instanceof RpcErrors) return error.errors;
  if (error instanceof RpcError) return [error.fields];
  return [{ tag: 'operation-failed', message: error instanceof Error ? error.message : String(error) }];
}

function renderErrors(errors: readonly RpcErrorFields[]): string {
  return errors.map(renderRpcError).join('');
}

/** None in a hello that is not one. */
function readCapabilities(text: string): string[] {
  try {
    const hello = parseXml(text.trim());
    if (hello.name !== 'hello' || hello.namespace !== NETCONF_NAMESPACE) return [];
    // §8.1: a client that sends a session-id must be ended.
    if (hello.children.some((element) => element.name === 'session-id')) return [];
    const isBase = ({ namespace }: XmlElement): boolean => namespace === NETCONF_NAMESPACE;
    const lists = hello.children.filter((element) => element.name === 'capabilities' && isBase(element));
    if (lists.length !== 1) return [];
    const list = lists.flatMap(({ children }) => children);
    return list.filter((element) => element.name === 'capability' && isBase(element)).map(({ text }) => text.trim());
  } catch (error) {
    if (error instanceof XmlSyntaxError) return [];
    throw error;
  }
}
