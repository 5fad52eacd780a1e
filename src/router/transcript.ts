/** What was said over the sessions with a PE, for the record: masked by the structure of the messages, and bounded. */
import { type Capture, createCapture, maskSecrets } from '../netconf/index.ts';

/** Requests and short answers are far below; of a whole configuration the size is enough, for what was read of it is kept beside it. */
const MESSAGE_BYTES_MAX = 256 * 1024;
/** Of one PE, and of all PEs of an attempt: a worker holds them until it ends. */
const TRANSCRIPT_BYTES_MAX = 4 * 1024 * 1024;
const ATTEMPT_BYTES_MAX = 64 * 1024 * 1024;

export interface Transcript {
  readonly capture: Capture;
  /** JSON Lines, one for each message: when, which way, and the message with what is secret masked. null: nothing was said. */
  text(): string | null;
}

/** Transcripts of one attempt, which share a bound. */
export class Transcripts {
  readonly #now: () => Date;
  #bytes = 0;

  constructor(now: () => Date) {
    this.#now = now;
  }

  open(): Transcript {
    const lines: string[] = [];
    let bytes = 0;
    const { entries, record } = createCapture({ messageBytesMax: MESSAGE_BYTES_MAX });
    const capture: Capture = (message) => {
      const size = Buffer.byteLength(message.text);
      const isTooMuch = bytes + size > TRANSCRIPT_BYTES_MAX || this.#bytes + size > ATTEMPT_BYTES_MAX;
      if (isTooMuch) entries.push({ direction: message.direction, text: `<!-- ${size} bytes, not recorded -->` });
      else record(message);
      const [entry] = entries.splice(0);
      const line = JSON.stringify({ at: this.#now().toISOString(), ...entry });
      bytes += line.length;
      this.#bytes += line.length;
      lines.push(line);
    };
    return { capture, text: () => (lines.length === 0 ? null : lines.map((line) => `${line}\n`).join('')) };
  }
}

/** A configuration as it may be kept and shown to an auditor. */
export const maskedConfiguration = (text: string): string => maskSecrets(text);
