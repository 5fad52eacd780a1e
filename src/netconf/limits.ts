/** Every bound of a session, with its reason. At a bound the caller gets a `LIMIT_EXCEEDED` error, never a truncated value. */

export interface NetconfLimits {
  /** One server hello. Routers that list every YANG module send 100–300 kB. */
  readonly helloBytesMax: number;
  /** Entries in a server hello. The largest seen are a few thousand YANG modules. */
  readonly capabilitiesMax: number;
  /** One reply or notification held in memory. A national PE's whole configuration is below 64 MiB; larger ones are streamed. */
  readonly replyBytesMax: number;
  /**
   * One reply made into a tree, which goes at one go: up to twelve seconds of a processor for 128 MiB, in which nothing else of the process
   * gets a turn. 10,000 VRFs of IOS XR are 16 MB.
   */
  readonly treeBytesMax: number;
  /** One reply read as a stream. No configuration comes near; it ends a server that sends for ever. */
  readonly streamedBytesMax: number;
  /** One request. Nothing wasl pushes comes near; it stops a runaway template. */
  readonly requestBytesMax: number;
  /** Nesting of elements. The deepest YANG models stay below 40. */
  readonly xmlDepthMax: number;
  /** Attributes and namespace declarations on one element. */
  readonly xmlAttributesMax: number;
  /** Elements in one tree. A tree costs about 300 bytes an element, so this bounds it to about 1.2 GB. */
  readonly xmlElementsMax: number;
  /** rpcs on the wire and not answered. A server that never answers must not collect our memory. */
  readonly rpcsInFlightMax: number;
  /** Notifications waiting for their reader before the channel is paused, and four times that before the subscription fails. */
  readonly notificationsQueuedMax: number;
  /** Bytes of those. */
  readonly notificationBytesQueuedMax: number;
}

const MEBIBYTE = 1024 * 1024;

export const DEFAULT_LIMITS: NetconfLimits = {
  helloBytesMax: 2 * MEBIBYTE,
  capabilitiesMax: 20_000,
  replyBytesMax: 128 * MEBIBYTE,
  treeBytesMax: 64 * MEBIBYTE,
  streamedBytesMax: 16 * 1024 * MEBIBYTE,
  requestBytesMax: 64 * MEBIBYTE,
  xmlDepthMax: 256,
  xmlAttributesMax: 256,
  xmlElementsMax: 4_000_000,
  rpcsInFlightMax: 1_024,
  notificationsQueuedMax: 10_000,
  notificationBytesQueuedMax: 16 * MEBIBYTE,
};

/** Default times. Every one can be set per connection, `rpcTimeoutMs` also per call. */
export const DEFAULT_TIMEOUTS = {
  /** TCP, key exchange and authentication together; slow control planes take 10 s. */
  connectTimeoutMs: 20_000,
  /** From opening the subsystem to the server's whole hello. */
  helloTimeoutMs: 20_000,
  /** One rpc. Commits of large candidates take minutes: give those their own `timeoutMs`. */
  rpcTimeoutMs: 60_000,
  /** How long `close()` waits for the answer to close-session before it cuts the channel. */
  closeTimeoutMs: 5_000,
} as const;
