import { isIPv4 } from 'node:net';

/** Whether an address or host name can only be reached from this machine. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^::ffff:/i, '').replace(/^\[(.*)\]$/, '$1');
  if (isIPv4(address)) return address.startsWith('127.');
  return address === '::1' || address === 'localhost';
}
