// One signature by a key on a card or in a security module, in a process of its own: a vendor's library that hangs or breaks takes nothing with it.
// What to sign and the PIN come on standard input, one JSON document; the signature goes to standard output. Nothing else is read or written.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** DER of DigestInfo (RFC 8017 §9.2) before a SHA-256. */
const SHA256_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');
const SALT_BYTES = 32;
/** CKU_CONTEXT_SPECIFIC of PKCS #11 v2.40: a key that asks for the PIN at each signature. */
const CONTEXT_SPECIFIC = 2;
const FOUND_MAX = 10;

let text = '';
for await (const part of process.stdin.setEncoding('utf8')) text += part;
process.stdout.write(JSON.stringify(answer(JSON.parse(text))));

function answer(asked) {
  let library;
  try {
    library = require('pkcs11js');
  } catch {
    return { absent: true };
  }
  const module = new library.PKCS11();
  try {
    module.load(asked.module);
    module.C_Initialize();
    try {
      return { signature: sign(library, module, asked).toString('base64') };
    } finally {
      module.C_Finalize();
    }
  } catch (error) {
    // Names of return values (CKR_...), and the words of this file: a PIN is in neither.
    return { fault: String(error?.message ?? error) };
  }
}

function sign(library, module, { token, key: label, pin, algorithm, digest }) {
  const session = module.C_OpenSession(onlySlot(module, token), library.CKF_SERIAL_SESSION);
  // Once: a card that is asked with a wrong PIN again and again locks itself.
  module.C_Login(session, library.CKU_USER, pin);
  const key = onlyKey(library, module, session, label);
  const [mechanism, input] = howToSign(library, algorithm, Buffer.from(digest, 'base64'));
  module.C_SignInit(session, mechanism, key);
  if (asksEachTime(library, module, session, key)) module.C_Login(session, CONTEXT_SPECIFIC, pin);
  return module.C_Sign(session, input, Buffer.alloc(1_024));
}

function onlySlot(module, token) {
  const labelOf = (slot) => module.C_GetTokenInfo(slot).label.replace(/[\0 ]+$/, '');
  const slots = module.C_GetSlotList(true).filter((slot) => token === null || labelOf(slot) === token);
  if (slots.length === 1) return slots[0];
  throw new Error(`${slots.length} tokens are there${token === null ? '' : ' with this label'}: name one with --card`);
}

function onlyKey(library, module, session, label) {
  const wanted = [{ type: library.CKA_CLASS, value: library.CKO_PRIVATE_KEY }];
  if (label !== null) wanted.push({ type: library.CKA_LABEL, value: label });
  module.C_FindObjectsInit(session, wanted);
  const keys = module.C_FindObjects(session, FOUND_MAX);
  module.C_FindObjectsFinal(session);
  if (keys.length === 1) return keys[0];
  throw new Error(
    `${keys.length} private keys are on it${label === null ? '' : ' with this label'}: name one with --key-label`,
  );
}

function asksEachTime(library, module, session, key) {
  try {
    const [found] = module.C_GetAttributeValue(session, key, [{ type: library.CKA_ALWAYS_AUTHENTICATE }]);
    return found?.value?.[0] === 1;
  } catch {
    return false;
  }
}

/** Over the digest in each: what hashes by itself not every card does. */
function howToSign(library, algorithm, digest) {
  const { CKM_ECDSA, CKM_RSA_PKCS, CKM_RSA_PKCS_PSS, CKM_SHA256, CKG_MGF1_SHA256, CK_PARAMS_RSA_PSS } = library;
  if (algorithm === 'ES256') return [{ mechanism: CKM_ECDSA }, digest];
  if (algorithm === 'RS256') return [{ mechanism: CKM_RSA_PKCS }, Buffer.concat([SHA256_INFO, digest])];
  const parameter = { type: CK_PARAMS_RSA_PSS, hashAlg: CKM_SHA256, mgf: CKG_MGF1_SHA256, saltLen: SALT_BYTES };
  return [{ mechanism: CKM_RSA_PKCS_PSS, parameter }, digest];
}
