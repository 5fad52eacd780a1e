import type { Command } from 'commander';
import type { HandSignedAnswer } from '../../api/hand-signed-wire.ts';
import { digestOfBytes } from '../../domain/canonical-json.ts';
import { FORM_BYTES_MAX, mediaTypeOf } from '../../domain/hand-signed.ts';
import { WaslError } from '../../errors.ts';
import { readBytes } from '../read-document.ts';
import type { CliSession } from '../session.ts';
import { formatTable } from '../table.ts';
import { writeText } from '../write-text.ts';

/** Scanned forms that an entity signed with a pen: the weaker kind of acceptance. */
export function registerHandSignedCommands(policy: Command, session: CliSession): void {
  policy
    .command('forms')
    .description('scanned forms of a version that entities signed by hand: the weaker kind of acceptance')
    .argument('<version>')
    .action(async (version: string) => {
      const forms = await session.client.handSigned.list(version);
      if (session.isJson) return session.printJson(forms);
      const rows = forms.map(({ entity, sha256, mediaType, attachedBy, confirmedBy }) => {
        return [entity, mediaType, sha256, attachedBy, confirmedBy ?? 'not confirmed'];
      });
      session.print(formatTable(['ENTITY', 'KIND', 'FORM', 'ATTACHED BY', 'CONFIRMED BY'], rows, session.paint));
    });

  policy
    .command('attach')
    .description('attach the scan of a form that an entity signed by hand; another officer confirms it')
    .argument('<version>')
    .argument('<file>', 'PDF, PNG or JPEG, up to 4 MiB')
    .requiredOption('--entity <entity>', 'who signed it, like MOH')
    .addHelpText('after', '\nExample:\n  wasl policy attach 2026-1 moh-scan.pdf --entity MOH')
    .action(async (version: string, file: string, { entity }: { entity: string }) => {
      const bytes = await readBytes(session.io, file, FORM_BYTES_MAX);
      if (mediaTypeOf(bytes) === null) {
        const remedy = 'Name the scan as PDF, PNG or JPEG.';
        throw new WaslError('INPUT_INVALID', 'the file is no scan of a kind that is taken', { path: file, remedy });
      }
      const { digest } = await session.client.readPolicy(version);
      const content = bytes.toString('base64');
      const form = await session.client.handSigned.attach(version, { entity, digest, content });
      if (session.isJson) return session.printJson(form);
      session.print([
        `${file} (${form.sha256}) is attached as the form of ${entity} for the policy ${version}`,
        '  it accepts nothing until another officer has held it against the paper:',
        `  wasl policy scan ${version} --entity ${entity} --out scan, then wasl policy confirm ${version} --entity ${entity} --form ${form.sha256}`,
      ]);
    });

  policy
    .command('scan')
    .description('the very bytes of a scanned form, to be held against the paper')
    .argument('<version>')
    .requiredOption('--entity <entity>', 'whose')
    .requiredOption('--out <file>', 'where to write them')
    .action(async (version: string, { entity, out }: { entity: string; out: string }) => {
      const bytes = await session.client.handSigned.read(version, entity);
      await writeText(session.io, out, bytes);
      session.remark(`${out}: ${digestOfBytes(bytes)}`);
    });

  policy
    .command('confirm')
    .description('you have held the scan against the paper: it is an acceptance, of the weaker kind')
    .argument('<version>')
    .requiredOption('--entity <entity>', 'whose form')
    .requiredOption('--form <digest>', 'SHA-256 of the scan that you have seen, as `wasl policy scan` tells it')
    .action(async (version: string, { entity, form }: { entity: string; form: string }) => {
      const confirmed = await session.client.handSigned.confirm(version, entity, form);
      if (session.isJson) return session.printJson(confirmed);
      session.print(tellConfirmed(confirmed, session));
    });
}

/** Two officers vouch for the paper; whether it is enough is for whoever runs the workers. */
function tellConfirmed({ version, entity, digest, sha256 }: HandSignedAnswer, { paint }: CliSession): string[] {
  return [
    `${entity} has accepted the policy ${version} ${paint('yellow', 'by hand')}: the weaker kind, nothing in a scan shows who signed it`,
    '  no worker opens anything by it unless its trust file has this:',
    `  handSigned: [{ party: ${entity}, accepts: "${digest}", form: "${sha256}" }]`,
  ];
}
