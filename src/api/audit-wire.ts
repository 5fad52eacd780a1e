import { z } from 'zod';
import { AUDIT_FINDING_KINDS } from '../domain/audit.ts';
import { instantSchema, list, verdictSchema } from './wire.ts';

/** What the API answers of audits; for server, OpenAPI document and client alike. */

export const auditSchema = z
  .object({
    id: z.int(),
    at: instantSchema.describe('When reading began: nothing in it is older'),
    by: z.string().describe('A person, or wasl for its schedule'),
    digest: z.string().describe('Of the record, byte for byte; the ledger has it, too'),
    verdict: verdictSchema.describe('unknown: nothing is not as agreed, and something was not read or not understood'),
    examined: z.int().describe('Routes between VPNs: one for each giving VRF, prefix, taking VPN and route target'),
    uncovered: z.int().describe('Of those, under no approved agreement that has not ended'),
    leftBehind: z.int().optional().describe('Route targets of what is not on the network, in VRFs'),
    missing: z.int().describe('Agreed, and absent in a VRF'),
    doubts: z.int().describe('Read and not understood'),
    ofNobody: z.int().optional().describe('Of those, what VPNs take of VRFs that no inventory lists'),
    unread: z.int().describe('Routers that could not be read'),
    assumptions: list(z.string()).describe('See docs/proof.md'),
    findings: list(
      z.object({
        kind: z.enum(AUDIT_FINDING_KINDS),
        pe: z.string(),
        vrf: z.string().nullable(),
        routeTarget: z.string().nullable(),
        prefix: z.string().nullable(),
        sentence: z.string(),
        rules: list(z.string()).describe('What makes it so'),
        remedy: z.string(),
      }),
    ).describe('The first of each kind'),
    told: list(z.string()).optional().describe('What is as agreed, and should be known'),
  })
  .meta({ id: 'Audit' });
export type AuditAnswer = z.infer<typeof auditSchema>;
