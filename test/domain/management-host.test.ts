import { describe, expect, it } from 'vitest';
import { parseManagementHost } from '../../src/domain/management-host.ts';
import { WaslError } from '../../src/errors.ts';

describe('the host of a router', () => {
  it.each([
    ['192.0.2.11', '192.0.2.11'],
    ['127.0.0.1', '127.0.0.1'],
    ['2001:DB8:0::11', '2001:db8::11'],
    ['PE1.Example.net', 'pe1.example.net'],
    ['mct-pe-01', 'mct-pe-01'],
    ['pe_1.example.net', 'pe_1.example.net'],
    ['xn--mgb9awbf.example', 'xn--mgb9awbf.example'],
  ])('%s is %s', (text, host) => {
    expect(parseManagementHost(text)).toBe(host);
  });

  it.each([
    '',
    ' ',
    '.',
    'pe1.',
    'pe1..net',
    'pe 1',
    ' pe1',
    'pe1\n',
    '127.0.0.1\nX: y',
    '127.0.0.1\r\n',
    'http://127.0.0.1/',
    'ssh://pe1',
    'pe1:830',
    '[2001:db8::1]',
    'root@pe1',
    '-oProxyCommand=x',
    '-v',
    'pe1;reboot',
    '$(reboot)',
    'pe1/..',
    '../pe1',
    'pé1',
    'pe1\u0000',
    'pe1\u202e',
    `${'a'.repeat(64)}.net`,
    `${'a.'.repeat(127)}net`,
  ])('%j is no host', (text) => {
    expect(() => parseManagementHost(text)).toThrow('is neither a DNS name nor an IP address');
  });

  it.each([
    ['169.254.169.254', 'a link-local address'],
    ['169.254.0.1', 'a link-local address'],
    ['fe80::1', 'a link-local address'],
    ['fe80::1%eth0', 'an address of one link'],
    ['::ffff:169.254.169.254', 'an IPv4 address written as IPv6'],
    ['64:ff9b::a9fe:a9fe', 'an IPv4 address written as IPv6'],
    ['fd00:ec2::254', 'the address of a metadata service'],
    ['100.100.100.200', 'the address of a metadata service'],
    ['metadata.google.internal', 'the name of a metadata service'],
    ['0.0.0.0', 'an address of no host'],
    ['::', 'an address of no host'],
    ['255.255.255.255', 'an address of no host'],
    ['224.0.0.1', 'a multicast address'],
    ['ff02::1', 'a multicast address'],
    // What resolvers take for an address although it is not written as one.
    ['2852039166', 'neither a DNS name nor an IP address'],
    ['0xa9fea9fe', 'neither a DNS name nor an IP address'],
    ['169.254.43518', 'neither a DNS name nor an IP address'],
    ['0251.0376.0251.0376', 'neither a DNS name nor an IP address'],
    ['192.0.2.011', 'neither a DNS name nor an IP address'],
  ])('%s is %s', (text, what) => {
    expect(() => parseManagementHost(text)).toThrow(WaslError);
    expect(() => parseManagementHost(text)).toThrow(what);
  });
});
