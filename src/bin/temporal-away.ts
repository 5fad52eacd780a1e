/** The workflow server's absence in an operator's words. */
import { WaslError } from '../errors.ts';

export interface TemporalPlace {
  readonly path: string;
  readonly address: string;
}

export async function unlessAway<T>(place: TemporalPlace, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw asAway(error, place);
  }
}

export function asAway(error: unknown, { path, address }: TemporalPlace): WaslError {
  if (error instanceof WaslError) return error;
  const said = error instanceof Error ? error.message : String(error);
  if (/namespace .*not found|NamespaceNotFound/i.test(said)) {
    const remedy = 'Create it with `temporal operator namespace create`, or correct TEMPORAL_NAMESPACE.';
    const fact = `the workflow server at ${address} has no such namespace`;
    return new WaslError('CONFIGURATION', fact, { path: 'TEMPORAL_NAMESPACE', remedy, cause: error });
  }
  if (/certificate|\bTLS\b|\bssl\b|handshake/i.test(said)) {
    const remedy = 'Compare TEMPORAL_TLS and the certificates that are set with it with what the server has.';
    const fact = `the workflow server at ${address} and this process do not agree on TLS`;
    return new WaslError('CONFIGURATION', fact, { path: 'TEMPORAL_TLS', remedy, cause: error });
  }
  const remedy = 'Start the workflow server, or correct TEMPORAL_ADDRESS; then start the worker again.';
  const fact = `the workflow server at ${address} does not answer`;
  return new WaslError('TEMPORAL_UNAVAILABLE', fact, { path, remedy, cause: error });
}
