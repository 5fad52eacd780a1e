import { platformNameSchema } from '../domain/names.ts';
import { PREPARED_FORMAT } from '../domain/signed-document.ts';

/** What each operation may be sent, by its name: bodies that the document shows. The test of the document holds them against its schemas. */
const DIGEST = 'sha256:7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730';
const REQUEST = {
  purpose: 'Referrals from the hospitals to the treasury’s payment service',
  flows: [
    { from: 'MOH', to: 'MOF', prefixes: ['10.100.10.0/24'] },
    { from: 'MOF', to: 'MOH', prefixes: ['10.200.20.0/24'] },
  ],
  validUntil: '2027-12-31T23:59:59+04:00',
  policyVersion: '2026-1',
};
const INVENTORY = {
  version: 1,
  backbone: {
    name: 'National backbone',
    asNumber: 65000,
    routeTargetPool: { administrator: '65000', from: 50000, to: 50999, quarantineDays: 30 },
  },
  entities: [
    { id: 'MOH', name: 'Ministry of Health' },
    { id: 'MOF', name: 'Ministry of Finance' },
  ],
  vpns: [
    { id: 'MOH', entity: 'MOH', prefixes: ['10.100.0.0/16'] },
    { id: 'MOF', entity: 'MOF', prefixes: ['10.200.0.0/16'] },
  ],
  routers: [
    {
      name: 'mct-pe-01',
      platform: platformNameSchema.options[0],
      management: {
        host: '192.0.2.1',
        credential: 'pe',
        hostKeys: ['SHA256:QuWDV4uw0ui2XhIlbR9x1xuHsUecJ4/AnvbWgPsDJ7g'],
      },
      vrfs: [],
    },
  ],
};

/** As `POST /v1/signing-documents` gives it. */
const DOCUMENT = {
  ...{ format: 'wasl-signing-document/1', kind: 'request', installation: 'backbone-1' },
  signers: [
    { party: 'MOH', role: 'signatory' },
    { party: 'MOH', role: 'seal' },
  ],
  subject: { id: 'IC-0001', digest: DIGEST },
  policy: { version: '2026-1', renditions: { ar: DIGEST, en: DIGEST } },
  ...{ preparedAt: '2026-11-29T08:00:00.000Z', nonce: 'q5Wn0xHk2uZ8dJtL4bCvRg' },
};
const SIGNED = {
  payload: 'eyJmb3JtYXQiOiIuLi4ifQ',
  signatures: [{ protected: 'eyJhbGciOiJFUzI1NiJ9', signature: 'c2lnbmF0dXJl' }],
} as const;

/** Of Temporal's UI and CLI: `{"a":1}` in the clear. */
const PAYLOADS = { payloads: [{ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'eyJhIjoxfQ==' }] };

export const BODY_EXAMPLES: Readonly<Record<string, unknown>> = {
  decodePayloads: PAYLOADS,
  encodePayloads: PAYLOADS,
  submitRequest: REQUEST,
  checkRequest: REQUEST,
  decideRequest: { decision: 'approve', digest: DIGEST, signed: SIGNED },
  composeSigningDocument: { kind: 'request', id: 'IC-0001' },
  prepareSignature: {
    document: DOCUMENT,
    signer: { party: 'MOH', role: 'signatory' },
    designation: 'Director of networks',
    certificates: '-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n',
  },
  attachSignature: {
    prepared: {
      format: PREPARED_FORMAT,
      payload: SIGNED.payload,
      protected: SIGNED.signatures[0].protected,
      certificates: ['MIIB'],
    },
    signature: 'MEUCIQ==',
  },
  decidePlan: { decision: 'reject', digest: DIGEST, reason: 'The window is in the month-end closing' },
  withdraw: { reason: 'The service has moved' },
  decideErasure: { digest: DIGEST, decision: 'authorise' },
  placeLegalHold: { record: 'IC-0001', reference: 'case 12/2026' },
  giveUpKey: { key: 'k2026-11-01-0a1b2c3d' },
  exportSubject: { subject: 'moh-signatory-1', purpose: 'subject-request' },
  discloseSignatures: { purpose: 'audit' },
  publishPolicy: { digest: DIGEST },
  attachHandSigned: { digest: DIGEST, entity: 'MOH', content: 'JVBERi0xLjcK' },
  confirmHandSigned: { form: DIGEST },
  acceptPolicy: { digest: DIGEST, signed: SIGNED },
  proposePolicy: {
    version: '2026-2',
    inForceFrom: '2026-07-01T00:00:00+04:00',
    graceDays: 60,
    renditions: [
      { language: 'ar', mediaType: 'text/markdown', content: 'IyDYp9mE2LPZitin2LPYqQo=' },
      { language: 'en', mediaType: 'text/markdown', content: 'IyBUaGUgcG9saWN5Cg==' },
    ],
  },
  recordProfile: {
    contacts: [{ purpose: 'liaison', name: 'Network desk', designation: 'Duty engineer', telephone: '+968 2400 0100' }],
    obligations: [
      {
        en: 'Incidents are told to the other party within one hour.',
        ar: 'يبلغ الطرف الآخر بالحوادث خلال ساعة واحدة.',
      },
    ],
  },
  importInventory: INVENTORY,
  compareInventory: INVENTORY,
  retireInstallation: { installation: '3f6c1d2a-8a51-4c0e-9a1f-0d9f6f5d2b11' },
  keepCosignature: {
    size: 128,
    witness: 'moh.example/witness+5ab9f2c1+BPq1hd2u0QKFQF3UyG2XpY3uzd4gJ6Ge0m2e1uJ4X1d2',
    line: '\u2014 moh.example/witness WrnywQAAAABpFZKAq2Vh',
  },
  registerWebhook: { url: 'https://portal.moh.example/wasl', scheme: 'v1a' },
  allowWebhook: { networks: ['10.100.0.0/16'] },
  confirmInventoryProposal: { interconnects: ['IC-0001'] },
};

/** Of what stands in an address, by the place where it stands; then by its name alone. */
const ADDRESS_EXAMPLES: Readonly<Record<string, unknown>> = {
  'interconnects/id': 'IC-0001',
  'changes/id': 'IC-0001-C1',
  'plans/id': 'IC-0001-C1-P1',
  'entities/id': 'MOH',
  'proposals/id': 1,
  'legal-holds/id': 1,
  'webhooks/id': 'wh_2c26b46b68ffc68ff99b453c1d304134',
  delivery: 'msg_fcde2b2edba56bf408601fb721fe9b5c',
  digest: DIGEST,
  language: 'en',
  pe: 'mct-pe-01',
  entity: 'MOH',
  version: '2026-1',
  from: 'MOH',
  to: 'MOF',
};

/** `path` as the document has it, the parameter's name; undefined: none is needed. */
export function exampleInAddress(path: string, name: string): unknown {
  const collection = new RegExp(`([\\w-]+)/\\{${name}\\}`).exec(path)?.[1];
  // Sizes of the ledger are told by its checkpoints.
  if (path.includes('/ledger/')) return undefined;
  return ADDRESS_EXAMPLES[`${collection}/${name}`] ?? ADDRESS_EXAMPLES[name];
}
