import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/canonical-json.ts';
import type { SigningRole } from '../domain/signing-document.ts';
import { pemOf } from './certificate.ts';
import type { DevelopmentHolder } from './development-certificates.ts';
import type { KeptTexts } from './kept-texts.ts';
import { PURPOSES, readTrust, type Trust, type TrustInput } from './trust.ts';

/** Whom an installation of the development authority believes. */
export interface DevelopmentTrust {
  /** As of now, with everybody to whom a certificate was issued so far, by whichever process. */
  trust(): Trust;
  /** The same as the value of a file: what `readTrust` reads. */
  trustSettings(): TrustInput;
}

/** Nobody is there (RFC 6761 §6.4): these addresses stand in the trust configuration, and are answered in process. */
export const DEVELOPMENT_ADDRESS = {
  timestamp: 'http://development.invalid/tsa',
  crl: 'http://development.invalid/crl',
} as const;

const ISSUED = /^([A-Z][A-Z0-9-]*|operator)\.(signatory|seal|officer)\.[0-9a-f]{32}\.\d+\.pem$/;

/** Under which a certificate is kept: the place to sign can be read in it. */
export function issuedName(
  wish: { readonly party: string; readonly role: SigningRole; readonly person: string },
  number: number,
): string {
  const hash = createHash('sha256').update(canonicalJson(wish)).digest('hex').slice(0, 32);
  return `${wish.party}.${wish.role}.${hash}.${number}.pem`;
}

/** What is kept by a name never changes: at each question the names are listed, and only new ones are read. */
export function createDevelopmentTrust(
  kept: KeptTexts,
  root: DevelopmentHolder,
  holderOf: (name: string, text: string | null) => DevelopmentHolder,
): DevelopmentTrust {
  const hashes = new Map<string, string>();
  const hashOf = (name: string): string => {
    const hash = hashes.get(name) ?? holderOf(name, kept.read(name)).facts.sha256;
    hashes.set(name, hash);
    return hash;
  };
  const issuedNames = () =>
    kept
      .names()
      .filter((name) => ISSUED.test(name))
      .sort();
  const anchor = { certificate: pemOf(root.facts.der), for: [...PURPOSES], crl: DEVELOPMENT_ADDRESS.crl };
  const settingsOf = (names: readonly string[]): TrustInput => ({
    anchors: [anchor],
    signers: signersOf(names, hashOf),
    timestamps: { authorities: [{ url: DEVELOPMENT_ADDRESS.timestamp }] },
  });
  let last: { readonly names: string; readonly trust: Trust } | null = null;
  return {
    trust() {
      const names = issuedNames();
      const key = names.join();
      if (last?.names !== key) last = { names: key, trust: readTrust(settingsOf(names)) };
      return last.trust;
    },
    trustSettings: () => settingsOf(issuedNames()),
  };
}

/** One entry for a place to sign, with the certificates of everybody who signs there. */
function signersOf(names: readonly string[], hashOf: (name: string) => string): TrustInput['signers'] {
  const places = new Map<string, { party: string; role: SigningRole; certificates: string[] }>();
  for (const name of names) {
    const [party = '', role = ''] = name.split('.');
    const key = `${party}.${role}`;
    const place = places.get(key) ?? { party, role: role as SigningRole, certificates: [] };
    place.certificates.push(hashOf(name));
    places.set(key, place);
  }
  return [...places.values()];
}
