import { WaslError } from '../errors.ts';
import { DER_BYTES_MAX } from './der.ts';
import type { AskSource, SourceQuestion } from './stamp.ts';
import type { Trust } from './trust.ts';

const TIMEOUT_MS = 10_000;

const MEDIA_TYPES: Readonly<Record<SourceQuestion['kind'], string>> = {
  timestamp: 'application/timestamp-query',
  ocsp: 'application/ocsp-request',
  crl: 'application/pkix-crl',
};

/**
 * Asks addresses that the trust configuration names for that purpose, and no others: a certificate cannot send wasl anywhere. Within 10 s, without
 * following a redirect, at most `DER_BYTES_MAX` bytes. Throws SIGNATURE_SOURCE.
 */
export function askConfiguredSource(trust: Trust, fetchUrl: typeof fetch): AskSource {
  const authorities = [...trust.anchors, ...trust.authorities];
  const named: Readonly<Record<SourceQuestion['kind'], ReadonlySet<string | null>>> = {
    timestamp: new Set(trust.timestamps.authorities.map(({ url }) => url)),
    ocsp: new Set(authorities.map(({ ocsp }) => ocsp)),
    crl: new Set(authorities.map(({ crl }) => crl)),
  };
  return async ({ kind, url, body }) => {
    const fault = (fact: string, cause?: unknown) => new WaslError('SIGNATURE_SOURCE', `${url} ${fact}`, { cause });
    if (!named[kind].has(url)) throw fault('is not named in the trust configuration');
    try {
      const response = await fetchUrl(url, {
        ...(body === null
          ? {}
          : { method: 'POST', body: Uint8Array.from(body), headers: { 'content-type': MEDIA_TYPES[kind] } }),
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (response.status !== 200 || response.body === null) throw fault(`answers with status ${response.status}`);
      return await readBounded(response.body, () => fault(`sends more than ${DER_BYTES_MAX} bytes`));
    } catch (cause) {
      if (cause instanceof WaslError) throw cause;
      throw fault('does not answer', cause);
    }
  };
}

async function readBounded(body: AsyncIterable<Uint8Array>, tooMany: () => WaslError): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.byteLength;
    if (length > DER_BYTES_MAX) throw tooMany();
    parts.push(part);
  }
  return Buffer.concat(parts);
}
