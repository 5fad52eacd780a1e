import type { NetconfLimits } from '../limits.ts';
import { child, type XmlElement } from '../xml/element.ts';
import { parseXml } from '../xml/parse.ts';

/** One `<notification>`, RFC 5277 §4. */
export class NetconfNotification {
  readonly bytes: Buffer;
  private readonly limits: NetconfLimits;
  private parsed: XmlElement | null;

  /** @param tree the same, where it has been read */
  constructor(bytes: Buffer, limits: NetconfLimits, tree: XmlElement | null = null) {
    this.bytes = bytes;
    this.limits = limits;
    this.parsed = tree;
  }

  get xml(): string {
    return this.bytes.toString('utf8');
  }

  get root(): XmlElement {
    this.parsed ??= parseXml(this.xml, this.limits);
    return this.parsed;
  }

  /** When the server says it happened, as it wrote it (RFC 3339); '' where it left it out. */
  get eventTime(): string {
    return child(this.root, 'eventTime')?.text.trim() ?? '';
  }

  /** The event itself: the first child that is not eventTime. */
  get event(): XmlElement | undefined {
    return this.root.children.find((element) => element.name !== 'eventTime');
  }
}
