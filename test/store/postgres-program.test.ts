import { expect, test } from 'vitest';
import { choosePassingCapability, commandAsServer } from '../../src/store/postgres-program.ts';

test.each([
  ['000001ffffffffff', 'dac_read_search'],
  // What Docker grants by default.
  ['00000000a80425fb', 'dac_override'],
  ['0000000000000000', null],
])('with the bounding set %s the server passes closed folders by %s', (bounding, expected) => {
  expect(choosePassingCapability(`Name:\tnode\nCapBnd:\t${bounding}\nCapAmb:\t0\n`)).toBe(expected);
});

test('where there is no proc, none is claimed', () => {
  expect(choosePassingCapability('')).toBeNull();
});

test('the server runs as its own user, through setpriv only where it must pass a closed folder', () => {
  const program = { initdb: 'initdb', pgCtl: 'pg_ctl', user: { uid: 101, gid: 104 }, capability: null };
  expect(commandAsServer(program, 'pg_ctl', ['stop'])).toEqual({ file: 'pg_ctl', args: ['stop'], as: program.user });
  expect(commandAsServer({ ...program, capability: 'dac_override' }, 'pg_ctl', ['stop'])).toEqual({
    file: 'setpriv',
    args: [
      ...['--reuid=101', '--regid=104', '--clear-groups'],
      ...['--inh-caps=+dac_override', '--ambient-caps=+dac_override', 'pg_ctl', 'stop'],
    ],
    as: {},
  });
});
