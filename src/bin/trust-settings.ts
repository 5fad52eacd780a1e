/** Whom this process believes: the trust file of WASL_TRUST, or the development authority of this machine. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { isLoopback } from '../domain/loopback.ts';
import { WaslError } from '../errors.ts';
import {
  askConfiguredSource,
  createDevelopmentAuthority,
  type DevelopmentAuthority,
  readTrust,
  type SignatureMeans,
  type Trust,
} from '../signatures/index.ts';
import { makeFolder } from '../store/make-folder.ts';
import { readBackends, readListenAddress, stateDirectory } from './configuration.ts';
import { databaseHost } from './database-url.ts';
import { explaining, explainingSync } from './operator-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const clock = () => new Date();

/** null: WASL_TRUST is not set. Throws CONFIGURATION and TRUST_INVALID, at once and whenever the file was changed for a bad one. */
export function readSignatureMeans(env: Environment = process.env): SignatureMeans | null {
  const path = env.WASL_TRUST;
  if (!path) return null;
  const trust = readAgainWhenChanged(path);
  trust();
  return { trust, ask: (believed) => askConfiguredSource(believed, fetch), clock };
}

function readAgainWhenChanged(path: string): () => Trust {
  const remedy = 'Check WASL_TRUST, and that this user may read the file.';
  let known: { readonly stamp: string; readonly trust: Trust } | null = null;
  return () =>
    explainingSync({ path, what: 'the trust file', remedy }, () => {
      const { mtimeMs, size, ino } = statSync(path);
      const stamp = `${mtimeMs} ${size} ${ino}`;
      if (known?.stamp !== stamp) known = { stamp, trust: readTrustFile(path) };
      return known.trust;
    });
}

/** Which member of which file: whoever reads it may have set neither. */
function readTrustFile(path: string): Trust {
  const value = parseYaml(path);
  try {
    return readTrust(value);
  } catch (error) {
    if (!(error instanceof WaslError)) throw error;
    const place = [path, error.path].filter(Boolean).join(' ');
    throw new WaslError(error.code, error.message, { path: place, remedy: error.remedy, cause: error });
  }
}

function parseYaml(path: string): unknown {
  const text = readFileSync(path, 'utf8');
  const notYaml = (line: number | undefined, cause: unknown) =>
    new WaslError('TRUST_INVALID', `it is not YAML${line === undefined ? '' : ` (line ${line})`}`, {
      ...{ path, cause, remedy: 'Correct its syntax.' },
    });
  const document = parseDocument(text, { logLevel: 'error', stringKeys: true });
  const [fault] = document.errors;
  if (fault !== undefined) throw notYaml(fault.linePos?.[0].line, fault);
  try {
    return document.toJS();
  } catch (cause) {
    throw notYaml(undefined, cause);
  }
}

/** The authority of this machine, in the state directory. Throws CONFIGURATION where a part of the installation is elsewhere. */
export async function openDevelopmentAuthority(): Promise<DevelopmentAuthority> {
  const folder = join(stateDirectory(), 'development-authority');
  const subject = {
    path: folder,
    what: 'the folder of the development authority',
    remedy: 'Name a folder in WASL_STATE_DIR that this user may write.',
  };
  return explaining(subject, async () => {
    await makeFolder(stateDirectory(), 0o700);
    return createDevelopmentAuthority({ apiHost: farthestHost(), clock, folder });
  });
}

export async function developmentMeans(): Promise<SignatureMeans> {
  const authority = await openDevelopmentAuthority();
  return { trust: () => authority.trust(), ask: () => authority.ask, clock };
}

/**
 * Whom a worker believes; null: nobody. With the development authority everything is on this machine, the receivers of webhooks too: a trust
 * file ends that, whatever was asked for.
 */
export async function meansOfWorker(
  options: { readonly developmentAuthority?: boolean },
  env: Environment = process.env,
): Promise<{ readonly signatures: SignatureMeans | null; readonly isDevelopment: boolean }> {
  const configured = readSignatureMeans(env);
  const isDevelopment = configured === null && options.developmentAuthority === true;
  return { signatures: isDevelopment ? await developmentMeans() : configured, isDevelopment };
}

/** A host of API, database or Temporal that is not this machine; else loopback. */
function farthestHost(): string {
  const { databaseUrl, temporalAddress } = readBackends();
  const hosts = [
    readListenAddress().host,
    ...(databaseUrl === null ? [] : [databaseHost(databaseUrl)]),
    ...(temporalAddress === null ? [] : [temporalAddress.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')]),
  ];
  return hosts.find((host) => !isLoopback(host)) ?? '127.0.0.1';
}
