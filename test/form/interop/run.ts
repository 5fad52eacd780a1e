/** Beside `npm run interop:signatures`: veraPDF looks at the printed form, signed, waiting, and with what does not hold. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeForm } from '../../../src/form/compose-form.ts';
import { printForm } from '../../../src/form/print-form.ts';
import { verifyEvidence } from '../../../src/ledger/evidence/verify-evidence.ts';
import { runJava } from '../../support/java-program.ts';
import { collectSample, LOG, signedDecisions } from '../form-samples.ts';

const folder = mkdtempSync(join(tmpdir(), 'wasl-forms-'));
try {
  const text = await collectSample();
  const finding = verifyEvidence(text, LOG.verifier);
  if (!finding.intact) throw new Error(finding.reason);
  const decisions = signedDecisions();
  const forms = {
    signed: { decisions },
    waiting: { decisions: [] },
    faulty: { decisions, faults: ['row 3: revoked'] },
  };
  const files: string[] = [];
  const keep = (name: string, bytes: Uint8Array) => {
    const file = join(folder, `${name}.pdf`);
    writeFileSync(file, bytes);
    files.push(file);
  };
  for (const [name, judged] of Object.entries(forms)) {
    keep(name, await printForm(composeForm(text, finding, { faults: [], isPushed: true, ...judged }), text));
  }
  // A checker that takes everything would say nothing of ours.
  const form = await printForm(composeForm(text, finding, { faults: [], isPushed: true, decisions }), text);
  const untold = form.toString('latin1').replace('/AFRelationship /Source', '/AFUnrelation  /Source');
  keep('untold', Buffer.from(untold, 'latin1'));
  const program = { name: 'verapdf-1.28.1', folder: import.meta.dirname, main: 'Check' };
  const verdicts = (await runJava(program, files)).trim().split('\n');
  const names = [...Object.keys(forms), 'with an attachment of untold relation, to be refused'];
  for (const [place, name] of names.entries())
    process.stdout.write(`printed form, ${name}: PDF/A-3b ${verdicts[place]}\n`);
  const refused = verdicts.pop() ?? '';
  const areTaken = verdicts.length === names.length - 1 && verdicts.every((each) => each === 'compliant');
  process.exitCode = areTaken && refused.startsWith('NOT compliant') ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
