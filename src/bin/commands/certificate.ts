import { writeFile } from 'node:fs/promises';
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
  const authority = await openDevelopmentAuthority();
  const text = await authority.issue({ party: entity ?? OPERATOR, role, person });
  const subject = { path: out, what: 'the file for the key', remedy: 'Name a file that this user may write.' };
  await explaining(subject, () => writeFile(out, text, { mode: 0o600 }));
}
