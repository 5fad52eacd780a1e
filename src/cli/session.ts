import { type ApiClient, createApiClient } from '../api/client.ts';
import { isLoopback } from '../domain/loopback.ts';
import { visibleJsonText, visibleLines } from '../domain/visible-text.ts';
import { WaslError } from '../errors.ts';
import { type CliIo, READER_GONE } from './cli-io.ts';
import { EXIT } from './exit-codes.ts';
import { foldLine } from './fold-line.ts';
import { interruptibleFetch } from './interruptible-fetch.ts';
import { withLocalTimes } from './local-time.ts';
import { loginFetch } from './login/login-fetch.ts';
import { createPaint, type Paint, toOutput } from './paint.ts';

const AWAITED = 'It was sent already: its answer is waited for. Ctrl-C again leaves it unknown.';
const SERVER_DEFAULT = 'http://127.0.0.1:8080';

export interface GlobalOptions {
  readonly server?: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
}

/** One run of the CLI: what every command has at hand. */
export interface CliSession {
  readonly io: CliIo;
  readonly client: ApiClient;
  /** Its address, as logins are kept by. */
  readonly server: string;
  /** Whether a token was given, which then counts instead of a login. */
  hasToken(): Promise<boolean>;
  readonly isJson: boolean;
  readonly paint: Paint;
  /** To standard output: each text is one line of ours, whatever others wrote into it. */
  print(lines: string | readonly string[]): void;
  /** A text of several lines that is somebody else's as a whole: a configuration, a payload. */
  printDocument(text: string): void;
  printJson(value: unknown): void;
  /** One JSON document a line, for what goes on coming. */
  printJsonLine(value: unknown): void;
  /** To standard error: remarks that are not the answer. */
  remark(text: string): void;
  /** `ok` unless a command says otherwise. */
  exitCode: number;
  /** A decision was with the server when the signal came: what came of it is told. */
  wasAwaited: boolean;
}

/** `readOptions` is asked on first use: the command line is parsed by then. */
export function createSession(io: CliIo, readOptions: () => GlobalOptions): CliSession {
  let client: ApiClient | null = null;
  const remark = (text: string) => void io.err.write(`${toOutput(withLocalTimes(text, io.offsetOf))}\n`);
  return {
    io,
    paint: createPaint(io.out, io.env, io.offsetOf),
    exitCode: EXIT.ok,
    wasAwaited: false,
    get isJson() {
      return readOptions().json === true;
    },
    get server() {
      const server = readOptions().server ?? io.env.WASL_SERVER ?? SERVER_DEFAULT;
      refuseBadServer(server);
      return server.replace(/\/+$/, '');
    },
    hasToken: async () => (await readToken(io, readOptions())) !== null,
    get client() {
      const options = readOptions();
      const { server } = this;
      const send = interruptibleFetch(io, () => {
        this.wasAwaited = true;
        if (io.signal.reason !== READER_GONE) remark(AWAITED);
      });
      const fetch = loginFetch({ io, server, send, tell: remark });
      client ??= createApiClient({ server, token: () => readToken(io, options), fetch });
      return client;
    },
    print(lines) {
      const all = typeof lines === 'string' ? [lines] : lines;
      const { isTerminal, columns } = io.out;
      const local = all.map((line) => withLocalTimes(line, io.offsetOf));
      const shown = local.map((line) => (isTerminal ? foldLine(line, columns) : toOutput(line))).join('\n');
      if (shown !== '') io.out.write(`${shown}\n`);
    },
    printDocument(text) {
      io.out.write(`${visibleLines(text.trimEnd())}\n`);
    },
    printJson(value) {
      io.out.write(`${visibleJsonText(value, 2)}\n`);
    },
    printJsonLine(value) {
      io.out.write(`${visibleJsonText(value)}\n`);
    },
    remark,
  };
}

/** WASL_TOKEN, else the file of --token-file or WASL_TOKEN_FILE; null: none given, and a login is used if there is one. */
async function readToken(io: CliIo, options: GlobalOptions): Promise<string | null> {
  const file = options.tokenFile ?? io.env.WASL_TOKEN_FILE;
  if (options.tokenFile === undefined && io.env.WASL_TOKEN) return io.env.WASL_TOKEN;
  if (file === undefined) return null;
  try {
    return (await io.readFile(file)).trim();
  } catch (cause) {
    throw new WaslError('CONFIGURATION', 'the token file cannot be read', {
      path: file,
      remedy: 'Name a readable file with --token-file, or put the token into WASL_TOKEN.',
      cause,
    });
  }
}

function refuseBadServer(server: string): void {
  const url = URL.canParse(server) ? new URL(server) : null;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))) return;
  if (url?.protocol === 'http:') {
    throw new WaslError('CONFIGURATION', `the token would travel to ${url.host} in clear`, {
      path: '--server',
      remedy: 'Write https://; with a CA of your own, name that in NODE_EXTRA_CA_CERTS.',
    });
  }
  const remedy = 'Write it like https://wasl.example or http://127.0.0.1:8080.';
  throw new WaslError('CONFIGURATION', `${server} is not the address of a server`, { path: '--server', remedy });
}
