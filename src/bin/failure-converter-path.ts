import { fileURLToPath } from 'node:url';

/** For bundle, worker and client: they must write failures alike. */
export const failureConverterPath = fileURLToPath(
  new URL('../../workflows/shared/failure-converter.cjs', import.meta.url),
);
