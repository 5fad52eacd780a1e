import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/domain/canonical-json.ts';
import {
  composeSigningDocument,
  readSigningDocument,
  SIGNING_KIND_RULES,
  SIGNING_KINDS,
  type SigningDocument,
  signingBytes,
} from '../../src/domain/signing-document.ts';
import { signingText } from '../../src/domain/signing-text.ts';

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const REQUEST = {
  kind: 'request',
  installation: 'backbone-1',
  signers: [
    { party: 'MOH', role: 'signatory' },
    { party: 'MOH', role: 'seal' },
  ],
  subject: { id: 'IC-0001', digest: digest('a') },
  policy: { version: '2026-1', renditions: { ar: digest('b'), en: digest('c') } },
  preparedAt: '2026-11-29T08:00:00Z',
  nonce: 'AAECAwQFBgcICQoLDA0ODw',
} as const;

const compose = (facts: object): SigningDocument =>
  composeSigningDocument({ ...REQUEST, signers: [...REQUEST.signers], ...facts });

describe('a signing document', () => {
  it('comes back of its own bytes, which are RFC 8785', () => {
    const document = compose({});
    const bytes = signingBytes(document);
    expect(readSigningDocument(bytes)).toEqual(document);
    expect(Buffer.from(bytes).toString()).toBe(canonicalJson(document));
  });

  it.each([
    ['no JSON', 'no JSON', 'it is not JSON'],
    ['white space', `${canonicalJson(compose({}))} `, 'it is not in the canonical form of RFC 8785'],
    [
      'a member twice',
      canonicalJson(compose({})).replace('{"format"', '{"installation":"other","format"'),
      'it is not in the canonical form of RFC 8785',
    ],
    [
      'a member that is not shown',
      canonicalJson({ ...compose({}), also: 1 }),
      'also: also is not a member of the document',
    ],
    ['another format', canonicalJson({ ...compose({}), format: 'wasl-signing-document/2' }), /^format: /],
  ])('is refused with %s', (_name, text, fact) => {
    const read = () => readSigningDocument(new TextEncoder().encode(text));
    expect(read).toThrow(
      typeof fact === 'string' ? `this is no signing document: ${fact}` : /no signing document: format: /,
    );
  });

  it.each([
    ['a request without a policy', { policy: null }, 'a request names the policy'],
    [
      'an approval with a policy',
      { kind: 'plan-approval', signers: [{ party: 'operator', role: 'officer' }] },
      'a plan-approval names no policy',
    ],
    [
      'a request that the network side signs',
      { signers: [{ party: 'operator', role: 'officer' }] },
      'is not signed by operator',
    ],
    ['an approval that a party signs', { kind: 'plan-approval', policy: null }, 'is not signed by MOH'],
    ['an officer of a party', { signers: [{ party: 'MOH', role: 'officer' }] }, 'MOH does not sign as officer'],
    ['a signer twice', { signers: [REQUEST.signers[0], REQUEST.signers[0]] }, 'a signer is named twice'],
    ['nobody', { signers: [] }, 'signers'],
    ['a guessable nonce', { nonce: 'AAEC' }, 'nonce'],
    ['a day that is none', { preparedAt: '2026-02-30T25:00:00Z' }, 'preparedAt'],
  ])('is not made of %s', (_name, facts, fact) => {
    expect(() => compose(facts)).toThrow(fact);
  });
});

describe('its words', () => {
  const documents = SIGNING_KINDS.map((kind) => {
    const isNetwork = SIGNING_KIND_RULES[kind].by === 'operator';
    const namesPolicy = ['policy-acceptance', 'request', 'resumption'].includes(kind);
    return compose({
      kind,
      ...(isNetwork ? { signers: [{ party: 'operator', role: 'officer' }] } : {}),
      ...(namesPolicy ? {} : { policy: null }),
    });
  });

  it.each(documents)('say everything that is signed: $kind', (document) => {
    for (const language of ['en', 'ar'] as const) {
      const { title, statement, facts } = signingText(document, language);
      const text = [title, statement, ...facts.map(({ text }) => text)].join('\n');
      const { kind: _kind, format: _format, signers, ...members } = document;
      const leaves = JSON.stringify(members).matchAll(/"([^"]+)"(?=[,}\]])/g);
      for (const [, value = ''] of leaves) expect(text).toContain(value);
      for (const { party } of signers) if (party !== 'operator') expect(text).toContain(party);
      expect(facts.filter(({ label }) => label === facts[0]?.label)).toHaveLength(signers.length);
    }
  });

  it('are others for every kind', () => {
    for (const language of ['en', 'ar'] as const) {
      const texts = documents.map((document) => signingText(document, language));
      expect(new Set(texts.map(({ title }) => title)).size).toBe(SIGNING_KINDS.length);
      expect(new Set(texts.map(({ statement }) => statement)).size).toBe(SIGNING_KINDS.length);
    }
  });

  it('keep the order of an id within Arabic', () => {
    expect(signingText(compose({}), 'ar').statement).toContain('\u2068IC-0001\u2069');
  });
});
