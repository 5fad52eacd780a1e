import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { eq } from 'drizzle-orm';
import type { Digest } from '../domain/canonical-json.ts';
import type { Database } from './database.ts';
import { policyRenditions } from './policy-schema.ts';
import { readingTexts } from './reading-schema.ts';

const decompress = promisify(gunzip);

/** Whatever is kept under the SHA-256 of its bytes. */
export interface DocumentStore {
  /** A text of a policy, or what was read of the network. null: it is not kept, or not any more. */
  findDocument(digest: Digest, bytesMax: number): Promise<Uint8Array | 'too-large' | null>;
}

export function documentQueries(database: Database): DocumentStore {
  return {
    findDocument: (digest, bytesMax) =>
      database.read(async (db) => {
        const [rendition] = await db
          .select({ content: policyRenditions.content })
          .from(policyRenditions)
          .where(eq(policyRenditions.sha256, digest))
          .limit(1);
        if (rendition !== undefined) return rendition.content.byteLength > bytesMax ? 'too-large' : rendition.content;
        const [reading] = await db
          .select({ compressed: readingTexts.compressed })
          .from(readingTexts)
          .where(eq(readingTexts.digest, digest));
        if (reading === undefined) return null;
        return bytesMax <= 0 ? 'too-large' : unpack(reading.compressed, bytesMax);
      }),
  };
}

async function unpack(compressed: Uint8Array, bytesMax: number): Promise<Uint8Array | 'too-large'> {
  try {
    return await decompress(compressed, { maxOutputLength: bytesMax });
  } catch (error) {
    if (error instanceof RangeError) return 'too-large';
    throw error;
  }
}
