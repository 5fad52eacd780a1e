export class RplSyntaxError extends Error {}

/** Words, parentheses, commas and line ends of the routing policy language; comments and `!` lines are gone. */
export function tokenizeRpl(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const content = line.replace(/#.*$/, '').trim();
    if (content === '' || content === '!') return [];
    return [...(content.match(/[(),]|[^\s(),]+/g) ?? []), '\n'];
  });
}

/** Reads tokens in order; line ends are skipped except where a statement takes the rest of its line. */
export class TokenReader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  peek(): string | undefined {
    while (this.#tokens[this.#at] === '\n') this.#at++;
    return this.#tokens[this.#at];
  }

  next(): string {
    const token = this.peek();
    if (token === undefined) throw new RplSyntaxError('the text ends too early');
    this.#at++;
    return token;
  }

  expect(...words: readonly string[]): void {
    for (const word of words) {
      const token = this.next();
      if (token !== word) throw new RplSyntaxError(`"${word}" is expected, not "${token}"`);
    }
  }

  takes(word: string): boolean {
    if (this.peek() !== word) return false;
    this.#at++;
    return true;
  }

  skipLine(): void {
    while (this.#at < this.#tokens.length && this.#tokens[this.#at] !== '\n') this.#at++;
  }
}
