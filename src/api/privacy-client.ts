import { z } from 'zod';
import {
  type DisclosedAnswer,
  disclosedSchema,
  type HoldAnswer,
  holdSchema,
  type LostKeyAnswer,
  lostKeysSchema,
  type NewHold,
  type ProposalAnswer,
  type proposalDecisionBody,
  proposalSchema,
  type RetentionAnswer,
  type RotationAnswer,
  retentionSchema,
  rotationSchema,
  type SignatureRecordAnswer,
  type SubjectExportAnswer,
  signatureRecordSchema,
  subjectExportSchema,
} from './privacy-wire.ts';

/** Of the API client: what is kept of persons, and how it ends. */
export interface PrivacyClient {
  readRetention(): Promise<RetentionAnswer>;
  listProposals(): Promise<ProposalAnswer[]>;
  propose(): Promise<ProposalAnswer>;
  decide(id: number, decision: z.input<typeof proposalDecisionBody>): Promise<ProposalAnswer>;
  erase(id: number): Promise<ProposalAnswer>;
  listHolds(): Promise<HoldAnswer[]>;
  placeHold(hold: NewHold): Promise<HoldAnswer>;
  liftHold(id: number): Promise<HoldAnswer>;
  rotate(): Promise<RotationAnswer>;
  listLostKeys(): Promise<LostKeyAnswer[]>;
  giveUpKey(key: string): Promise<LostKeyAnswer[]>;
  exportSubject(subject: string, purpose: string): Promise<SubjectExportAnswer>;
  listSignatures(id: string): Promise<SignatureRecordAnswer[]>;
  discloseSignatures(id: string, purpose: string): Promise<DisclosedAnswer[]>;
}

type Call = <T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown) => Promise<T>;

export function privacyClient(call: Call): PrivacyClient {
  const proposals = '/v1/retention/proposals';
  const signatures = (id: string) => `/v1/interconnects/${encodeURIComponent(id)}/signatures`;
  return {
    readRetention: () => call('GET', '/v1/retention', retentionSchema),
    listProposals: () => call('GET', proposals, z.array(proposalSchema)),
    propose: () => call('POST', proposals, proposalSchema),
    decide: (id, decision) => call('POST', `${proposals}/${id}/decision`, proposalSchema, decision),
    erase: (id) => call('POST', `${proposals}/${id}/erasure`, proposalSchema),
    listHolds: () => call('GET', '/v1/legal-holds', z.array(holdSchema)),
    placeHold: (hold) => call('POST', '/v1/legal-holds', holdSchema, hold),
    liftHold: (id) => call('POST', `/v1/legal-holds/${id}/lifting`, holdSchema),
    rotate: () => call('POST', '/v1/privacy/rotations', rotationSchema),
    listLostKeys: () => call('GET', '/v1/privacy/lost-keys', lostKeysSchema),
    giveUpKey: (key) => call('POST', '/v1/privacy/lost-keys', lostKeysSchema, { key }),
    exportSubject: (subject, purpose) => call('POST', '/v1/privacy/exports', subjectExportSchema, { subject, purpose }),
    listSignatures: (id) => call('GET', signatures(id), z.array(signatureRecordSchema)),
    discloseSignatures: (id, purpose) =>
      call('POST', `${signatures(id)}/disclosures`, z.array(disclosedSchema), { purpose }),
  };
}
