import type { Stage } from './stage.ts';

/** One behaviour: what is done, and what the RFC says comes of it. A server that does otherwise is named in `servers.ts`. */
export interface InteropCase {
  readonly name: string;
  /** Capability without which it is not asked. */
  readonly needs?: string;
  /** As RFC 6241 (or the one named) says. */
  readonly expected: string;
  /** What came of it. */
  run(stage: Stage): Promise<string>;
}
