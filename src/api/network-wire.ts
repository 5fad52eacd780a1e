import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../errors.ts';
import { instantSchema, list, reachabilitySchema, verdictSchema } from './wire.ts';

/** What the API answers of live routers; beside `wire.ts`, for server, OpenAPI document and client alike. */

const standingSchema = z
  .enum(['on-network', 'changing', 'planned', 'suspended'])
  .describe('changing: a change is under way; planned: not on the network yet; suspended: agreed, and not to be there');
const agreedSchema = z.object({ id: z.string(), state: z.string(), standing: standingSchema });
export const matrixSchema = z
  .object({
    readAt: instantSchema.describe('When reading began: nothing in it is older'),
    vpns: list(z.object({ id: z.string(), entity: z.string(), canary: z.boolean() })),
    reachabilities: list(
      reachabilitySchema.extend({
        interconnects: list(z.string()).describe('Over this prefix and direction, by this route target, in any state'),
        covered: z.boolean().describe('false: NO AGREEMENT lets this be on the network'),
      }),
    ),
    cells: list(
      z.object({
        from: z.string(),
        to: z.string(),
        prefixes: list(z.string()).describe('What `to` reaches of `from`'),
        uncovered: list(z.string()).describe('Of those, what no agreement lets be on the network'),
        missing: list(z.string()).describe('Agreed and to be on the network, and absent at one PE at least'),
        interconnects: list(agreedSchema),
        covered: z.boolean().describe('false: some of it is under NO AGREEMENT'),
        unread: z
          .boolean()
          .describe('Something of one of the two VPNs was not read, or not understood: there may be more'),
      }),
    ).describe('Pairs of VPNs of which there is something to say'),
    doubts: list(
      z.object({ pe: z.string(), vrf: z.string().nullable(), fact: z.string(), edited: z.boolean() }),
    ).describe('Read and not understood, hand edits of what wasl wrote among it: what it lets through is not known'),
    unreadVpns: list(z.string()).describe('VPNs of which something was not read, or not understood'),
    missing: list(reachabilitySchema.extend({ interconnect: z.string() })),
    strangers: list(
      z.object({
        pe: z.string(),
        vrf: z.string(),
        direction: z.enum(['reaches', 'is reached by']),
        other: z.string(),
        prefix: z.string(),
        via: z.string(),
      }),
    ).describe('VRFs that the inventory does not know and that exchange routes with a VPN: never agreed'),
    interconnects: list(agreedSchema).describe('All that have not ended'),
    unread: list(z.object({ pe: z.string(), code: z.string(), reason: z.string() })).describe(
      'Routers that could not be read: what they carry is unknown',
    ),
  })
  .meta({ id: 'Matrix' });
export type MatrixAnswer = z.infer<typeof matrixSchema>;

export const explanationSchema = z
  .object({
    readAt: instantSchema.describe('When reading began: nothing in it is older'),
    answers: list(
      z.object({
        from: z.string().describe('The VPN where packets begin'),
        to: z.string().describe('A VPN, or a network'),
        places: list(
          z.object({
            pe: z.string(),
            vrf: z.string(),
            prefix: z.string(),
            verdict: z.enum(['own', 'reached', 'in part', 'not reached', 'unknown']),
            by: z
              .object({ prefix: z.string(), of: z.string(), fromPe: z.string(), via: z.string() })
              .nullable()
              .describe('The route that is taken, of whom, and the route target that carries it'),
            interconnects: list(z.string()).describe('That let it be there; none although it is reached: NO AGREEMENT'),
            because: list(z.string()).describe('Rule by rule'),
          }),
        ),
        unlisted: z.int().describe('Places that are not listed, because there are too many'),
      }),
    ),
    unread: list(z.object({ pe: z.string(), code: z.string(), reason: z.string() })),
  })
  .meta({ id: 'Explanation' });
export type ExplanationAnswer = z.infer<typeof explanationSchema>;

export const routerSummarySchema = z.object({
  name: z.string(),
  platform: z.string(),
  host: z.string(),
  port: z.int(),
  maintenance: z
    .object({ reason: z.string().nullable() })
    .nullable()
    .describe('Nothing is opened on it meanwhile; null: in service'),
  vrfs: list(z.object({ name: z.string(), vpn: z.string(), routeDistinguisher: z.string() })),
});
export type RouterSummary = z.infer<typeof routerSummarySchema>;
export const routerCheckSchema = z
  .object({
    pe: z.string(),
    checkedAt: instantSchema,
    answers: z.boolean().describe('A session alone is no answer'),
    verdict: verdictSchema.describe('fail: a finding is a fault; unknown: the router did not answer'),
    answerMs: z.number().nullable().describe('How long it took to give its running configuration'),
    procedure: z.string().nullable(),
    login: list(z.string()).nullable().default(null).describe('SSH methods by which it let wasl in (RFC 4252)'),
    capabilities: list(z.string()),
    notes: list(z.string()),
    candidate: z.enum(['clean', 'dirty', 'none', 'unknown']),
    lock: z
      .object({
        datastore: z.enum(['candidate', 'running']),
        state: z.enum(['free', 'held', 'unknown']),
        holder: z.string().nullable(),
        how: z.enum(['asked', 'tried', 'not tried']).describe('tried: locked and unlocked at once, as a change would'),
      })
      .nullable(),
    sessions: z.int().nullable().describe('NETCONF sessions open on it; null: it does not say'),
    clockSkewMs: z.number().nullable().describe("Its clock minus wasl's; null: it does not say"),
    vrfs: z.object({ listed: z.int(), asListed: z.int() }),
    findings: list(
      z.object({
        severity: z.enum(['fault', 'remark']).describe('A remark keeps no change from the router'),
        code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
        place: z.string(),
        fact: z.string(),
        remedy: z.string(),
      }),
    ),
  })
  .meta({ id: 'RouterCheck' });
export type RouterCheck = z.infer<typeof routerCheckSchema>;
export const routerRunningSchema = z.object({
  pe: z.string(),
  readAt: instantSchema,
  digest: z.string().describe('Of the text'),
  text: z.string(),
});
export type RouterRunning = z.infer<typeof routerRunningSchema>;
