import { isAscii, isUtf8 } from 'node:buffer';
import type { XmlElement } from '../xml/element.ts';
import { TreeBuilder } from '../xml/parse.ts';
import { type XmlLimits, XmlReader } from '../xml/reader.ts';
import type { XmlTag } from '../xml/tag.ts';
import type { MessageHead } from './envelope.ts';

/** Up to this size a message is read whole when it arrives, its head and its tree at once. */
export const READ_WHOLE_BYTES_MAX = 64 * 1024;

export interface WholeMessage extends MessageHead {
  readonly tree: XmlElement;
}

/**
 * A small message, read once. Null for a large one and for one that is not well-formed: then its head tells what it concerns,
 * and reading on tells what is wrong.
 */
export function readWholeMessage(bytes: Buffer, limits: XmlLimits): WholeMessage | null {
  if (bytes.length > READ_WHOLE_BYTES_MAX) return null;
  const encoding = isAscii(bytes) ? 'latin1' : 'utf8';
  if (encoding === 'utf8' && !isUtf8(bytes)) return null;
  const builder = new HeadAndTree();
  const reader = new XmlReader(builder, limits);
  try {
    reader.write(bytes.toString(encoding));
    reader.close();
  } catch {
    return null;
  }
  const { root, first } = builder;
  const [tree] = builder.roots;
  return root === null || tree === undefined ? null : { root, first, tree };
}

class HeadAndTree extends TreeBuilder {
  root: XmlTag | null = null;
  first: XmlTag | null = null;

  override open(tag: XmlTag): void {
    if (this.root === null) this.root = tag;
    else this.first ??= tag;
    super.open(tag);
  }
}
