import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SecureContextOptions } from 'node:tls';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import type { CodecTroubles } from '../codec/codec-troubles.ts';
import type { MessageCodec } from '../codec/payload-codec.ts';
import type { RetentionSchedule } from '../domain/retention.ts';
import type { Driver } from '../driver/driver.ts';
import { WaslError } from '../errors.ts';
import type { SignatureMeans } from '../signatures/index.ts';
import type { Store } from '../store/store.ts';
import type { AuthConfig, Principal } from './authentication.ts';
import type { RouterReads } from './router-reads.ts';
import { problemSchema } from './wire.ts';

export interface ApiDependencies {
  readonly store: Store;
  readonly driver: Driver;
  readonly routerReads: RouterReads;
  readonly auth: AuthConfig;
  /** Absent where nothing is encrypted. `origin`: of Temporal's UI; null: no pages may call it. */
  readonly codec?: { readonly forPeople: MessageCodec; readonly origin: string | null };
  /** Omitted: nothing that goes to Temporal is encrypted. */
  readonly codecTroubles?: CodecTroubles;
  readonly clock: () => Date;
  /** By what texts of persons are erased; null or absent: nothing is proposed. */
  readonly retention?: RetentionSchedule | null;
  /** null: no trust is configured, and nothing that must be signed is taken. */
  readonly signatures: SignatureMeans | null;
  /** Certificate and key, in PEM, and what else the secure context must be. Omitted: plain HTTP. */
  readonly tls?: SecureContextOptions;
  /** Omitted: the API logs nothing. */
  readonly logger?: FastifyBaseLogger;
}

export type ApiServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before any handler runs, except on public routes. */
    principal: Principal | null;
  }
}

/** The verified caller. Throws UNAUTHENTICATED on a route that was declared public. */
export function callerOf(request: Pick<FastifyRequest, 'principal'>): Principal {
  if (request.principal === null) throw new WaslError('UNAUTHENTICATED', 'the route needs a caller');
  return request.principal;
}

/** Response schemas of a route: the answer, and the one form of every failure. */
export function answers<Answer extends z.ZodType>(answer: Answer) {
  return {
    200: answer,
    default: {
      description: 'Any failure, with a code of docs/errors.md',
      content: { 'application/problem+json': { schema: problemSchema } },
    },
  };
}
