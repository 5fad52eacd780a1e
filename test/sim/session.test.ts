import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Backbone, startBackbone } from '../../src/sim/backbone.ts';
import { generateEd25519KeyPair } from '../support/ed25519-key-pair.ts';
import { FOUR_ROUTERS } from './support/fixtures.ts';
import {
  COMMIT,
  cancelCommit,
  confirmedCommit,
  DISCARD,
  edit,
  getConfig,
  junosDescription,
  lock,
  unlock,
  VALIDATE,
  xrDescription,
} from './support/operations.ts';
import { errorsOf, find, findAll, isOk, RawClient } from './support/raw-client.ts';

const key = generateEd25519KeyPair();

describe('sessions, locks and notifications', () => {
  let backbone: Backbone;
  beforeAll(async () => {
    backbone = await startBackbone({ inventory: FOUR_ROUTERS, authorizedKeys: [key.public] });
  });
  afterAll(() => backbone.close());

  const portOf = (router: string): number => backbone.router(router).port;
  const connect = (router = 'pe1', login = {}) => RawClient.connect(backbone.router(router), login);

  describe('login', () => {
    it('takes the password or the key, and shows the host key of the inventory', async () => {
      const byPassword = await connect();
      const byKey = await connect('pe1', { privateKey: key.private });
      expect(byKey.fingerprint).toBe(byPassword.fingerprint);
      expect(backbone.inventory().routers[0]?.management.hostKeys).toEqual([byKey.fingerprint]);
      expect(backbone.inventory().routers[0]?.management.port).toBe(portOf('pe1'));
      await byPassword.drop();
      await byKey.drop();
    });

    it.each([
      ['a wrong password', { password: 'guess' }],
      ['a wrong user', { username: 'root' }],
      ['a key nobody knows', { privateKey: generateEd25519KeyPair().private }],
    ])('refuses %s', async (_what, login) => {
      await expect(connect('pe1', login)).rejects.toThrow(/authentication/);
    });

    it('refuses one who knows the public key only', async () => {
      /** Offers the known key and signs with another. */
      class ForgingAgent extends ssh2.BaseAgent {
        override getIdentities(callback: ssh2.IdentityCallback): void {
          const known = ssh2.utils.parseKey(key.public);
          callback(undefined, known instanceof Error ? [] : [known]);
        }
        override sign(
          _key: unknown,
          data: Buffer,
          options: ssh2.SigningRequestOptions | ssh2.SignCallback,
          callback?: ssh2.SignCallback,
        ): void {
          const other = ssh2.utils.parseKey(generateEd25519KeyPair().private);
          const done = typeof options === 'function' ? options : callback;
          if (!(other instanceof Error)) done?.(undefined, other.sign(data));
        }
      }
      const client = new ssh2.Client();
      const outcome = new Promise<string>((resolve) => {
        client.on('ready', () => resolve('ready'));
        client.on('error', (error) => resolve(error.message));
      });
      client.connect({
        host: '127.0.0.1',
        port: portOf('pe1'),
        username: 'wasl',
        hostVerifier: () => true,
        agent: new ForgingAgent(),
      });
      expect(await outcome).toMatch(/authentication methods failed/);
      client.destroy();
    });

    it('shows the same host keys for the same seed, others for another', async () => {
      const again = await startBackbone({ inventory: FOUR_ROUTERS });
      const other = await startBackbone({ inventory: FOUR_ROUTERS, seed: 'other' });
      const keysOf = (simulation: Backbone) => simulation.routers().map((router) => router.fingerprint);
      expect(keysOf(again)).toEqual(keysOf(backbone));
      expect(new Set([...keysOf(again), ...keysOf(other)]).size).toBe(8);
      await again.close();
      await other.close();
    });
  });

  describe('hello and framing', () => {
    it('IOS-XR speaks base 1.1 in chunks and nothing else', async () => {
      const client = await connect('pe1');
      expect(client.capabilities).toContain('urn:ietf:params:netconf:base:1.1');
      expect(client.capabilities).not.toContain('urn:ietf:params:netconf:base:1.0');
      expect(client.capabilities).toContain(
        'urn:ietf:params:xml:ns:netconf:base:1.0?module=ietf-netconf&revision=2011-06-01',
      );
      await client.drop();
      const old = await connect('pe1', { capabilities: ['urn:ietf:params:netconf:base:1.0'] });
      await old.waitClosed();
    });

    it('Junos speaks base 1.0 and names its capabilities in both forms, as recorded ones do', async () => {
      const client = await connect('pe3');
      for (const form of ['urn:ietf:params:netconf', 'urn:ietf:params:xml:ns:netconf']) {
        const own = client.capabilities.filter((uri) => uri.startsWith(`${form}:`));
        expect(own).toEqual([
          `${form}:base:1.0`,
          ...['candidate:1.0', 'confirmed-commit:1.0', 'validate:1.0'].map((name) => `${form}:capability:${name}`),
        ]);
      }
      expect(client.capabilities.filter((uri) => uri.includes('1.1'))).toEqual([]);
      expect(find(await client.rpc(getConfig('running')), 'version')?.text).toBe('24.4R1.11');
      await client.drop();
    });

    it('gives the attributes of an rpc back', async () => {
      const client = await connect('pe1');
      const reply = await client.rpc(VALIDATE, ' xmlns:ex="urn:ex" ex:note="a&amp;&quot;b"');
      expect(reply.rawAttributes.get('ex:note')).toBe('a&"b');
      await client.drop();
    });

    it('answers pipelined rpcs in order', async () => {
      const client = await connect('pe1');
      const replies = await Promise.all(Array.from({ length: 20 }, () => client.rpc(VALIDATE)));
      expect(replies.map((reply) => reply.attributes.get('message-id'))).toEqual(
        Array.from({ length: 20 }, (_, i) => String(i + 1)),
      );
      await client.drop();
    });

    it('takes a message in chunks of any size', async () => {
      const client = await connect('pe1');
      const text = `<rpc xmlns="urn:ietf:params:xml:ns:netconf:base:1.0" message-id="1">${lock()}</rpc>`;
      const reply = client.rpc(unlock());
      client.sendRaw([...text].map((character) => `\n#1\n${character}`).join(''));
      client.sendRaw('\n##\n');
      expect(errorsOf(await reply)).toHaveLength(1);
      await expect.poll(() => backbone.router('pe1').lockHolder('candidate')).toBe(client.sessionId);
      await client.drop();
    });

    it.each(['\n#0\n', 'garbage that is no chunk', '\n#99999999999\n', '\n##\n'])(
      'ends the session at %j',
      async (bytes) => {
        const client = await connect('pe1');
        client.sendRaw(bytes);
        await client.waitClosed();
      },
    );

    it.each([
      ['what is not well-formed', '<rpc'],
      [
        'a document type',
        `<!DOCTYPE rpc [<!ENTITY e "e">]>${'<rpc xmlns="urn:ietf:params:xml:ns:netconf:base:1.0" message-id="1"><get/></rpc>'}`,
      ],
      ['what is no rpc', '<hello xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"/>'],
      ['an rpc of another namespace', '<rpc message-id="1"><get/></rpc>'],
    ])(
      'refuses %s and ends the session; malformed-message is said to a peer of base 1.1 alone',
      async (_what, text) => {
        const newer = await connect('pe1');
        expect(errorsOf(await newer.exchange(text))[0]).toMatch(/^malformed-message/);
        await newer.waitClosed();
        const older = await connect('pe3');
        await expect(older.exchange(text)).rejects.toThrow('session closed');
        await older.waitClosed();
      },
    );

    it('asks for an operation and for a message-id', async () => {
      const client = await connect('pe3');
      const base = 'xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"';
      expect(errorsOf(await client.exchange(`<rpc ${base}><get/></rpc>`))[0]).toMatch(/^missing-attribute/);
      expect(errorsOf(await client.exchange(`<rpc ${base} message-id="1"/>`))[0]).toMatch(/^missing-element/);
      await client.drop();
    });

    it('knows no operation that it does not have', async () => {
      const client = await connect('pe1');
      expect(errorsOf(await client.rpc('<delete-config/>'))[0]).toMatch(/^operation-not-supported/);
      expect(errorsOf(await client.rpc('<ping xmlns="urn:other"/>'))[0]).toMatch(/^operation-not-supported/);
      expect(errorsOf(await client.rpc(getConfig('startup')))[0]).toMatch(/^operation-not-supported/);
      await client.drop();
    });
  });

  describe('locks', () => {
    it('are for one session, which is named to the others', async () => {
      const [holder, other] = [await connect(), await connect()];
      expect(isOk(await holder.rpc(lock()))).toBe(true);
      const denied = await other.rpc(lock());
      expect(errorsOf(denied)[0]).toMatch(/^lock-denied/);
      expect(find(denied, 'session-id')?.text).toBe(String(holder.sessionId));
      for (const operation of [edit(xrDescription('MOH', 'x')), COMMIT, DISCARD]) {
        expect(errorsOf(await other.rpc(operation))[0]).toMatch(/^in-use/);
      }
      expect(errorsOf(await other.rpc(unlock()))[0]).toMatch(/^operation-failed/);
      expect(errorsOf(await holder.rpc(lock()))[0]).toMatch(/^lock-denied/);
      await holder.drop();
      expect(isOk(await other.rpc(lock()))).toBe(true);
      await other.drop();
    });

    it('of the candidate discard its changes when they end, by unlock and by loss', async () => {
      for (const end of ['unlock', 'drop'] as const) {
        const client = await connect();
        await client.rpc(lock());
        await client.rpc(edit(xrDescription('MOH', 'draft')));
        expect(backbone.router('pe1').isCandidateDirty()).toBe(true);
        if (end === 'unlock') await client.rpc(unlock());
        await client.drop();
        expect(backbone.router('pe1').isCandidateDirty()).toBe(false);
      }
    });

    it('of a dirty candidate are denied; the changes of a session without lock outlive it', async () => {
      const careless = await connect();
      await careless.rpc(edit(xrDescription('MOH', 'draft')));
      await careless.drop();
      const other = await connect();
      const denied = await other.rpc(lock());
      expect(find(denied, 'session-id')?.text).toBe('0');
      await other.rpc(DISCARD);
      expect(isOk(await other.rpc(lock()))).toBe(true);
      await other.drop();
    });

    it('of running keep others from committing', async () => {
      const [holder, other] = [await connect(), await connect()];
      await holder.rpc(lock('running'));
      expect(errorsOf(await other.rpc(COMMIT))[0]).toMatch(/^in-use/);
      await holder.drop();
      expect(isOk(await other.rpc(COMMIT))).toBe(true);
      await other.drop();
    });

    it('are denied by Junos with the holder in the text', async () => {
      const [holder, other] = [await connect('pe3'), await connect('pe3')];
      await holder.rpc(lock());
      expect(errorsOf(await other.rpc(lock()))[0]).toContain(`wasl terminal p0 (pid ${holder.sessionId})`);
      await holder.rpc(unlock());
      await holder.rpc(edit(junosDescription('MOH', 'draft')));
      expect(errorsOf(await other.rpc(lock()))[0]).toContain('configuration database modified');
      await holder.rpc(DISCARD);
      await holder.drop();
      await other.drop();
    });
  });

  it('notifies subscribers of changes and of every step of a confirmed commit', async () => {
    const [listener, editor] = [await connect(), await connect()];
    await listener.rpc('<create-subscription xmlns="urn:ietf:params:xml:ns:netconf:notification:1.0"/>');
    await editor.rpc(edit(xrDescription('MOH', 'noticed')));
    await editor.rpc(confirmedCommit({ timeoutSeconds: 60 }));
    await editor.rpc(confirmedCommit({ timeoutSeconds: 60 }));
    await editor.rpc(cancelCommit());
    await editor.rpc(edit(xrDescription('MOH', 'noticed')));
    await editor.rpc(confirmedCommit({ timeoutSeconds: 60 }));
    await editor.rpc(COMMIT);
    await expect.poll(() => listener.notifications.length).toBe(8);
    const events = listener.notifications.map((notification) => notification.children[1]);
    const summary = events.map((event) => (event && find(event, 'confirm-event')?.text) ?? event?.name);
    const change = 'netconf-config-change';
    expect(summary).toEqual([change, 'start', 'extend', change, 'cancel', change, 'start', 'complete']);
    const [first] = listener.notifications;
    expect(first && find(first, 'session-id')?.text).toBe(String(editor.sessionId));
    expect(first && findAll(first, 'target')[0]?.text).toBe('/t:vrfs');
    await listener.drop();
    await editor.drop();
  });

  it('refuses to start with a port that is taken, and leaves nothing', async () => {
    const taken = portOf('pe1');
    await expect(startBackbone({ inventory: FOUR_ROUTERS, firstPort: taken })).rejects.toThrow(/EADDRINUSE/);
    const after = await startBackbone({ inventory: FOUR_ROUTERS });
    await after.close();
  });
});
