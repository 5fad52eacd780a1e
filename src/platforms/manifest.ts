/**
 * What a platform is, needs and does, as data: code asks these questions and never for a vendor's name. A manifest imports nothing, so every
 * layer may ask it.
 */
export interface PlatformManifest {
  readonly name: string;
  readonly vendor: string;
  /** The models it is spoken to in, for a list. */
  readonly speaks: string;
  /** The YANG modules and release that the templates were checked against. */
  readonly dialect: string;
  readonly defaultOperation: 'none' | 'merge';
  /** How the candidate is checked: an explicit `<validate>`, or `test-then-set` inside the edit for servers that lose edits on `<validate>`. */
  readonly validateBy: 'validate' | 'test-then-set';
  /** Silence kept after the hello exchange, for servers that lose an rpc arriving in one read with the hello. */
  readonly pauseAfterHelloMs: number;
  /** Requests to one server are spaced by this while a confirmed commit is pending, for servers whose timer starves otherwise. */
  readonly minimumRpcIntervalMsInConfirmWindow: number;
  /** Whether a dirty candidate makes the server refuse the lock (RFC 6241 §7.5); where false or unsure, candidate and running are compared. */
  readonly lockRefusesDirtyCandidate: boolean;
  /** wasl's policies take the place of the VRF's own route targets, and so restate them: where none is known, they would cut the VPN. */
  readonly restatesOwnTargets: boolean;
  /**
   * An operator's import policy can only take away from what the import route targets let in. Elsewhere it decides alone, and one that
   * matches route targets by pattern may let in a new one.
   */
  readonly importPolicyOnlyNarrows: boolean;
  /** Two VRFs of one router exchange routes only where auto-export is on in both. */
  readonly leaksByAutoExport: boolean;
  /** What may be in force on a router and stands in no reading, unless the router says that it counts for nothing; null: there is no such thing. */
  readonly besideRunning: string | null;
  /** What the router keeps of a confirm timer. */
  readonly confirmTimer: ConfirmTimer;
  /** Modules in the hello that tell the dialect, with the revision from which it is this one. */
  readonly dialectModules: readonly { readonly name: string; readonly revisionFrom: string }[];
  /** What the namespaces of its models begin with. */
  readonly namespaces: readonly string[];
  /** How a VRF may be called; the rule in words follows the name of the platform. */
  readonly vrfNames: { readonly pattern: RegExp; readonly words: string };
  /** Attributes, `name` or `{namespace}name`, by which an element stands in the configuration without effect. */
  readonly inactiveMarks: readonly { readonly attribute: string; readonly value: string }[];
  /** Whether a 4-octet AS number below 65536 can be written in 4-octet encoding. */
  readonly takesSmallFourOctetAsNumbers: boolean;
  readonly notes: readonly string[];
}

/** Whole units, and no less than the minimum: what is asked for is rounded up to that. */
export interface ConfirmTimer {
  readonly unitSeconds: number;
  readonly minimumSeconds: number;
}

/** How long a confirm timer runs that is asked for with so many seconds: never shorter, so that what is counted on here ends first. */
export function keptTimerSeconds({ unitSeconds, minimumSeconds }: ConfirmTimer, askedSeconds: number): number {
  return Math.ceil(Math.max(askedSeconds, minimumSeconds) / unitSeconds) * unitSeconds;
}
