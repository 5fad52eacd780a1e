import { z } from 'zod';
import { type HandSignedAnswer, handSignedSchema } from './hand-signed-wire.ts';

/** Of the API client: scanned forms of the policy, signed by hand. */
export interface HandSignedClient {
  list(version: string): Promise<HandSignedAnswer[]>;
  /** `digest`: of the terms. */
  attach(version: string, form: { entity: string; digest: string; content: string }): Promise<HandSignedAnswer>;
  /** `form`: SHA-256 of the scan. */
  confirm(version: string, entity: string, form: string): Promise<HandSignedAnswer>;
  /** The very bytes. */
  read(version: string, entity: string): Promise<Buffer>;
}

type Call = <T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown) => Promise<T>;

export function handSignedClient(call: Call, readBytes: (path: string) => Promise<Buffer>): HandSignedClient {
  const at = (version: string, rest = '') => `/v1/policies/${encodeURIComponent(version)}/hand-signed${rest}`;
  return {
    list: (version) => call('GET', at(version), z.array(handSignedSchema)),
    attach: (version, form) => call('POST', at(version), handSignedSchema, form),
    confirm: (version, entity, form) =>
      call('POST', at(version, `/${encodeURIComponent(entity)}/confirmation`), handSignedSchema, { form }),
    read: (version, entity) => readBytes(at(version, `/${encodeURIComponent(entity)}/content`)),
  };
}
