import { WaslError } from '../errors.ts';

/** A sentence about a record from which nothing can be made; whatever a library or the language says of a member that is not there. */
export function whyNotAgain(error: unknown): string {
  const fact = error instanceof WaslError ? error.message : 'a member is missing or is not what it should be';
  return `it cannot be made again: ${fact}`;
}
