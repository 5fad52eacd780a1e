import { isAscii } from 'node:buffer';

const RPC_ERROR = 'rpc-error';

/** What reading a large reply has to know of all its bytes, gathered while they arrive. */
export interface ByteFacts {
  /** Then the bytes are UTF-8, and text is made of them by copying. */
  readonly isAscii: boolean;
  /** Without these bytes there is no rpc-error. */
  readonly mentionsRpcError: boolean;
}

export class ByteInspector implements ByteFacts {
  isAscii = true;
  mentionsRpcError = false;
  /** How far it has looked. */
  seenBytes = 0;

  /** Looks at what is new in the bytes of a message. */
  look(bytes: Buffer): void {
    this.isAscii &&= isAscii(bytes.subarray(this.seenBytes));
    // The name may stand across the border.
    this.mentionsRpcError ||= bytes.includes(RPC_ERROR, Math.max(0, this.seenBytes - RPC_ERROR.length + 1), 'latin1');
    this.seenBytes = bytes.length;
  }
}

export function inspect(bytes: Buffer): ByteFacts {
  const inspector = new ByteInspector();
  inspector.look(bytes);
  return inspector;
}
