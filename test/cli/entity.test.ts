import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { digestOfBytes } from '../../src/domain/canonical-json.ts';
import { runForTest } from '../support/cli-under-test.ts';

const ENV = { WASL_TOKEN: 'token', WASL_SERVER: 'http://127.0.0.1:1' };
const SAMPLE = new URL('../../docs/samples/moh-profile.yaml', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'wasl-entity-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CONTACT = { subject: 'subj_1', purpose: 'liaison', name: 'Network desk', designation: 'Duty engineer' };
const PROFILE = {
  entity: 'MOH',
  contacts: [{ ...CONTACT, telephone: '+968 2400 0100', email: null }],
  obligations: [{ en: 'Told within an hour.', ar: 'يبلغ خلال ساعة.' }],
};
const SCAN = Buffer.from('%PDF-1.7 scan');
const FORM = {
  ...{ version: '2026-1', entity: 'MOH', digest: digestOfBytes(Buffer.from('terms')), mediaType: 'application/pdf' },
  ...{ sha256: digestOfBytes(SCAN), bytes: SCAN.length, attachedBy: 'admin-1', attachedAt: '2026-03-01T08:00:00.000Z' },
  ...{ confirmedBy: 'officer-1', confirmedAt: '2026-03-01T09:00:00.000Z' },
};

function serverOf(answers: Readonly<Record<string, unknown>>) {
  const asked: [string, unknown][] = [];
  const answer: typeof fetch = async (input, init) => {
    const call = `${init?.method ?? 'GET'} ${new URL(input instanceof Request ? input.url : input).pathname}`;
    asked.push([call, init?.body === undefined ? null : JSON.parse(String(init.body))]);
    const found = answers[call];
    return Buffer.isBuffer(found) ? new Response(new Uint8Array(found)) : Response.json(found);
  };
  return { asked, fetch: answer };
}

it('records the sample for the entity of the token, and shows both sides of an interconnect', async () => {
  const caller = { person: 'p', roles: [], entity: 'MOH', acr: null, authenticatedAt: null, decidesUntil: null };
  const server = serverOf({
    'GET /v1/caller': { ...caller, expiresAt: '2026-03-01T08:00:00.000Z' },
    'PUT /v1/entities/MOH/profile': PROFILE,
    'GET /v1/interconnects/IC-0001/liaison': { interconnect: 'IC-0001', firewallNote: null, parties: [PROFILE] },
  });
  const recorded = await runForTest(['entity', 'record', SAMPLE], ENV, server);
  expect(recorded).toMatchObject({ code: 0, err: '' });
  expect(recorded.out).toContain('MOH: 1 contact, 1 obligation');
  expect(server.asked.at(-1)).toMatchObject([
    'PUT /v1/entities/MOH/profile',
    { contacts: [{ purpose: 'liaison' }, {}] },
  ]);
  const shown = await runForTest(['interconnect', 'contacts', 'IC-0001'], ENV, server);
  expect(shown.out).toMatch(/nothing noted.*\n\nMOH: 1 contact[\s\S]*\+968 2400 0100/);

  const file = join(folder, 'profile.yaml');
  writeFileSync(file, readFileSync(SAMPLE, 'utf8').replace('+968 2400 0199', '2400 0199'));
  const refused = await runForTest(['entity', 'record', file], ENV, server);
  expect(refused.err).toMatch(/profile\.yaml:4: contacts\[1\]\.telephone: .*country/);
});

it('attaches what is a scan, writes its bytes, and says what a confirmed one is worth', async () => {
  const forms = '/v1/policies/2026-1/hand-signed';
  const policy = { version: '2026-1', state: 'in-force', inForceFrom: '', graceDays: 30, digest: FORM.digest };
  const server = serverOf({
    'GET /v1/policies/2026-1': { ...policy, renditions: [], proposedBy: null, publishedBy: null, publishedAt: null },
    [`POST ${forms}`]: { ...FORM, confirmedBy: null, confirmedAt: null },
    [`GET ${forms}/MOH/content`]: SCAN,
    [`POST ${forms}/MOH/confirmation`]: FORM,
  });
  const [scan, other] = [join(folder, 'scan.pdf'), join(folder, 'other.pdf')];
  writeFileSync(scan, SCAN);
  writeFileSync(other, 'MZ');
  expect((await runForTest(['policy', 'attach', '2026-1', other, '--entity', 'MOH'], ENV, server)).err).toContain(
    'no scan of a kind that is taken',
  );
  const attached = await runForTest(['policy', 'attach', '2026-1', scan, '--entity', 'MOH'], ENV, server);
  expect(attached.out).toContain('it accepts nothing until another officer');
  await runForTest(['policy', 'scan', '2026-1', '--entity', 'MOH', '--out', other], ENV, server);
  expect(readFileSync(other).equals(SCAN)).toBe(true);
  const words = ['policy', 'confirm', '2026-1', '--entity', 'MOH', '--form', FORM.sha256];
  const confirmed = await runForTest(words, ENV, server);
  expect(confirmed.out).toContain('the weaker kind');
  expect(confirmed.out).toContain(`handSigned: [{ party: MOH, accepts: "${FORM.digest}", form: "${FORM.sha256}" }]`);
});
