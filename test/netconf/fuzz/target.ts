/** One thing that takes bytes from a server, and what must hold for any bytes at all. */
export interface FuzzTarget {
  readonly name: string;
  /** Inputs to begin with. */
  readonly seeds: readonly (string | Buffer)[];
  /** Byte sequences that chance alone would not write. */
  readonly dictionary: readonly (string | Buffer)[];
  readonly inputBytesMax: number;
  /** Throws where something does not hold; nothing else counts as a finding. */
  run(input: Buffer): void | Promise<void>;
}

export class PropertyBroken extends Error {
  override readonly name = 'PropertyBroken';
}

export function hold(condition: boolean, what: () => string): void {
  if (!condition) throw new PropertyBroken(what());
}
