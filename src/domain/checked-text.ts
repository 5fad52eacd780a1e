import { z } from 'zod';
import { WaslError } from '../errors.ts';

/** A parser of the domain as a step of a schema: what it throws becomes an issue with the fact, the remedy and the code. */
export function checkedText<T>(parse: (text: string) => T) {
  return (text: string, context: z.RefinementCtx): T => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof WaslError)) throw error;
      const { code, message, remedy } = error;
      context.addIssue({ code: 'custom', message: `${message}. ${remedy}`, params: { code, fact: message, remedy } });
      return z.NEVER;
    }
  };
}
