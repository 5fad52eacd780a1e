/** The API's own TLS: a certificate and its key, looked at again so that a renewed one is used without a restart. */
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { isLoopback } from '../domain/loopback.ts';
import { WaslError } from '../errors.ts';
import type { Address } from './configuration.ts';
import { explaining } from './operator-error.ts';
import { readSecret } from './secrets.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const CERTIFICATE = 'WASL_TLS_CERT';
const KEY = 'WASL_TLS_KEY';
/** Certificates are renewed days before they end. */
const LOOK_MS = 30_000;

/**
 * RFC 9325 §4.1, §4.2: TLS 1.2 and 1.3, forward secrecy, authenticated encryption. Node's own list still takes RSA key exchange and CBC. With the files,
 * because a renewed certificate replaces the whole context.
 */
export const TLS_TERMS = {
  minVersion: 'TLSv1.2',
  ciphers: [
    ...['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'],
    ...['ECDHE+AESGCM', 'ECDHE+CHACHA20'],
  ].join(':'),
} as const satisfies SecureContextOptions;

export type TlsFiles = typeof TLS_TERMS & {
  readonly cert: string;
  readonly key: string;
};

export interface ApiTls {
  readonly first: TlsFiles;
  /** Reads them again. Throws CONFIGURATION where they are not there or do not fit: what was served goes on. */
  read(): Promise<TlsFiles>;
}

/** Certificate (with its chain) and key, in PEM; null: none is set. Throws CONFIGURATION. */
export async function openApiTls(env: Environment = process.env): Promise<ApiTls | null> {
  const { [CERTIFICATE]: certificate, [KEY]: key } = env;
  if (!certificate && !key) return null;
  if (!certificate || !key) {
    const path = certificate ? KEY : CERTIFICATE;
    const remedy = `Set ${CERTIFICATE} and ${KEY}, or neither.`;
    throw new WaslError('CONFIGURATION', 'a certificate without its key, or a key without its certificate', {
      path,
      remedy,
    });
  }
  const read = async (): Promise<TlsFiles> => {
    const remedy = `Name a file in PEM in ${CERTIFICATE}, with the chain of its issuers.`;
    const subject = { path: certificate, what: "the API's certificate", remedy };
    const cert = await explaining(subject, () => readFile(certificate, 'utf8'));
    const files = { ...TLS_TERMS, cert, key: await readSecret(key, { path: KEY, what: "the API's key" }, env) };
    refuseUnfit(files, certificate);
    return files;
  };
  return { first: await read(), read };
}

function refuseUnfit(files: TlsFiles, path: string): void {
  try {
    createSecureContext(files);
  } catch (cause) {
    const remedy = 'Name a certificate and a key in PEM that belong together.';
    throw new WaslError('CONFIGURATION', "the API's certificate and key do not fit", { path, remedy, cause });
  }
}

/** Tokens and names of persons do not travel in clear: without TLS only this machine is served. */
export function refusePlainAbroad({ host }: Address, tls: ApiTls | null): void {
  if (tls !== null || isLoopback(host)) return;
  throw new WaslError('CONFIGURATION', `the API would be served in clear on ${host}`, {
    path: 'WASL_LISTEN',
    remedy: `Set ${CERTIFICATE} and ${KEY}; or listen on 127.0.0.1, behind a proxy of this machine that ends TLS.`,
  });
}

export interface TlsWatch {
  /** One look: true where other files were taken into use. */
  look(): Promise<boolean>;
  stop(): void;
}

/** Takes renewed files into use: new connections get them, open ones go on. */
export function watchTls(tls: ApiTls, use: (files: TlsFiles) => void, tell: (fact: string) => void): TlsWatch {
  let current = tls.first;
  const look = async (): Promise<boolean> => {
    try {
      const files = await tls.read();
      if (files.cert === current.cert && files.key === current.key) return false;
      use(files);
      current = files;
      return true;
    } catch (error) {
      // Half of a renewal: the next look finds the other half.
      tell(`the renewed certificate is not used: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
  };
  const timer = setInterval(() => void look(), LOOK_MS).unref();
  return { look, stop: () => clearInterval(timer) };
}
