/**
 * What routers of one platform do differently by release, hardware or setting, and no capability tells. The values of a personality
 * are what its tests expect; a router of a backbone may have others.
 */
export interface Habits {
  /** `primary`: a route that goes from one VRF to another of the same router keeps the protocol of the table it is at home in. */
  readonly leakedRoutes: 'bgp' | 'primary';
  /** Prefixes of attachments that are static routes and not connected ones. */
  readonly staticPrefixes: readonly string[];
  /** How a deactivated element is shown: `jcmd:active="false"` of a YANG-compliant session, or `inactive="inactive"`. */
  readonly deactivation: 'jcmd' | 'native';
  /** `named`: a configuration group is shown by its name alone, and is in force all the same. */
  readonly groups: 'whole' | 'named';
  /** Each of them answers for itself, inside of a wrapper; none: the router answers as one. */
  readonly routingEngines: readonly string[];
  /** A confirm timeout is kept in whole steps of this: what is below one step is undone at once. */
  readonly confirmTimerStepSeconds: number;
  /** `library`: the hello leaves the models out and announces the YANG library, which has them (RFC 7950 §5.6.4). */
  readonly models: 'hello' | 'library';
  /** An echo that is not answered takes so long, and what comes behind it on the session waits. */
  readonly silentEchoMs: number;
}

export const USUAL_HABITS: Habits = {
  leakedRoutes: 'bgp',
  staticPrefixes: [],
  deactivation: 'jcmd',
  groups: 'whole',
  routingEngines: [],
  confirmTimerStepSeconds: 1,
  models: 'hello',
  silentEchoMs: 0,
};

/** For the page about the simulator: every habit, where it was seen, and a value that is not the usual one. */
export const HABITS_EXPLAINED: {
  readonly [Name in keyof Habits]: { readonly platform: string; readonly what: string; readonly example: Habits[Name] };
} = {
  leakedRoutes: {
    platform: 'junos-yang',
    what: 'a route leaked between two VRFs of one router (auto-export) keeps the protocol and preference of its primary: Direct or Static, not BGP',
    example: 'primary',
  },
  staticPrefixes: {
    platform: 'all',
    what: 'these prefixes of attachments are static routes and not connected ones',
    example: ['10.120.10.0/24'],
  },
  deactivation: {
    platform: 'junos-yang',
    what: 'a deactivated element, which stays in the configuration and has no effect, is marked as a native session marks it',
    example: 'native',
  },
  groups: {
    platform: 'junos-yang',
    what: 'get-config shows a configuration group by its name alone; what is inherited from it is in force all the same',
    example: 'named',
  },
  routingEngines: {
    platform: 'junos-yang',
    what: 'answers come once for each routing engine, in `multi-routing-engine-results`, and a commit reports on each',
    example: ['node0', 'node1'],
  },
  confirmTimerStepSeconds: {
    platform: 'all',
    what: 'a confirm timeout counts in whole steps: with 60, a confirmed commit of 90 s goes back after 60, one of 45 at once',
    example: 60,
  },
  models: {
    platform: 'iosxr-um2',
    what: 'the hello lists no models, and announces the YANG library, which lists them',
    example: 'library',
  },
  silentEchoMs: {
    platform: 'all',
    what: 'each echo that is not answered takes so long, one after the other, and the session answers nothing meanwhile',
    example: 1_000,
  },
};
