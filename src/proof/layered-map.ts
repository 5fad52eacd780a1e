/** A map that is another one but for a few entries: made in the time of those few, however large the other one is. */
export class LayeredMap<Key, Value> {
  readonly #under: ReadonlyMap<Key, Value>;
  /** undefined: not there any more. */
  readonly #over: ReadonlyMap<Key, Value | undefined>;

  constructor(under: ReadonlyMap<Key, Value>, over: ReadonlyMap<Key, Value | undefined> = new Map()) {
    this.#under = under;
    this.#over = over;
  }

  get(key: Key): Value | undefined {
    return this.#over.has(key) ? this.#over.get(key) : this.#under.get(key);
  }

  *keys(): Generator<Key> {
    for (const key of this.#under.keys()) if (!this.#over.has(key)) yield key;
    for (const [key, value] of this.#over) if (value !== undefined) yield key;
  }

  /** Of changes upon changes there is one layer; a thick one becomes part of what is under it. */
  with(changes: ReadonlyMap<Key, Value | undefined>): LayeredMap<Key, Value> {
    const over = new Map([...this.#over, ...changes]);
    if (over.size * 4 < this.#under.size) return new LayeredMap(this.#under, over);
    const whole = new Map(this.#under);
    for (const [key, value] of over) {
      if (value === undefined) whole.delete(key);
      else whole.set(key, value);
    }
    return new LayeredMap(whole);
  }
}
