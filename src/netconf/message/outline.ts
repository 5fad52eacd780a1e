import type { XmlElement } from '../xml/element.ts';
import { TreeBuilder } from '../xml/parse.ts';
import type { XmlEvents } from '../xml/reader.ts';
import type { XmlTag } from '../xml/tag.ts';
import { isBlank, malformed } from '../xml/text.ts';
import { ANSWERS_OF_ENGINES, isContentOfEngine, roleOfReplyChild } from './rpc-error.ts';

/** Below the reply, its wrapper and the routing engine's item in that. */
const DEPTH_OF_ENGINES_ANSWER = 4;

/** Builds what tells success from failure: the reply with its errors and wrappers whole, and of its content the tags alone. */
export class OutlineBuilder implements XmlEvents {
  private readonly tree = new TreeBuilder();
  private depth = 0;
  /** The depth of the content that is left out; 0 outside of any. */
  private hollowAt = 0;
  private insideEngines = false;
  private marked = false;

  /** Complete when the document is. */
  get outline(): XmlElement {
    const [root] = this.tree.roots;
    if (root === undefined) throw malformed('no root element');
    return root;
  }

  open(tag: XmlTag): void {
    this.depth += 1;
    if (this.hollowAt > 0) {
      this.mark();
      return;
    }
    if (this.depth === 2) this.insideEngines = tag.local === ANSWERS_OF_ENGINES;
    const isContent =
      this.depth === 2
        ? roleOfReplyChild(tag.local, tag.uri) === 'content'
        : this.insideEngines && this.depth <= DEPTH_OF_ENGINES_ANSWER && isContentOfEngine(tag.local, tag.uri);
    if (isContent) {
      this.hollowAt = this.depth;
      this.marked = false;
    }
    this.tree.open(tag);
  }

  text(text: string): void {
    if (this.hollowAt === 0) this.tree.text(text);
    else if (this.hollowAt === this.depth && !isBlank(text)) this.mark();
  }

  close(tag: XmlTag): void {
    if (this.hollowAt === 0 || this.hollowAt === this.depth) {
      this.tree.close(tag);
      this.hollowAt = 0;
    }
    this.depth -= 1;
  }

  /** What is left out must not look empty: `<ok>not really</ok>`. */
  private mark(): void {
    if (!this.marked) this.tree.text('…');
    this.marked = true;
  }
}
