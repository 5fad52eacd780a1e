import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULTS_EXPLAINED } from '../../src/bin/render-simulator.ts';
import { type Backbone, startBackbone } from '../../src/sim/backbone.ts';
import { type ControlClient, controlClient } from '../../src/sim/control/client.ts';
import { type ControlServer, startControlServer } from '../../src/sim/control/server.ts';
import type { Fault } from '../../src/sim/faults.ts';
import { FOUR_ROUTERS } from './support/fixtures.ts';
import { xrDescription } from './support/operations.ts';
import { RawClient } from './support/raw-client.ts';

describe('the control server', () => {
  let backbone: Backbone;
  let server: ControlServer;
  let control: ControlClient;
  beforeAll(async () => {
    backbone = await startBackbone({ inventory: FOUR_ROUTERS });
    server = await startControlServer(backbone, { token: 'secret' });
    control = controlClient(server.url, 'secret');
  });
  afterAll(async () => {
    await server.close();
    await backbone.close();
  });

  it('listens on loopback and asks for its secret', async () => {
    expect(new URL(server.url).hostname).toBe('127.0.0.1');
    await expect(controlClient(server.url, 'guess').routers()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect((await fetch(`${server.url}/routers`)).status).toBe(401);
  });

  it('tells what the backbone holds', async () => {
    expect(await control.inventory()).toEqual(backbone.inventory());
    expect((await control.routers()).map((router) => router.name)).toEqual(['pe1', 'pe2', 'pe3', 'pe4']);
    expect(await control.runningText('pe4')).toBe(backbone.router('pe4').runningText());
    await expect(control.runningText('pe9')).rejects.toMatchObject({ code: 'ROUTER_UNKNOWN' });
  });

  it('sets, lists and clears faults', async () => {
    const fault: Fault = { kind: 'slow', ms: 5 };
    const id = await control.setFault('pe1', fault, { times: 3 });
    expect(await control.faults('pe1')).toEqual([{ id, fault, remaining: 3 }]);
    await control.clearFaults('pe1', id);
    await control.setFault('pe1', { kind: 'drop-edits' });
    await control.setFault('pe1', { kind: 'blackhole', target: '10.0.0.0/8', vrf: 'MOH' });
    expect(await control.faults('pe1')).toHaveLength(2);
    await control.clearFaults('pe1');
    expect(await control.faults('pe1')).toEqual([]);
  });

  it.each(Object.entries(FAULTS_EXPLAINED))('takes the example of docs/simulator.md: %s', async (kind, { example }) => {
    expect(example.kind).toBe(kind);
    const id = await control.setFault('pe3', example);
    expect(await control.faults('pe3')).toEqual([{ id, fault: example, remaining: null }]);
    await control.clearFaults('pe3');
  });

  it.each([
    [{ kind: 'explode' }, /fault.kind is one of refuse-connections/],
    [{ kind: 'slow' }, /fault.ms is not a number/],
    [{ kind: 'slow', ms: 5, extra: 1 }, /fault.extra is no field of slow/],
    [{ kind: 'reboot', operation: 'commit', when: 'during' }, /fault.when is not a moment/],
    [{ kind: 'blackhole', target: 'everything' }, /fault.target is not a prefix-or-address/],
  ])('refuses the fault %j', async (fault, message) => {
    await expect(control.setFault('pe1', fault as Fault)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringMatching(message),
    });
  });

  it('edits as a person at the console does, and says what the router refuses', async () => {
    await control.edit('pe1', xrDescription('MOH', 'from the console'));
    expect(backbone.router('pe1').runningText()).toContain('from the console');
    await expect(control.edit('pe1', xrDescription('NEW', 'x'), 'none')).rejects.toMatchObject({
      code: 'ROUTER_REFUSED',
    });
  });

  it('shows sessions and reboots', async () => {
    const client = await RawClient.connect(backbone.router('pe2'));
    expect((await control.sessions('pe2')).map((session) => session.id)).toEqual([client.sessionId]);
    await control.reboot('pe2', { downMs: 10 });
    await client.waitClosed();
    expect((await control.routers())[1]).toMatchObject({ name: 'pe2', sessions: 0 });
    await expect.poll(() => backbone.router('pe2').isUp()).toBe(true);
  });

  it('refuses what is not JSON, what is too large, and what it does not know', async () => {
    const post = (path: string, body: string) =>
      fetch(`${server.url}/${path}`, { method: 'POST', headers: { authorization: 'Bearer secret' }, body });
    expect((await post('routers/pe1/faults', 'x')).status).toBe(400);
    expect((await post('routers/pe1/faults', `"${'x'.repeat(1024 * 1024)}"`)).status).toBe(413);
    expect((await post('routers/pe1/explode', '{}')).status).toBe(404);
  });
});
