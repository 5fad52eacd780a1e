import { describe, expect, it } from 'vitest';
import { Capabilities, NetconfError, parseXmlFragment, RpcError, type RpcErrorInfo } from '../../src/netconf/index.ts';
import { chooseProcedure } from '../../src/router/procedure.ts';
import { describeWarnings, lockHolder, translateError } from '../../src/router/translate-error.ts';

const capability = (name: string) => `urn:ietf:params:netconf:capability:${name}`;
const hello = (...names: readonly string[]) => new Capabilities(names.map(capability));

describe('the procedure', () => {
  it.each([
    ['confirmed-commit-persist', ['candidate:1.0', 'confirmed-commit:1.0', 'confirmed-commit:1.1']],
    ['confirmed-commit-session', ['candidate:1.0', 'confirmed-commit:1.0', 'writable-running:1.0']],
    ['candidate-reverse-delta', ['candidate:1.0', 'writable-running:1.0']],
    ['writable-running-reverse-delta', ['writable-running:1.0', 'rollback-on-error:1.0', 'confirmed-commit:1.1']],
  ])('is %s for %j', (procedure, names) => {
    expect(chooseProcedure(hello(...names), 'pe1')).toBe(procedure);
  });

  it('takes the namespace that Junos puts into its capabilities', () => {
    const legacy = ['candidate:1.0', 'confirmed-commit:1.0'].map(
      (name) => `urn:ietf:params:xml:ns:netconf:capability:${name}`,
    );
    expect(chooseProcedure(new Capabilities(legacy), 'pe1')).toBe('confirmed-commit-session');
  });

  it.each([
    ['a datastore to write', ['url:1.0'], 'pe1: the hello offers neither :candidate nor :writable-running'],
    [
      'a promise that a refused edit of running leaves nothing behind',
      ['writable-running:1.0', 'validate:1.1'],
      'pe1: the hello offers :writable-running without :rollback-on-error: a refused edit would stay in part',
    ],
  ])('does not exist without %s', (_what, names, message) => {
    expect(() => chooseProcedure(hello(...names), 'pe1')).toThrow(
      expect.objectContaining({ code: 'ROUTER_CAPABILITY', message }),
    );
  });
});

const rpcError = (fields: Partial<RpcErrorInfo>): RpcErrorInfo => ({
  type: 'protocol',
  tag: 'operation-failed',
  severity: 'error',
  appTag: null,
  path: null,
  message: null,
  infoXml: null,
  info: [],
  ...fields,
});

describe('errors of the client', () => {
  it.each([
    ['TRANSPORT', 'connect', 'ROUTER_UNREACHABLE'],
    ['TRANSPORT', 'session', 'SESSION_LOST'],
    ['HOST_KEY_UNKNOWN', 'connect', 'ROUTER_HOST_KEY'],
    ['RPC_TIMEOUT', 'session', 'ROUTER_TIMEOUT'],
    ['FRAMING', 'session', 'ROUTER_PROTOCOL'],
  ] as const)('%s at %s is %s, and names the PE', (code, stage, expected) => {
    const error = new NetconfError(code, 'it happened', { operation: 'get-config' });
    expect(translateError(error, 'pe7', stage)).toMatchObject({
      code: expected,
      message: 'pe7: get-config: it happened',
    });
  });

  it('keep every rpc-error; a tag of locking is not a refusal', () => {
    const errors = [rpcError({ severity: 'warning', tag: 'in-use' }), rpcError({ tag: 'data-exists', path: '/vrfs' })];
    const refused = new RpcError(errors, '', { peer: 'pe7', operation: 'edit-config' });
    expect(translateError(refused, 'pe7', 'session')).toMatchObject({
      code: 'ROUTER_REFUSED',
      details: { operation: 'edit-config', rpcErrors: [{ tag: 'in-use' }, { tag: 'data-exists', path: '/vrfs' }] },
    });
    const locked = new RpcError([rpcError({ tag: 'in-use' })], '', {});
    expect(translateError(locked, 'pe7', 'session')).toMatchObject({ code: 'ROUTER_LOCKED' });
  });

  it('leave a mistake of our own as it is', () => {
    const mistake = new TypeError('x is not a function');
    expect(translateError(mistake, 'pe7', 'session')).toBe(mistake);
  });

  it('name the holder of a lock only where there is one', () => {
    const denied = (id: number) =>
      new RpcError(
        [rpcError({ tag: 'lock-denied', info: parseXmlFragment(`<session-id>${id}</session-id>`) })],
        '',
        {},
      );
    expect(lockHolder(denied(4711))).toBe('session 4711');
    // RFC 6241 §7.5: 0 is a holder outside of NETCONF, or a candidate that somebody modified.
    expect(lockHolder(denied(0))).toBeNull();
  });

  it('tell no more of what a server says than fits a line', () => {
    const message = `no\n\u202eright\u2028 ${'x'.repeat(200_000)}`;
    const info = parseXmlFragment('<session-id>7</session-id>');
    const denied = new RpcError([rpcError({ tag: 'lock-denied', info, message })], '', {});
    const [warning] = describeWarnings([rpcError({ tag: 'operation-failed', message, path: message })]);
    for (const text of [lockHolder(denied), warning]) {
      expect(text).toMatch(/^[\x20-\x7e…]+$/);
      expect(text?.length).toBeLessThan(1_100);
    }
  });
});
