import { parseKnownHosts } from '../../../../src/netconf/ssh/known-hosts.ts';
import { type FuzzTarget, hold } from '../target.ts';

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIFZ4dHdvcnRoeXRob3VzYW5kd29yZHNvZm5vdGhpbmc=';
const HOSTS: readonly (readonly [string, number])[] = [
  ['pe1', 22],
  ['pe1', 830],
  ['2001:db8::1', 830],
  ['10.0.0.1', 22],
];

/** What follows from the file format without reading it the same way again. */
export const knownHosts: FuzzTarget = {
  name: 'known-hosts',
  seeds: [
    `pe1,10.0.0.1 ssh-ed25519 ${KEY} comment\n[pe1]:830 ssh-rsa ${KEY}\n`,
    `@revoked * ssh-ed25519 ${KEY}\n@cert-authority *.x ssh-rsa ${KEY}\n# note\n\n`,
    `|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ssh-ed25519 ${KEY}\n`,
    `p*1,!pe2,p?1,[2001:db8::1]:830 ssh-ed25519 ${KEY}\r\n`,
  ],
  dictionary: [
    ...[
      'pe1',
      '[pe1]:830',
      '10.0.0.1',
      '[2001:db8::1]:830',
      '*',
      '?',
      '!',
      ',',
      '|1|',
      '|',
      '@revoked ',
      '@cert-authority ',
      '#',
    ],
    ...[' ssh-ed25519 ', ' ssh-rsa ', KEY, 'AAAA', '=', '\n', '\r\n', ' ', '\t', '\u00a0', '\u0000'],
  ],
  inputBytesMax: 800,
  run(input) {
    const text = input.toString('utf8');
    const known = parseKnownHosts(text);
    const lines = text.split(/\r?\n/);
    for (const [host, port] of HOSTS) {
      const entries = known.entriesFor(host, port);
      for (const entry of entries) {
        const line = lines[entry.line - 1]?.trim() ?? '';
        hold(!line.startsWith('@revoked') && !line.startsWith('#'), () => `a key from the line ${line}`);
        hold(line.split(/[ \t]+/).includes(entry.type), () => `the type ${entry.type} from the line ${line}`);
        const alone = parseKnownHosts(line).entriesFor(host, port);
        hold(
          alone.length === 1 && alone[0]?.key.equals(entry.key) === true,
          () => `the line ${line} alone says otherwise`,
        );
        const revoked = parseKnownHosts(`${text}\n@revoked * ${entry.type} ${entry.key.toString('base64')}`);
        hold(entry.key.length === 0 || revoked.isRevoked(entry.key, host, port), () => `a revoked key passes: ${line}`);
      }
      const each = lines.filter((line) => parseKnownHosts(line).entriesFor(host, port).length > 0).length;
      hold(each === entries.length, () => `${entries.length} entries, the lines alone have ${each}`);
      const plain = lines.filter((line) => line.startsWith(`${nameOf(host, port)} ssh-ed25519 ${KEY} `)).length;
      hold(plain <= entries.length, () => 'a plain line is not found');
    }
  },
};

const nameOf = (host: string, port: number) => (port === 22 ? host : `[${host}]:${port}`);
