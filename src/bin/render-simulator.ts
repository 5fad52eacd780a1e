/** docs/simulator.md: the simulated backbone, and one example of every fault that it can be given. */
import { SIMULATED_PLATFORMS } from '../sim/backbone.ts';
import { FAULT_FIELDS } from '../sim/control/parse-fault.ts';
import type { FaultKind, FaultOf } from '../sim/faults.ts';
import { HABITS_EXPLAINED, type Habits, USUAL_HABITS } from '../sim/habits.ts';
import { code, table } from './markdown.ts';

interface Explained<Kind extends FaultKind> {
  readonly what: string;
  /** What wasl makes of it. */
  readonly outcome: string;
  readonly example: FaultOf<Kind>;
  /** How often it strikes; omitted: until it is cleared. */
  readonly times?: number;
}

type AnyExplained = { readonly [Kind in FaultKind]: Explained<Kind> }[FaultKind];

/** Every kind: the type asks for it. */
export const FAULTS_EXPLAINED: { readonly [Kind in FaultKind]: Explained<Kind> } = {
  'refuse-connections': {
    what: 'the router accepts no connection, nor another session on one that was kept',
    outcome: 'a change waits and tries again; a withdrawal goes on without it and names it as left',
    example: { kind: 'refuse-connections' },
  },
  'refuse-authentication': {
    what: 'no login is right',
    outcome: '`ROUTER_AUTH_FAILED`; tried again, for it says nothing of the change',
    example: { kind: 'refuse-authentication' },
  },
  'change-host-key': {
    what: 'another host key than the one that the inventory pins',
    outcome: '`ROUTER_HOST_KEY`; no login is sent',
    example: { kind: 'change-host-key' },
  },
  'hold-lock': {
    what: 'another session holds the lock of a datastore, for some seconds or until cleared',
    outcome: 'waited for; the holder is named',
    example: { kind: 'hold-lock', datastore: 'candidate', sessionId: 4711, seconds: 30 },
  },
  'dirty-candidate': {
    what: "somebody's uncommitted work lies in the candidate",
    outcome: '`ROUTER_CANDIDATE_DIRTY`; nothing is discarded, and it is tried again',
    example: { kind: 'dirty-candidate' },
  },
  'rpc-error': {
    what: 'an operation is refused',
    outcome: 'the preparation ends with the words of the router, and nothing is changed anywhere',
    example: { kind: 'rpc-error', operation: 'validate', tag: 'operation-failed', message: 'no memory' },
    times: 1,
  },
  'drop-connection': {
    what: 'the connection breaks before the operation is done, or after it and before the reply',
    outcome: 'the outcome is unknown: recovery looks at the router before anything is decided',
    example: { kind: 'drop-connection', operation: 'confirmed-commit', when: 'after' },
    times: 1,
  },
  'no-reply': {
    what: 'the operation is never answered, nor is anything after it in that session; with `done` it takes effect',
    outcome: 'once the time for the reply is over, recovery looks at the router before anything is decided',
    example: { kind: 'no-reply', operation: 'confirming-commit', done: true },
    times: 1,
  },
  slow: {
    what: 'every rpc takes this much longer',
    outcome: 'the change takes longer; what does not fit into the confirm window goes back',
    example: { kind: 'slow', ms: 400 },
  },
  reboot: {
    what: 'the router restarts at an operation and is down for a while; what was not confirmed is gone',
    outcome: 'recovery waits for it, reads it, and ends the change on all routers or on none',
    example: { kind: 'reboot', operation: 'confirmed-commit', when: 'after', downMs: 2000 },
    times: 1,
  },
  'drop-edits': {
    what: 'an edit-config answers ok and changes nothing',
    outcome: 'the read-back sees it, and everything goes back',
    example: { kind: 'drop-edits' },
  },
  blackhole: {
    what: 'an address, or every address of a prefix, does not answer; in one VRF or in all',
    outcome: 'verification fails inside the confirm window, and everything goes back',
    example: { kind: 'blackhole', target: '10.150.10.0/24', vrf: 'MOE' },
  },
};

const ACTIONS: readonly (readonly string[])[] = [
  ['`GET /routers`', 'all routers: port, locks, pending commit, sessions, number of faults'],
  ['`GET /inventory`', 'the inventory with real ports and host keys'],
  ['`GET /routers/{name}/running`, `…/candidate`', 'what the datastore holds, as canonical text'],
  ['`GET /routers/{name}/sessions`, `…/faults`', 'what is open, what is set'],
  [
    '`POST /routers/{name}/faults`',
    '`{"fault": …, "times": 1}`; without `times` it stays until cleared; answers its `id`',
  ],
  ['`DELETE /routers/{name}/faults`, `…/faults/{id}`', 'clears all, or one'],
  ['`POST /routers/{name}/reboot`', '`{"downMs": 2000}`: now'],
  [
    '`POST /routers/{name}/edit`',
    '`{"config": "<vrfs …>…</vrfs>"}`: a person at the console edits running and commits; `"defaultOperation": "none"` only touches what is there',
  ],
];

export function renderSimulator(): string {
  return [
    '# The simulated backbone',
    '',
    'Made of `src/sim/faults.ts`, `src/sim/habits.ts` and the examples in `src/bin/render-simulator.ts`; `npm run docs` writes it. A test gives every example',
    'to a running router.',
    '',
    `The routers of an inventory as NETCONF servers over SSH, on loopback. They speak the dialects of ${SIMULATED_PLATFORMS.map((name) => `\`${name}\``).join(' and ')},`,
    'exchange routes by their route targets, and answer pings. The demonstration, the tests and the chaos campaign stand on them.',
    'They are doubles: what they were never seen to do on a real router proves nothing (the README says what was tested where).',
    '',
    '```',
    'npx wasl sim docs/samples/demo-backbone.yaml --write-inventory live.yaml \\',
    '  --write-credentials credentials.yaml --write-control control.json &',
    'URL=$(jq -r .url control.json)  AUTH="authorization: Bearer $(jq -r .token control.json)"',
    '```',
    '',
    'The first command runs until it is stopped; the second line is for when it said "Simulated backbone". `live.yaml` is for `wasl inventory import`,',
    '`credentials.yaml` for `WASL_CREDENTIALS`, and `control.json` steers the routers.',
    '',
    '## What the control server takes',
    '',
    table(['call', 'what'], ACTIONS),
    '',
    '## Faults',
    '',
    'An `operation` is the name of an rpc, or `confirmed-commit` (a commit with `<confirmed/>`), `confirming-commit` (one without, while',
    'one is pending), `plain-commit` (one without, while none is), `edit-running` (an edit of running that takes effect), or `any`.',
    '',
    ...Object.entries(FAULTS_EXPLAINED).flatMap(([kind, explained]) => renderFault(kind as FaultKind, explained)),
    '## Habits',
    '',
    'What routers of one platform do differently by release, hardware or setting, and no capability tells. `startBackbone` in',
    "`src/sim/backbone.ts` takes them for each router: `habits: [{ router: 'pe3', habits: { silentEchoMs: 1000 } }]`.",
    'Without a word a router has the usual ones.',
    '',
    table(
      ['habit', 'of', 'what', 'for example', 'usual'],
      Object.entries(HABITS_EXPLAINED).map(([name, { platform, what, example }]) => [
        code(name),
        platform === 'all' ? 'all' : code(platform),
        what,
        code(JSON.stringify(example)),
        code(JSON.stringify(USUAL_HABITS[name as keyof Habits])),
      ]),
    ),
    '',
    '## As the RFCs have it',
    '',
    'The doubles are as strict as RFC 6241, 6242 and 5277 let a server be: one operation in an rpc, no element or attribute that an operation',
    'does not take, an edit is validated before it is set (`test-option`), a hello with a session-id ends the session, `malformed-message` is',
    'said to peers of base 1.1 alone, subscriptions to what is not there are refused. `test/sim/rfc-rules.test.ts` has each rule.',
    '',
    '## More, from code only',
    '',
    '`startBackbone` in `src/sim/backbone.ts` also takes export policies that an operator left on a VRF, and per router the NETCONF',
    'capabilities of its server (`src/sim/abilities.ts`): so a router without confirmed commit, or one with a startup of its own, is tried.',
    '',
  ].join('\n');
}

function renderFault(kind: FaultKind, { what, outcome, example, times }: AnyExplained): string[] {
  const fields = Object.entries(FAULT_FIELDS[kind]).map(
    ([name, type]) => `${code(name.replace('?', ''))} (${type}${name.endsWith('?') ? ', may be absent' : ''})`,
  );
  const body = JSON.stringify({ fault: example, ...(times === undefined ? {} : { times }) });
  return [
    `### ${kind}`,
    '',
    `${capital(what)}. Then: ${outcome}.`,
    '',
    ...(fields.length === 0 ? [] : [`Fields: ${fields.join(', ')}.`, '']),
    '```',
    `curl -sS -H "$AUTH" $URL/routers/mct-pe-01/faults -d '${body}'`,
    '```',
    '',
  ];
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
