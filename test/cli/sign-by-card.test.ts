/** Against a double of the library that reaches cards: what passes between the processes. A real token signs in the interop run (`test/signatures/interop/card.ts`). */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { signByCard } from '../../src/cli/sign-by-card.ts';

const PIN = 'pin-that-nobody-sees';
const folder = mkdtempSync(join(tmpdir(), 'wasl-card-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** `module`: what the token does. It notes what the process was given, and which calls came. */
const DOUBLE = `
const { appendFileSync } = require('node:fs');
exports.PKCS11 = class {
  load(path) { this.how = path; this.note('argv', [...process.argv, ...Object.values(process.env)]); }
  note(call, ...given) { appendFileSync(${JSON.stringify(join(folder, 'calls'))}, JSON.stringify([call, ...given]) + '\\n'); }
  C_Initialize() {}
  C_Finalize() { this.note('C_Finalize'); }
  C_GetSlotList() { return this.how === 'two tokens' ? ['a', 'b'] : ['a']; }
  C_GetTokenInfo(slot) { return { label: slot.padEnd(32, ' ') }; }
  C_OpenSession(slot) { this.note('C_OpenSession', slot); return 's'; }
  C_Login(session, user, pin) { this.note('C_Login', user, pin); if (this.how === 'wrong pin') throw new Error('CKR_PIN_INCORRECT:160'); if (this.how === 'breaks') process.kill(process.pid, 'SIGSEGV'); }
  C_FindObjectsInit(session, wanted) { this.note('C_FindObjectsInit', wanted); }
  C_FindObjects() { return ['key']; }
  C_FindObjectsFinal() {}
  C_GetAttributeValue() { return [{ value: Buffer.from([this.how === 'asks each time' ? 1 : 0]) }]; }
  C_SignInit(session, mechanism) { this.note('C_SignInit', mechanism); }
  C_Sign(session, input) { return Buffer.concat([Buffer.from('signed '), input]); }
};
Object.assign(exports, { CKU_USER: 1, CKM_ECDSA: 'ECDSA', CKM_RSA_PKCS: 'PKCS', CKM_RSA_PKCS_PSS: 'PSS' });
`;
const modules = join(folder, 'node_modules');
mkdirSync(join(modules, 'pkcs11js'), { recursive: true });
writeFileSync(join(modules, 'pkcs11js', 'index.js'), DOUBLE);

const env = (path: string) => ({ PATH: process.env.PATH ?? '', NODE_PATH: path });
const signingInput = new TextEncoder().encode('header.payload');
async function sign(module: string, { algorithm = 'ES256', token = null as string | null, path = modules } = {}) {
  writeFileSync(join(folder, 'calls'), '');
  const signed = await signByCard({ module, token, key: null, pin: PIN }, { algorithm, signingInput }, env(path));
  return { signed: Buffer.from(signed), calls: callsMade() };
}
const callsMade = () =>
  readFileSync(join(folder, 'calls'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown[]);
const logins = (calls: unknown[][]) => calls.filter(([call]) => call === 'C_Login');

it('asks the card for a signature over the digest, and says the PIN to nobody else', async () => {
  const { signed, calls } = await sign('a card');
  expect(signed.subarray(0, 7).toString()).toBe('signed ');
  expect(signed).toHaveLength(7 + 32);
  expect(logins(calls)).toEqual([['C_Login', 1, PIN]]);
  expect(JSON.stringify(calls.filter(([call]) => call === 'argv'))).not.toContain(PIN);
  expect(calls.at(-1)).toEqual(['C_Finalize']);
  // DigestInfo before it.
  expect((await sign('a card', { algorithm: 'RS256' })).signed).toHaveLength(7 + 19 + 32);
  const asking = await sign('asks each time', { algorithm: 'PS256' });
  expect(logins(asking.calls)).toEqual([
    ['C_Login', 1, PIN],
    ['C_Login', 2, PIN],
  ]);
});

it('names what the card says, asks it once, and never picks one of two', async () => {
  const refused = (words: RegExp) => ({ code: 'SIGNING_KEY', path: '--pkcs11', message: expect.stringMatching(words) });
  await expect(sign('wrong pin')).rejects.toMatchObject(refused(/CKR_PIN_INCORRECT/));
  await expect(sign('wrong pin')).rejects.not.toThrow(PIN);
  expect(logins(callsMade())).toHaveLength(1);
  await expect(sign('two tokens')).rejects.toMatchObject(refused(/2 tokens .* --card/));
  expect((await sign('two tokens', { token: 'b' })).calls).toContainEqual(['C_OpenSession', 'b']);
  await expect(sign('breaks')).rejects.toMatchObject(refused(/broke/));
  await expect(sign('a card', { path: folder })).rejects.toMatchObject(refused(/pkcs11js/));
});
