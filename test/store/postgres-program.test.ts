import { expect, test } from 'vitest';
import { commandAsServer } from '../../src/store/postgres-program.ts';

const program = { initdb: 'initdb', pgCtl: 'pg_ctl', user: { uid: 101, gid: 104 }, closed: [] };
const AS_SERVER = ['setpriv', '--reuid=101', '--regid=104', '--clear-groups', '--no-new-privs'];

test('the server runs as its own user', () => {
  expect(commandAsServer(program, 'pg_ctl', ['stop'])).toEqual({ file: 'pg_ctl', args: ['stop'], as: program.user });
});

test('below closed folders it has a view of its own of them, and no capability', () => {
  const closed = [
    { folder: '/root', needed: '/root/wasl/native' },
    { folder: '/root', needed: '/root/.local/state/wasl/postgres' },
  ];
  const command = commandAsServer({ ...program, closed }, 'pg_ctl', ['stop']);
  expect(command).toMatchObject({ file: 'unshare', as: {} });
  const script = command.args[command.args.indexOf('-c') + 1] ?? '';
  // One cover for both, and names never become a part of the script.
  expect(script.match(/tmpfs/g)).toHaveLength(1);
  expect(script).not.toContain('/root');
  expect(command.args.slice(-11)).toEqual([
    ...closed.flatMap(({ folder, needed }) => [folder, needed]),
    ...[...AS_SERVER, 'pg_ctl', 'stop'],
  ]);
  expect(command.args.join(' ')).not.toMatch(/caps|dac_/);
});
