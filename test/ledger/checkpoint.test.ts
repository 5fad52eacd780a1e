import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openCheckpoint, originOf, parseCheckpoint, signCheckpoint, withLines } from '../../src/ledger/checkpoint.ts';
import { hashLeaf } from '../../src/ledger/merkle-tree.ts';
import {
  cosign,
  cosignedAt,
  isSignedBy,
  parseNote,
  parseVerifier,
  readSigner,
  signNote,
} from '../../src/ledger/signed-note.ts';

const newPem = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
const ORIGIN = originOf('a1b2c3d4e5f6');
const log = readSigner(newPem(), 'log', ORIGIN, 'key.pem');
const witness = readSigner(newPem(), 'witness', 'moh.example/witness', 'key.pem');
const head = { size: 12, root: hashLeaf('a root') };
const note = signCheckpoint(head, log);
const AT = new Date('2026-11-29T10:00:00Z');

const opened = (text: string) => {
  const parsed = parseNote(text);
  if (parsed === null) throw new Error('it is a note');
  return parsed;
};

describe('signed notes', () => {
  // From the documentation of golang.org/x/mod/sumdb/note.
  const KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  const SIGNED = [
    'If you think cryptography is the answer to your problem,',
    "then you don't know what your problem is.",
    '',
    '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=',
    '',
  ].join('\n');

  test('of another program are verified', () => {
    const verifier = parseVerifier(KEY, 'log');
    if (verifier === null) throw new Error('it is a verifier key');
    expect(verifier.text).toBe(KEY);
    expect(isSignedBy(opened(SIGNED), verifier)).toBe(true);
    expect(isSignedBy(opened(SIGNED.replace('problem,', 'problem;')), verifier)).toBe(false);
  });

  test('have verifier keys that are nothing else', () => {
    expect(parseVerifier(KEY, 'witness')).toBeNull();
    expect(parseVerifier(KEY.replace('c74f20a3', 'c74f20a4'), 'log')).toBeNull();
    expect(parseVerifier(KEY.replace('Peter', 'Paul'), 'log')).toBeNull();
    expect(parseVerifier('nonsense', 'log')).toBeNull();
    expect(parseVerifier(witness.verifier.text, 'witness')?.keyId).toEqual(witness.verifier.keyId);
  });

  test('are not verified where one line of the key is bad, whatever another says', () => {
    const other = signNote('another text\n', log).split('\n').at(-2) ?? '';
    expect(isSignedBy(opened(withLines(note, [other])), log.verifier)).toBe(false);
    expect(isSignedBy(opened(note), log.verifier)).toBe(true);
    expect(isSignedBy(opened(note), readSigner(newPem(), 'log', ORIGIN, 'key.pem').verifier)).toBe(false);
  });

  test('are signed by keys of Ed25519 only', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey.export({
      format: 'pem',
      type: 'pkcs8',
    });
    expect(() => readSigner(rsa, 'log', ORIGIN, 'key.pem')).toThrow('this is a key of rsa');
    expect(() => readSigner('nonsense', 'log', ORIGIN, 'key.pem')).toThrow('this is no private key');
    expect(() => readSigner(newPem(), 'log', 'a b', 'key.pem')).toThrow('"a b" is no name of a key');
  });
});

describe('a checkpoint', () => {
  test('says whose tree it is, its size and its root', () => {
    expect(note).toMatch(/^wasl\/a1b2c3d4e5f6\n12\n[A-Za-z0-9+/]{43}=\n\n— wasl\/a1b2c3d4e5f6 [A-Za-z0-9+/]+={0,2}\n$/);
    expect(openCheckpoint(note, log.verifier)).toMatchObject({ ...head, origin: ORIGIN });
  });

  test('is read in one way only', () => {
    for (const [from, to] of [
      ['\n12\n', '\n012\n'],
      ['\n12\n', '\n-12\n'],
      ['\n12\n', '\n1e1\n'],
      ['=\n\n', '=\nextension\n\n'],
      ['\n\n', '\n'],
      ['— ', '- '],
    ] as const) {
      expect(parseCheckpoint(note.replace(from, to)), to).toBeNull();
    }
    expect(parseCheckpoint(note.trimEnd())).toBeNull();
  });

  test('with any other byte is not signed', () => {
    const bytes = Buffer.from(note);
    for (let at = 0; at < bytes.length; at++) {
      const bent = Buffer.from(bytes);
      bent[at] = (bent[at] ?? 0) ^ 1;
      expect(openCheckpoint(bent.toString(), log.verifier), `byte ${at}`).toBeNull();
    }
  });

  test('is cosigned with a time, by the witness alone', () => {
    const { body } = opened(note);
    const line = cosign(body, witness, AT);
    const both = opened(withLines(note, [line]));
    expect(cosignedAt(both, witness.verifier)).toEqual(AT);
    expect(isSignedBy(both, log.verifier)).toBe(true);
    expect(cosignedAt(opened(note), witness.verifier)).toBeNull();
    const older = opened(withLines(note.replace('\n12\n', '\n11\n'), [line]));
    expect(cosignedAt(older, witness.verifier)).toBeNull();
    const sameName = readSigner(newPem(), 'witness', witness.verifier.name, 'key.pem').verifier;
    expect(cosignedAt(both, sameName)).toBeNull();
  });
});
