import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { digestOfText } from '../../src/domain/canonical-json.ts';
import type { EntityId } from '../../src/domain/names.ts';
import { digestPolicy } from '../../src/domain/policy.ts';
import { composeForm, type FormPages } from '../../src/form/compose-form.ts';
import { extractEvidence } from '../../src/form/extract-evidence.ts';
import { FORM_PHRASES } from '../../src/form/form-phrases.ts';
import { printForm } from '../../src/form/print-form.ts';
import { collectEvidence } from '../../src/ledger/evidence/collect-evidence.ts';
import { judgeDecisions } from '../../src/ledger/evidence/judge-decisions.ts';
import { type EvidenceFinding, verifyEvidence } from '../../src/ledger/evidence/verify-evidence.ts';
import { createDevelopmentAuthority } from '../../src/signatures/index.ts';
import { makeWorld, log as signedLog, TERMS } from '../ledger/evidence-world.ts';
import { runForTest } from '../support/cli-under-test.ts';
import { CHANGE, collectSample, LOG, PURPOSE, signedDecisions } from './form-samples.ts';

const BYTES_MAX = 1_000_000;
let text: string;
let finding: Extract<EvidenceFinding, { intact: true }>;
let folder: string;
beforeAll(async () => {
  text = await collectSample();
  const found = verifyEvidence(text, LOG.verifier);
  if (!found.intact) throw new Error(found.reason);
  finding = found;
  folder = mkdtempSync(join(tmpdir(), 'wasl-form-'));
  const authority = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => new Date() });
  await authority.issue({ party: 'MOH', role: 'signatory', person: 'moh-head' });
  writeFileSync(join(folder, 'trust.yaml'), stringify(authority.trustSettings()));
  writeFileSync(join(folder, 'evidence.json'), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

const judgedOf = (decisions: ReturnType<typeof signedDecisions>, faults: string[] = []) => {
  return { decisions, faults, isPushed: true };
};
const textsOf = ({ sides }: FormPages): string[] =>
  sides.flatMap(({ entries }) => entries.flatMap(({ signatures }) => signatures.flat().map((row) => row.text)));
const plain = (value: string) => value.replace(/[\u2068\u2069]/g, '');

describe('what stands on the form', () => {
  it('is the same in both languages: every signature with name, office, algorithm, serial, time and verdict', () => {
    const { pages } = composeForm(text, finding, judgedOf(signedDecisions()));
    expect(pages.map(({ language }) => language)).toEqual(['en', 'ar']);
    for (const page of pages) {
      const phrases = FORM_PHRASES[page.language];
      expect(page.sides.map(({ heading }) => plain(heading))).toEqual([
        ...['MOF', 'MOH'].map((party) => phrases.signatureOf(party)),
        phrases.networkSide,
      ]);
      expect(page.sides.flatMap(({ entries }) => entries.map(({ verdict }) => verdict.text))).toEqual(
        Array(5).fill(phrases.verdicts.pass),
      );
      const said = textsOf(page).map(plain);
      for (const datum of ['CN=سالم الحارثي, O=MOH', 'مدير عام الشبكات', 'ES256, B-LT', '2026-11-29T08:00:02.000Z'])
        expect(said).toContain(datum);
      expect(said.filter((each) => each === '4f0c2a6b8d1e3f5a7c9b0d2e4f6a8c0e')).toHaveLength(9);
    }
  });

  it('leaves room for a pen where a party has not signed, and says what does not hold', () => {
    const without = signedDecisions().filter(({ kind, party }) => kind !== 'request' || party !== 'MOF');
    const [english] = composeForm(text, finding, judgedOf(without, ['MOF has not signed'])).pages;
    const [, request] = english?.sides[0]?.entries ?? [];
    expect(request).toMatchObject({ signatures: [], verdict: { text: 'Not signed yet', holds: false } });
    expect(english?.faults.sentences.map(plain)).toEqual(['MOF has not signed']);
  });

  it('shows the approval of its own plan, whatever was approved for the agreement since', () => {
    const decisions = signedDecisions();
    const own = decisions.find(({ kind }) => kind === 'plan-approval');
    if (own === undefined) throw new Error('there is none');
    const later = { ...own, subject: { ...own.subject, id: 'IC-0001-C10-P1' }, person: 'who-withdrew-it' };
    const [english] = composeForm(text, finding, judgedOf([...decisions, later])).pages;
    expect(plain(english?.sides[2]?.entries[0]?.statement ?? '')).toContain(own.subject.id);
    expect(english === undefined ? [] : textsOf(english).map(plain)).not.toContain('who-withdrew-it');
  });

  it('shows the acceptance of the policy that the request names, whatever was accepted since', () => {
    const decisions = signedDecisions();
    const own = decisions.find(({ kind }) => kind === 'policy-acceptance');
    if (own === undefined) throw new Error('there is none');
    const later = { ...own, subject: { ...own.subject, id: '2027-1' } };
    const said = (given: typeof decisions) => {
      const [english] = composeForm(text, finding, judgedOf(given)).pages;
      return english?.sides.flatMap(({ entries }) => entries.map(({ statement }) => plain(statement))).join() ?? '';
    };
    expect(said([...decisions, later])).toBe(said(decisions));
    expect(said([later])).toContain('2027-1');
  });

  it('shows what the fonts have not, or what would steer a reader, as its number', () => {
    const [first] = signedDecisions();
    if (first === undefined) throw new Error('there is none');
    const odd = { ...first, person: 'a\u202eb\u2069c\u{1f600}' };
    const [english] = composeForm(text, finding, judgedOf([odd])).pages;
    expect(english === undefined ? [] : textsOf(english).map(plain)).toContain('a<U+202E>b<U+2069>c<U+1F600>');
    expect(plain(english?.sections[0]?.rows.find(({ label }) => label === 'Purpose')?.text ?? '')).toBe(
      PURPOSE.replace('\u4e2d', '<U+4E2D>'),
    );
  });
});

describe('the PDF', () => {
  it('is the same bytes for the same evidence, and carries it', async () => {
    const form = composeForm(text, finding, judgedOf(signedDecisions()));
    const [one, two] = [await printForm(form, text), await printForm(form, text)];
    expect(one.equals(two)).toBe(true);
    expect(extractEvidence(one, BYTES_MAX)?.toString('utf8')).toBe(text);
    expect(one.toString('latin1')).toContain('<pdfaid:part>3</pdfaid:part>');
  });

  it.each([
    ['nothing', (pdf: Buffer) => pdf.subarray(0, -20)],
    ['something appended', (pdf: Buffer) => Buffer.concat([pdf, Buffer.from('\n%%EOF\n')])],
    ['another attachment', (pdf: Buffer) => replaced(pdf, '/Type /Filespec', '/Type /EmbeddedFile stream')],
    ['another kind of stream', (pdf: Buffer) => replaced(pdf, '/Type /EmbeddedFile', '/Type /EmbeddedFool')],
    [
      'a length beyond the file',
      (pdf: Buffer) => replaced(pdf, /\/Length \d+(?=\s+\/Type \/EmbeddedFile)/, '/Length 9999999999'),
    ],
  ])('gives out nothing where it holds %s', async (_, bend) => {
    const pdf = await printForm(composeForm(text, finding, judgedOf([])), text);
    expect(extractEvidence(bend(pdf), BYTES_MAX)?.toString('utf8') === text).toBe(false);
  });

  it('gives out no more than it may', async () => {
    const pdf = await printForm(composeForm(text, finding, judgedOf([])), text);
    expect(extractEvidence(pdf, 100)).toBeNull();
  });
});

it('prints what a change was signed with, and its pages are those of the evidence', async () => {
  const authority = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => new Date() });
  const signed = await collect(await makeWorld({ authority }));
  const [evidence, pdf, trust] = ['signed.json', 'signed.pdf', 'signed.yaml'].map((name) => join(folder, name));
  if (evidence === undefined || pdf === undefined || trust === undefined) throw new Error('three names');
  writeFileSync(evidence, signed);
  writeFileSync(trust, stringify(authority.trustSettings()));
  const named = ['--log-key', signedLog.verifier.text, '--trust', trust];
  const printed = await runForTest(['evidence', 'print', evidence, pdf, ...named], {});
  expect(printed).toMatchObject({ code: 0, err: '' });
  const verified = await runForTest(['evidence', 'verify', pdf, ...named, '--json'], {});
  expect(JSON.parse(verified.out)).toMatchObject({ intact: true, pages: 'same', faults: [] });
});

it('says of an acceptance by hand that it is the weaker kind, where the trust file takes it, and else that it does not hold', async () => {
  const authority = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => new Date() });
  const form = digestOfText('a scan');
  const world = await makeWorld({
    ...{ authority, instead: { 0: null } },
    altered: (facts) =>
      facts.map((fact) => {
        const [actor, action, subject, body] = fact;
        return action === 'policy.accepted' && body.entity === 'MOH'
          ? [actor, action, subject, { ...body, form }]
          : fact;
      }),
  });
  const found = verifyEvidence(await collect(world), signedLog.verifier);
  if (!found.intact) throw new Error(found.reason);
  const refused = await judgeDecisions(found, authority.trust());
  expect(refused.faults).toEqual([expect.stringContaining('signed by hand')]);
  const handSigned = [{ party: 'MOH' as EntityId, accepts: digestPolicy(TERMS), form }];
  const taken = await judgeDecisions(found, { ...authority.trust(), handSigned });
  expect(taken.faults).toEqual([]);
  expect(taken.decisions[0]).toMatchObject({ party: 'MOH', verdict: 'by-hand' });
  const [english] = composeForm('', found, taken).pages;
  expect(english?.sides[1]?.entries[0]?.verdict).toMatchObject({
    text: FORM_PHRASES.en.verdicts['by-hand'],
    holds: false,
  });
});

const collect = async ({ source, signCheckpoints }: Awaited<ReturnType<typeof makeWorld>>): Promise<string> => {
  await signCheckpoints();
  return collectEvidence(source, CHANGE, 'whole');
};

describe('wasl evidence print', () => {
  const run = (...words: string[]) => {
    const named = ['--log-key', LOG.verifier.text, '--trust', join(folder, 'trust.yaml')];
    return runForTest(['evidence', ...words, ...named], {});
  };
  const file = (name: string) => join(folder, name);

  it('prints a file, and verify takes the form and holds its pages against what is attached', async () => {
    const printed = await run('print', file('evidence.json'), file('form.pdf'));
    expect(printed).toMatchObject({ code: 0, err: '' });
    expect(printed.out).toContain(`${CHANGE}, PDF/A-3b, sha256:`);
    const verified = await run('verify', file('form.pdf'));
    expect(verified.out).toContain('SOUND: IC-0001-C1');
    expect(verified.out).toContain('pages: as this release prints them');

    const lying = readFileSync(file('form.pdf'));
    const at = lying.indexOf('/Title');
    lying[at + 8] = (lying[at + 8] ?? 0) ^ 1;
    writeFileSync(file('lying.pdf'), lying);
    const shown = await run('verify', file('lying.pdf'));
    expect(shown.out).toContain('pages: NOT as this release prints them');
    // Whoever makes the PDF says which file a viewer takes out of it: the one that was judged is told by its digest.
    expect(shown.out).toContain(`attached: ${digestOfText(text)}`);
  });

  it('prints nothing of what is not sound', async () => {
    writeFileSync(file('bent.json'), text.replace('moh-clerk-1', 'moh-clerk-2'));
    const refused = await run('print', file('bent.json'), file('bent.pdf'));
    expect(refused).toMatchObject({ code: 2, out: expect.stringContaining('NOT SOUND') });
    expect(() => readFileSync(file('bent.pdf'))).toThrow('ENOENT');
    writeFileSync(file('empty.pdf'), '%PDF-1.7\n');
    expect((await run('verify', file('empty.pdf'))).out).toContain('has not the one file attached');
  });
});

function replaced(pdf: Buffer, part: string | RegExp, by: string): Buffer {
  return Buffer.from(pdf.toString('latin1').replace(part, by), 'latin1');
}
