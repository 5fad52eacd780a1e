/** A portal that knows the OpenAPI document and nothing else of wasl: from an accepted policy to a request that both parties have signed. */
import { createPrivateKey, sign } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DOCUMENT, firstLineFor, SCHEMA } from '../../docs/clients/typescript/generate.ts';
import { createClient, type Problem, type WaslClient } from '../../docs/clients/typescript/index.ts';
import type { paths } from '../../docs/clients/typescript/schema.d.ts';
import type { Role } from '../../src/api/authentication.ts';
import { runForTest } from '../support/cli-under-test.ts';
import { Installation } from '../support/installation.ts';

interface Message {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly interconnect: string; readonly sequence: number; readonly lifecycle: string };
}
interface Verifier {
  verifyWebhook(body: string, headers: IncomingHttpHeaders, keys: readonly string[]): Message;
}
const { verifyWebhook } = (await import(
  String(new URL('../../docs/samples/verify-webhook.mjs', import.meta.url))
)) as Verifier;

const received: { readonly body: string; readonly headers: IncomingHttpHeaders }[] = [];
const receiver = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  received.push({ body: Buffer.concat(chunks).toString(), headers: request.headers });
  response.end();
});
let installation: Installation;
beforeAll(async () => {
  installation = await Installation.open();
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
});
afterAll(async () => {
  receiver.close();
  await installation[Symbol.asyncDispose]();
});

const client = (person: string, role: Role, entity?: string): WaslClient =>
  createClient({ server: installation.apiUrl, token: () => installation.tokenOf(person, role, entity) });

/** What an answer holds, or the problem that it is. */
async function answered<T>(call: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  const { data, error } = await call;
  if (data === undefined) throw new Error((error as Problem).detail);
  return data;
}

type Signed = paths['/v1/signing-documents/attachments']['post']['responses'][200]['content']['application/json'];
interface Signer {
  readonly party: string;
  readonly role: 'signatory' | 'seal' | 'officer';
}

/** Prepared by the API, signed by devices of the party's own, attached by the API: what the decision then carries. */
async function signed(
  by: WaslClient,
  person: string,
  wish: { readonly kind: 'policy-acceptance' | 'request'; readonly id: string },
) {
  const { document, words } = await answered(by.POST('/v1/signing-documents', { body: wish }));
  expect([words.en.title, words.ar.title].every((title) => title.length > 5)).toBe(true);
  let to: Signed | null = null;
  for (const signer of document.signers as readonly Signer[]) {
    const name = signer.role === 'seal' ? `seal of ${signer.party}` : person;
    const pem = await installation.authority.issue({ ...signer, person: name });
    const certificates = pem.slice(pem.indexOf('-----BEGIN CERTIFICATE'));
    const designation = signer.role === 'seal' ? null : 'Director of networks';
    const body = { document, signer, designation, certificates };
    const { prepared, signingInput } = await answered(by.POST('/v1/signing-documents/preparations', { body }));
    const signature = sign('sha256', Buffer.from(signingInput), createPrivateKey(pem)).toString('base64');
    to = await answered(by.POST('/v1/signing-documents/attachments', { body: { prepared, signature, to } }));
  }
  if (to === null) throw new Error('nobody signs');
  return to;
}

it('the client is of the document (npm run client writes it)', async () => {
  const [document, schema] = [await readFile(DOCUMENT), await readFile(SCHEMA, 'utf8')];
  expect(`${schema.split('\n')[0]}\n`).toBe(firstLineFor(document));
});

it('a request is asked, told of, and signed by both', async () => {
  const [moh, mof] = [client('moh-portal-7', 'portal', 'MOH'), client('mof-portal-7', 'portal', 'MOF')];
  const signatories = [client('moh-head', 'party-approver', 'MOH'), client('mof-head', 'party-approver', 'MOF')];

  // A version of the policy: proposed by one admin, published by another, accepted by both parties under the digest that they read.
  const version = '2027-1';
  const text = (content: string) => Buffer.from(content).toString('base64');
  const policy = await answered(
    client('admin-1', 'admin').POST('/v1/policies', {
      body: {
        ...{ version, graceDays: 0, inForceFrom: new Date(Date.now() + 5_000).toISOString() },
        renditions: [
          { language: 'ar', mediaType: 'text/plain', content: text('السياسة') },
          { language: 'en', mediaType: 'text/plain', content: text('The policy') },
        ],
      },
    }),
  );
  const { digest } = policy;
  const params = { path: { version } };
  await answered(client('admin-2', 'admin').POST('/v1/policies/{version}/publication', { params, body: { digest } }));
  for (const each of signatories) {
    const body = { digest, signed: await signed(each, 'the-head', { kind: 'policy-acceptance', id: version }) };
    await answered(each.POST('/v1/policies/{version}/acceptances', { params, body }));
  }

  const state = async () => (await answered(moh.GET('/v1/policies/{version}', { params }))).state;
  await expect.poll(state, { timeout: 60_000, interval: 200 }).toBe('in-force');

  // The portal wants to be told; an admin says where it may be.
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const endpoint = await answered(moh.POST('/v1/webhooks', { body: { url, scheme: 'v1a' } }));
  const path = { id: endpoint.id };
  const networks = ['127.0.0.0/8'];
  await answered(
    client('admin-1', 'admin').PUT('/v1/webhooks/{id}/networks', { params: { path }, body: { networks } }),
  );

  const body = {
    purpose: 'Referrals from the hospitals',
    flows: [
      { from: 'MOH', to: 'MOF', prefixes: ['10.100.10.0/24'] },
      { from: 'MOF', to: 'MOH', prefixes: ['10.200.10.0/24'] },
    ],
    validUntil: '2031-12-31T23:59:59+04:00',
    policyVersion: version,
  };
  expect(await answered(moh.POST('/v1/request-checks', { body }))).toMatchObject({ errors: [] });
  const submit = () =>
    moh.POST('/v1/interconnects', { body, params: { header: { 'idempotency-key': 'referrals-2027' } } });
  const first = await submit();
  const asked = await answered(Promise.resolve(first));
  expect([first.response.status, first.response.headers.get('location')]).toEqual([
    201,
    `/v1/interconnects/${asked.id}`,
  ]);
  // The answer was lost, and the call is made again.
  const again = await submit();
  expect([again.response.status, again.data?.id]).toEqual([200, asked.id]);

  for (const each of signatories) {
    const decision = { decision: 'approve', digest: asked.requestDigest } as const;
    const body = { ...decision, signed: await signed(each, 'the-head', { kind: 'request', id: asked.id }) };
    await answered(each.POST('/v1/interconnects/{id}/approvals', { params: { path: { id: asked.id } }, body }));
  }
  const agreed = await answered(mof.GET('/v1/interconnects/{id}', { params: { path: { id: asked.id } } }));
  expect(agreed.approvals.map(({ party }) => party).toSorted()).toEqual(['MOF', 'MOH']);

  // What the portal is told, verified with the public key alone.
  const keys = endpoint.keys.map(({ key }) => key ?? '');
  await expect.poll(() => received.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(3);
  const messages = received.map((each) => verifyWebhook(each.body, each.headers, keys));
  const told = new Map(messages.map(({ type, data }) => [data.sequence, [type, data.interconnect]]));
  expect([1, 2, 3].map((sequence) => told.get(sequence))).toEqual([
    ['interconnect.requested', asked.id],
    ['interconnect.signed', asked.id],
    ['interconnect.signed', asked.id],
  ]);

  // Another ministry's endpoint is not there.
  const foreign = await mof.GET('/v1/webhooks/{id}', { params: { path } });
  expect([foreign.response.status, (foreign.error as Problem).code]).toEqual([404, 'WEBHOOK_UNKNOWN']);
  // And what was sent may be sent again.
  const [latest] = await answered(
    moh.GET('/v1/webhooks/{id}/deliveries', { params: { path, query: { state: 'delivered' } } }),
  );
  const count = received.length;
  const replayed = { params: { path: { ...path, delivery: latest?.id ?? '' } } };
  await answered(moh.POST('/v1/webhooks/{id}/deliveries/{delivery}/replay', replayed));
  const sentAgain = () => received.slice(count).map(({ headers }) => headers['webhook-id']);
  await expect.poll(sentAgain, { timeout: 60_000 }).toContain(latest?.id);
});

it('the same by command: an endpoint is added, allowed, shown, given a second key, and removed', async () => {
  const env = async (person: string, role: Role, entity?: string) => ({
    WASL_SERVER: installation.apiUrl,
    WASL_TOKEN: await installation.tokenOf(person, role, entity),
  });
  const party = await env('mof-portal-1', 'portal', 'MOF');
  const admin = await env('admin-1', 'admin');
  const run = async (line: string, as: Awaited<ReturnType<typeof env>>) => {
    const { code, out, err } = await runForTest(['webhook', ...line.split(' ')], as);
    expect([code, err]).toEqual([0, '']);
    return out;
  };
  const added = await run('add https://portal.mof.example/wasl', party);
  const id = /wh_[0-9a-f]{32}/.exec(added)?.[0] ?? '';
  expect(added).toContain(`nowhere yet: an admin says where (wasl webhook allow ${id} NETWORK)`);
  expect(await run(`allow ${id} 10.200.0.0/16 2001:db8:200::/48`, admin)).toContain('10.200.0.0/16, 2001:db8:200::/48');
  expect((await run(`rotate ${id}`, party)).match(/whpk_/g)).toHaveLength(2);
  expect(await run('list', party)).toContain(id);
  expect(await run(`deliveries ${id} --dead`, party)).toContain('MESSAGE');
  expect(await run(`enable ${id}`, party)).toContain(`${id} of MOF: enabled`);
  expect(await run(`remove ${id}`, party)).toContain('is removed');
  expect(await run('add https://portal.mof.example/ --shared-secret', party)).toMatch(
    /secret {3}whsec_.+\nThe secret is not shown again/,
  );
  const refused = await runForTest(['webhook', 'add', 'http://169.254.169.254/'], party);
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('WEBHOOK_ADDRESS')]);
});
