/** How zod, yaml, V8 and Fastify speak: words that no message for a person has. */
export const LIBRARY_WORDS =
  /invalid (input|string|iso|option|key)|expected|received|too (small|big):|unrecognized|must match|undefined|NaN\b|nested mappings|implicit|flow (map|seq|collection)|block (map|seq|collection)|unexpected token|params\.|\[object|zod/i;
