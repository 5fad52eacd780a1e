import type { XmlElement } from '../xml/element.ts';
import { TreeBuilder } from '../xml/parse.ts';
import type { XmlEvents } from '../xml/reader.ts';
import type { XmlTag } from '../xml/tag.ts';

/** `<rpc-reply>` and `<data>`. */
const ENVELOPE_DEPTH = 2;

/** Builds a tree of each element at the path below data, and of nothing else. */
export class PathCollector implements XmlEvents {
  private readonly path: readonly string[];
  private complete: XmlElement[] = [];
  private depth = 0;
  /** How many of the first levels agree with the path. */
  private matched = 0;
  private builder: TreeBuilder | null = null;

  constructor(path: readonly string[]) {
    this.path = ['data', ...path];
  }

  open(tag: XmlTag): void {
    this.depth += 1;
    if (this.builder === null && this.depth >= ENVELOPE_DEPTH && this.matched === this.depth - ENVELOPE_DEPTH) {
      if (tag.local === this.path[this.matched]) {
        this.matched += 1;
        if (this.matched === this.path.length) this.builder = new TreeBuilder();
      }
    }
    this.builder?.open(tag);
  }

  text(text: string): void {
    this.builder?.text(text);
  }

  close(tag: XmlTag): void {
    this.builder?.close(tag);
    if (this.matched === this.depth - ENVELOPE_DEPTH + 1) {
      if (this.builder !== null) {
        this.complete.push(...this.builder.roots);
        this.builder = null;
      }
      this.matched -= 1;
    }
    this.depth -= 1;
  }

  take(): XmlElement[] {
    const { complete } = this;
    this.complete = [];
    return complete;
  }
}
