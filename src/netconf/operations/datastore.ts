import { NetconfError } from '../errors.ts';
import { escapeText } from '../xml/build.ts';
import type { Datastore } from './operation.ts';

/** The element that names a datastore inside `<source>` or `<target>`. */
export function datastoreXml(datastore: Datastore): string {
  if (typeof datastore !== 'string') return `<url>${escapeText(datastore.url)}</url>`;
  if (!(datastore in REQUIRED)) {
    throw new NetconfError('INVALID_REQUEST', `no such datastore: ${JSON.stringify(datastore)}`);
  }
  return `<${datastore}/>`;
}

/** Capabilities to read from or lock a datastore: RFC 6241 §8.3 candidate, §8.7 startup, §8.8 url. */
export function datastoreRequires(datastore: Datastore): readonly string[] {
  if (typeof datastore !== 'string') return [':url'];
  return REQUIRED[datastore];
}

/** Capabilities to write it: running needs :writable-running (RFC 6241 §8.2). */
export function writableRequires(datastore: Datastore): readonly string[] {
  return datastore === 'running' ? [':writable-running'] : datastoreRequires(datastore);
}

const REQUIRED: Readonly<Record<'running' | 'candidate' | 'startup', readonly string[]>> = {
  running: [],
  candidate: [':candidate'],
  startup: [':startup'],
};
