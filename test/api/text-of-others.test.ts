import { describe, expect, it } from 'vitest';
import { absentStore } from '../support/absent-store.ts';
import { CANNED_READS, createApiUnderTest, DEMO_INVENTORY, MOH_MOF } from '../support/api-under-test.ts';

/** The store is away: what is not refused at the edge answers 503, and nothing can be stored or sent on. */
const { app, as, driver } = await createApiUnderTest(absentStore());
const DIGEST = `sha256:${'0'.repeat(64)}`;

const clerk = async () => ({ ...(await as('moh-clerk-1', ['portal'], 'MOH')), 'idempotency-key': 'key-000001' });
const signatory = () => as('moh-signatory-1', ['party-approver'], 'MOH');
const engineer = () => as('engineer-1', ['engineer']);

async function send(
  method: 'POST' | 'PUT',
  url: string,
  headers: Record<string, string>,
  body: object | Buffer | string,
) {
  const typed = { ...headers, 'content-type': 'application/json' };
  const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const answer = await app.inject({ method, url, headers: typed, payload });
  const { code, path, detail } = answer.json();
  return { status: answer.statusCode, code, path, detail };
}
const submit = async (body: object | Buffer | string) => send('POST', '/v1/interconnects', await clerk(), body);
const refusedAt = (path: string) => ({ status: 400, code: 'INPUT_INVALID', path });
const TAKEN = { status: 503, code: 'DATABASE_UNAVAILABLE' };

const BAD = [
  'the project\u0000 has ended',
  'end\u0000ed',
  'the project \ud83d has ended',
  'abc\ud800',
  'abc\u202edef\u2066x',
  'a\nb c',
  'abc\u009b31m',
  'abc\u200bd',
  'abc\u007f',
];

describe('text that the record could not hold, or that would steer a terminal', () => {
  it.each(BAD)('T1a, T1b, T1d: is no reason of a withdrawal: %j', async (reason) => {
    for (const headers of [await signatory(), await engineer()]) {
      expect(await send('POST', '/v1/interconnects/IC-0001/withdrawal', headers, { reason })).toMatchObject(
        refusedAt('reason'),
      );
    }
  });

  it.each(BAD)('T1c: is no reason of a decision: %j', async (reason) => {
    const body = { decision: 'reject', digest: DIGEST, reason };
    const request = await send('POST', '/v1/interconnects/IC-0001/approvals', await signatory(), body);
    expect(request).toMatchObject(refusedAt('reason'));
    const plan = await send('POST', '/v1/plans/IC-0001-C1-P1/approvals', await engineer(), {
      ...body,
      decision: 'approve',
    });
    expect(plan).toMatchObject(refusedAt('reason'));
  });

  it.each([...BAD, 'Invoices\u0000 by wire', 'Invoices \ud83d by wire', 'Invoices \u202egnp.exe'])(
    'T1e, T1f, T2: is no purpose: %j',
    async (purpose) => {
      expect(await submit({ ...MOH_MOF, purpose })).toMatchObject(refusedAt('purpose'));
    },
  );

  it('control: is no policy version', async () => {
    expect(await submit({ ...MOH_MOF, policyVersion: '2026\u0000' })).toMatchObject(refusedAt('policyVersion'));
  });

  it.each([
    ['entities[0].name', 'Min\u001b]0;x\u0007istry'],
    ['entities[1].name', 'a\u0000b'],
    ['backbone.name', '\u202eevil'],
    ['vpns[3].name', 'a\ud800'],
    ['routers[0].vrfs[0].attachments[0].branch', 'a\nb'],
    ['routers[0].management.host', 'a\u0000b'],
  ])('T2d: is no name of an inventory: %s', async (path, name) => {
    const inventory: unknown = JSON.parse(JSON.stringify(DEMO_INVENTORY));
    const parts = path.split(/[[\].]+/);
    const parent = parts.slice(0, -1).reduce((node, part) => Reflect.get(node as object, part), inventory);
    Reflect.set(parent as object, parts.at(-1) ?? '', name);
    const admin = await as('admin-1', ['admin']);
    expect(await send('PUT', '/v1/inventory', admin, inventory as object)).toMatchObject(refusedAt(path));
  });

  it('leaves everything else to be written, Arabic above all', async () => {
    for (const purpose of ['Invoices by wire', 'تبادل الفواتير إلكترونيًا', 'می\u200cخواهم', ' Café \u00a0👍\n']) {
      expect(await submit({ ...MOH_MOF, purpose })).toMatchObject(TAKEN);
    }
  });

  it('was sent nowhere', () => {
    expect(driver.looks).toEqual([]);
  });
});

describe('T3a: bytes that are no UTF-8', () => {
  const text = JSON.stringify({ ...MOH_MOF, purpose: 'A test of bytes' });
  it.each([
    ['of no encoding', [0xff, 0xfe, 0xc0, 0xaf]],
    ['overlong', [0xc0, 0x80, 0xc1, 0xbf]],
    ['of surrogates', [0x20, 0xed, 0xa0, 0x80]],
    ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['cut off', [0x20, 0x20, 0xe2, 0x82]],
  ])('%s are refused', async (_what, bytes) => {
    const body = Buffer.from(text);
    body.set(bytes, body.indexOf('test'));
    expect(await submit(body)).toMatchObject({ ...refusedAt('body'), detail: 'line 1 is not UTF-8' });
  });

  it('are not what UTF-8 with a byte order mark is', async () => {
    expect(await submit(Buffer.from(`\ufeff${text}`))).toMatchObject(TAKEN);
  });
});

describe('T3b: a member twice', () => {
  const text = JSON.stringify(MOH_MOF);
  it.each([
    ['validUntil', text.replace('{', '{"validUntil":"2027-01-01T00:00:00Z",')],
    ['purpose', text.replace('{', '{"purpose":"something else",')],
    ['flows', text.replace('{', '{"flows":[],')],
    ['flows[0].from', text.replace('"from":"MOH"', '"from":"MOH","from":"MOE"')],
    ['flows[1].prefixes', text.replace(/("prefixes":\[[^\]]*\])\}\]/, '$1,"prefixes":"whole-vpn"}]')],
    ['purpose', text.replace('{', String.raw`{"pur\u0070ose":"something else",`)],
    ['[""]', text.replace('{', '{"":[1,{"a":"}"}],"":2,')],
  ])('is refused: %s', async (path, body) => {
    expect(JSON.parse(body)).toBeDefined();
    const answer = await submit(body);
    expect(answer).toMatchObject({ ...refusedAt(path), detail: expect.stringMatching(/ is given twice$/) });
  });

  it('is not one of two objects, nor text that looks like one', async () => {
    expect(
      await submit(JSON.stringify({ ...MOH_MOF, purpose: String.raw`"from":1,"from":2 \" { [ \\` })),
    ).toMatchObject(TAKEN);
  });

  it('is found at any depth that a document may have, and deeper ones are refused', async () => {
    const nested = (depth: number, core: string) => `${'{"a":['.repeat(depth)}${core}${']}'.repeat(depth)}`;
    expect(await submit(nested(20, '{"b":1,"b":2}'))).toMatchObject(refusedAt(`${Array(20).fill('a[0]').join('.')}.b`));
    expect(await submit(nested(5_000, '1'))).toMatchObject({
      ...refusedAt('a'),
      detail: 'the value has more than 64 levels',
    });
  });
});

describe('controls: bodies as they were', () => {
  it.each([
    ['{"__proto__":{"purpose":"x"}}', 400],
    ['{"constructor":{"prototype":{}}}', 400],
    ['', 400],
    ['{"purpose":', 400],
    [`{"purpose":"${'x'.repeat(70_000)}"}`, 413],
  ])('%.40s', async (body, status) => {
    expect(await submit(body)).toMatchObject({ status });
  });

  it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'application/jsonx', 'text/json'])(
    'of type %s are refused',
    async (type) => {
      const headers = { ...(await clerk()), 'content-type': type };
      const answer = await app.inject({
        method: 'POST',
        url: '/v1/interconnects',
        headers,
        payload: JSON.stringify(MOH_MOF),
      });
      expect([answer.statusCode, answer.json().code]).toEqual([415, 'BODY_TYPE']);
    },
  );

  it('compressed are refused', async () => {
    expect(
      await send(
        'POST',
        '/v1/interconnects',
        { ...(await clerk()), 'content-encoding': 'gzip' },
        Buffer.from([0x1f, 0x8b, 8, 0]),
      ),
    ).toMatchObject({ status: 415 });
  });
});

describe('answers', () => {
  it('show text of others to whatever reads them, and still say the same', async () => {
    const store = absentStore({ readInventory: async () => ({ version: 1, inventory: DEMO_INVENTORY }) });
    const text = 'description \u202eevil\u009b31m\n\u2028next \ud83d\n';
    const api = await createApiUnderTest(store, {
      ...CANNED_READS,
      read: async (pe) => ({ pe, readAt: '2026-03-01T08:00:00Z', digest: `sha256:${'0'.repeat(64)}`, text }),
    });
    const answer = await api.app.inject({
      url: '/v1/routers/mct-pe-01/running',
      headers: await api.as('e-1', ['engineer']),
    });
    expect(answer.body).not.toMatch(/[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]/u);
    expect(answer.json().text).toBe(text);
  });

  it('to an address that is none are problems, too', async () => {
    const answer = await app.inject({ url: '/v1/rou%zz', headers: await engineer() });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });
});
