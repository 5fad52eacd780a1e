import { afterEach, describe, expect, it } from 'vitest';
import type { Ability } from '../../src/sim/abilities.ts';
import { type Backbone, startBackbone } from '../../src/sim/backbone.ts';
import type { XmlElement } from '../../src/sim/xml/element.ts';
import { FOUR_ROUTERS } from './support/fixtures.ts';
import {
  COMMIT,
  cancelCommit,
  confirmedCommit,
  DISCARD,
  edit,
  editRunning,
  getConfig,
  junosDescription,
  lock,
  SAVE,
  unlock,
  VALIDATE,
  xrDescription,
  xrExportPolicy,
  xrTarget,
} from './support/operations.ts';
import { errorsOf, isOk, RawClient } from './support/raw-client.ts';

const WRITABLE: readonly Ability[] = ['writable-running:1.0', 'rollback-on-error:1.0'];

let backbone: Backbone;
const clients: RawClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.drop()));
  await backbone.close();
});

async function connectTo(router: string, abilities: readonly Ability[]): Promise<RawClient> {
  backbone = await startBackbone({ inventory: FOUR_ROUTERS, abilities: [{ router, abilities }] });
  return connect(router);
}
async function connect(router: string): Promise<RawClient> {
  const client = await RawClient.connect(backbone.router(router));
  clients.push(client);
  return client;
}
const tagOf = (reply: XmlElement): string => errorsOf(reply)[0]?.split(':')[0] ?? 'ok';
const running = (router = 'pe1'): string => backbone.router(router).runningText();

describe('a candidate without confirmed commit', () => {
  it('commits for good, and refuses what belongs to a confirmed commit', async () => {
    const client = await connectTo('pe1', ['candidate:1.0', 'validate:1.1']);
    expect(client.capabilities.filter((uri) => /confirmed-commit|rollback|writable/.test(uri))).toEqual([]);
    await client.rpc(edit(xrDescription('MOH', 'changed')));
    expect(tagOf(await client.rpc(confirmedCommit({ timeoutSeconds: 60 })))).toBe('unknown-element');
    expect(tagOf(await client.rpc(cancelCommit()))).toBe('operation-not-supported');
    expect(isOk(await client.rpc(VALIDATE))).toBe(true);
    expect(isOk(await client.rpc(COMMIT))).toBe(true);
    await client.drop();
    backbone.router('pe1').reboot();
    expect(running()).toContain('changed');
  });

  it('speaks of itself as its platform does', async () => {
    const client = await connectTo('pe3', ['candidate:1.0']);
    expect(client.capabilities).toContain('urn:ietf:params:xml:ns:netconf:capability:candidate:1.0');
    expect(tagOf(await client.rpc(VALIDATE))).toBe('operation-not-supported');
  });
});

describe('writable running', () => {
  it('takes an edit at once, and has nothing to commit', async () => {
    const client = await connectTo('pe3', WRITABLE);
    for (const operation of [COMMIT, DISCARD, lock('candidate'), edit(junosDescription('MOH', 'x'))]) {
      expect(tagOf(await client.rpc(operation))).toBe('operation-not-supported');
    }
    expect(isOk(await client.rpc(editRunning(junosDescription('MOH', 'changed'))))).toBe(true);
    expect(running('pe3')).toContain('changed');
    expect(backbone.router('pe3').isCandidateDirty()).toBe(false);
  });

  it('keeps others out while it is locked', async () => {
    const client = await connectTo('pe1', WRITABLE);
    const other = await connect('pe1');
    expect(isOk(await client.rpc(lock('running')))).toBe(true);
    expect(tagOf(await other.rpc(editRunning(xrDescription('MOH', 'x'))))).toBe('in-use');
    expect(isOk(await client.rpc(unlock('running')))).toBe(true);
    expect(isOk(await other.rpc(editRunning(xrDescription('MOH', 'x'))))).toBe(true);
  });

  it('leaves nothing of a refused edit with rollback-on-error, and a part of it without', async () => {
    const client = await connectTo('pe1', WRITABLE);
    const before = running();
    const half = xrDescription('MOH', 'changed') + xrTarget('MOH', 'import', 7777, 'delete');
    expect(tagOf(await client.rpc(editRunning(half, { errorOption: 'rollback-on-error' })))).toBe('data-missing');
    expect(running()).toBe(before);
    expect(tagOf(await client.rpc(editRunning(half)))).toBe('data-missing');
    expect(running()).toContain('changed');
  });

  it('refuses at once what points to nothing', async () => {
    const client = await connectTo('pe1', WRITABLE);
    const before = running();
    const reply = await client.rpc(editRunning(xrExportPolicy('MOH', 'NOWHERE')));
    expect(errorsOf(reply)[0]).toContain('route-policy NOWHERE not found');
    expect(running()).toBe(before);
  });

  it('tries an edit without taking it', async () => {
    const client = await connectTo('pe1', [...WRITABLE, 'validate:1.1']);
    const before = running();
    const testOption = 'test-only';
    expect(isOk(await client.rpc(editRunning(xrDescription('MOH', 'x'), { testOption })))).toBe(true);
    expect(isOk(await client.rpc(editRunning(xrExportPolicy('MOH', 'NOWHERE'), { testOption })))).toBe(false);
    expect(running()).toBe(before);
  });
});

describe('a startup of its own', () => {
  it('is what a restart brings back, until running is copied to it', async () => {
    let client = await connectTo('pe1', [...WRITABLE, 'startup:1.0']);
    const router = backbone.router('pe1');
    const before = running();
    await client.rpc(editRunning(xrDescription('MOH', 'changed')));
    expect(router.startupText()).toBe(before);
    router.reboot({ downMs: 1 });
    expect(running()).toBe(before);

    await expect.poll(() => router.isUp()).toBe(true);
    client = await connect('pe1');
    await client.rpc(editRunning(xrDescription('MOH', 'changed')));
    expect(isOk(await client.rpc(SAVE))).toBe(true);
    router.reboot({ downMs: 1 });
    expect(running()).toContain('changed');
    expect(router.startupText()).toBe(running());
  });

  it('does not exist where nothing says so', async () => {
    const client = await connectTo('pe1', WRITABLE);
    expect(tagOf(await client.rpc(getConfig('startup')))).toBe('operation-not-supported');
    expect(tagOf(await client.rpc(SAVE))).toBe('operation-not-supported');
  });
});
