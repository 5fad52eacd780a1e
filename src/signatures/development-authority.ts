import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freeText } from '../domain/free-text.ts';
import { isLoopback } from '../domain/loopback.ts';
import { PERSON_LENGTH_MAX } from '../domain/names.ts';
import { OPERATOR, type SigningRole, signerSchema } from '../domain/signing-document.ts';
import { WaslError } from '../errors.ts';
import { type DevelopmentHolder, makeEmptyCrl, makeHolder, readHolder } from './development-certificates.ts';
import { answerTimestamp } from './development-timestamp.ts';
import { createDevelopmentTrust, DEVELOPMENT_ADDRESS, type DevelopmentTrust, issuedName } from './development-trust.ts';
import { keepInFolder, keepInMemory } from './kept-texts.ts';
import type { AskSource, SourceQuestion } from './stamp.ts';

export interface DevelopmentWish {
  /** An entity, or `OPERATOR`. */
  readonly party: string;
  readonly role: SigningRole;
  readonly person: string;
}

export interface DevelopmentAuthority extends DevelopmentTrust {
  /** Answers in process what `addTimestamp` and `addRevocation` ask. */
  readonly ask: AskSource;
  /**
   * PEM: key (PKCS#8) and certificate, P-256, for ES256. The same wish again gets the same certificate until its last day. Throws INPUT_INVALID for a
   * party or role that nobody can sign as.
   */
  issue(wish: DevelopmentWish): Promise<string>;
}

const TRUST_FILE = 'trust.yaml';
const DAY_MS = 86_400_000;
const PERSON_DAYS = 30;
/** Of the authority and its timestamps: what was signed can still be decided upon when the signers' certificates have ended. */
const AUTHORITY_DAYS = 3_650;
const ORGANIZATION = 'wasl development, worth nothing';

/**
 * A certification and timestamp authority without any proof of who asks, for the demo, the lab and tests: whoever holds it signs as anybody. With a folder
 * its keys and what it issued lie there, for several processes at once, with the trust as `trust.yaml`; what the file system says of it comes through.
 * Throws CONFIGURATION unless the API's host is a loopback address, and for a file in the folder that is not one of its own.
 */
export async function createDevelopmentAuthority(options: {
  readonly apiHost: string;
  readonly clock: () => Date;
  readonly folder?: string;
}): Promise<DevelopmentAuthority> {
  const { apiHost, clock, folder } = options;
  if (!isLoopback(apiHost)) {
    throw new WaslError(
      'CONFIGURATION',
      `the development certification authority does not start for an API on ${apiHost}`,
      {
        remedy: 'Bind the API to 127.0.0.1, or name in WASL_TRUST a trust file with the authorities that you believe.',
      },
    );
  }
  const kept = folder === undefined ? keepInMemory() : keepInFolder(folder);
  const holderOf = (name: string, text: string | null) => readKept(text, join(folder ?? '', name));
  const open = (name: string, make: () => string) => holderOf(name, kept.read(name) ?? kept.keep(name, make()));
  const own = { organization: ORGANIZATION, days: AUTHORITY_DAYS };
  const rootName = `development authority ${randomBytes(4).toString('hex')}`;
  const root = open('root.pem', () => makeHolder(null, { ...own, kind: 'authority', commonName: rootName }, clock()));
  const tsa = open('timestamp.pem', () =>
    makeHolder(root, { ...own, kind: 'timestamp', commonName: 'development timestamps' }, clock()),
  );
  const { trust, trustSettings } = createDevelopmentTrust(kept, root, holderOf);
  const publish = () =>
    kept.publish(TRUST_FILE, () => `# For development only.\n${JSON.stringify(trustSettings(), null, 2)}\n`);
  publish();
  return {
    trust,
    trustSettings,
    ask: answerInProcess(root, tsa, clock),
    async issue(wish) {
      const { party, role, person } = readWish(wish);
      for (let number = 1; ; number += 1) {
        const name = issuedName({ party, role, person }, number);
        const before = kept.read(name);
        if (before !== null && isInForce(holderOf(name, before), clock())) return before;
        if (before !== null) continue;
        const subject = { kind: 'signature', commonName: person, organization: party, days: PERSON_DAYS } as const;
        const text = kept.keep(name, makeHolder(root, subject, clock()));
        publish();
        return text;
      }
    },
  };
}

function readKept(text: string | null, path: string): DevelopmentHolder {
  try {
    return readHolder(text ?? '');
  } catch (cause) {
    const remedy =
      'Remove the folder: a new authority is made then, and what was signed by the old one is worth nothing.';
    throw new WaslError('CONFIGURATION', 'it is no certificate of the development authority', { path, remedy, cause });
  }
}

function readWish(wish: DevelopmentWish): DevelopmentWish {
  const person = freeText({ min: 1, max: PERSON_LENGTH_MAX }).safeParse(wish.person);
  const signer = signerSchema.safeParse({ party: wish.party, role: wish.role });
  const isFit =
    signer.success && (signer.data.party === OPERATOR ? wish.role !== 'signatory' : wish.role !== 'officer');
  if (!isFit || !person.success) {
    throw new WaslError('INPUT_INVALID', `nobody signs for ${wish.party} as ${wish.role} by the name "${wish.person}"`);
  }
  return { party: signer.data.party, role: wish.role, person: person.data };
}

const isInForce = ({ facts: { notBefore, notAfter } }: DevelopmentHolder, now: Date): boolean =>
  notBefore <= now && Number(now) + DAY_MS <= Number(notAfter);

function answerInProcess(root: DevelopmentHolder, tsa: DevelopmentHolder, clock: () => Date): AskSource {
  const answer = ({ kind, url, body }: SourceQuestion): Uint8Array => {
    if (kind === 'timestamp' && url === DEVELOPMENT_ADDRESS.timestamp && body !== null) {
      return answerTimestamp(body, tsa, clock());
    }
    if (kind === 'crl' && url === DEVELOPMENT_ADDRESS.crl) return makeEmptyCrl(root, clock());
    throw new WaslError('SIGNATURE_SOURCE', `the development authority answers no ${kind} question to ${url}`);
  };
  return async (question) => answer(question);
}
