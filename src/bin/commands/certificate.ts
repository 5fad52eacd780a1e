import { chmod, stat, writeFile } from 'node:fs/promises';
import { OPERATOR, SIGNING_ROLES } from '../../domain/signing-document.ts';
import { WaslError } from '../../errors.ts';
import { explaining } from '../operator-error.ts';
import type { CertificateOptions } from '../server-commands.ts';
import { openDevelopmentAuthority } from '../trust-settings.ts';

export async function writeCertificate({ person, role: asked, entity, out }: CertificateOptions): Promise<void> {
  const role = SIGNING_ROLES.find((each) => each === asked);
  if (role === undefined) {
    const remedy = `Name one of ${SIGNING_ROLES.join(', ')}.`;
    throw new WaslError('INPUT_INVALID', 'nobody signs as that', { path: '--role', remedy });
  }
  if (role === 'signatory' && entity === undefined) {
    const remedy = 'Name it, like --entity MOH.';
    throw new WaslError('INPUT_INVALID', 'a signatory signs for an entity', { path: '--entity', remedy });
  }
  if (role === 'officer' && entity !== undefined) {
    const remedy = 'Leave it out.';
    throw new WaslError('INPUT_INVALID', 'an officer signs for the network side', { path: '--entity', remedy });
  }
  const authority = await openDevelopmentAuthority();
  const text = await authority.issue({ party: entity ?? OPERATOR, role, person });
  const subject = { path: out, what: 'the file for the key', remedy: 'Name a file that this user may write.' };
  // A file that was there keeps its mode: others could read the key.
  await explaining(subject, async () => {
    const before = await stat(out).catch(() => null);
    if (before?.isFile()) await chmod(out, 0o600);
    await writeFile(out, text, { mode: 0o600 });
  });
}
