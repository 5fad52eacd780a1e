import { describe, expect, it } from 'vitest';
import {
  child,
  connect,
  createCapture,
  createReplay,
  maskSecrets,
  openSessionOverStream,
  parseXml,
  type XmlElement,
  xml,
} from '../../src/netconf/index.ts';
import { cpuSeconds } from '../support/cpu-seconds.ts';
import { BASE_NS, startServer } from './support/ssh-server.ts';

describe('masking', () => {
  it.each([
    ['<password>p</password>', '<password>********</password>'],
    ['<x:auth-password a="1">p</x:auth-password>', '<x:auth-password a="1">********</x:auth-password>'],
    ['<encrypted-password>$9$x</encrypted-password>', '<encrypted-password>********</encrypted-password>'],
    ['<secret><level>5</level></secret>', '<secret><level>5</level></secret>'],
    [
      '<snmp><community><name>public</name></community></snmp><name>MOH</name>',
      '<snmp><community><name>********</name></community></snmp><name>MOH</name>',
    ],
    [
      '<community><name>rt-moh</name><members>target:65000:1</members></community>',
      '<community><name>rt-moh</name><members>target:65000:1</members></community>',
    ],
    ['<password><![CDATA[a]]></password>', '<password>********</password>'],
    ['<password><!-- c -->a</password>', '<password>********</password>'],
    ['<password>a<!-- c -->b<![CDATA[c]]>&amp;d</password>', '<password>********</password>'],
    ['<password><value>a</value></password>', '<password><value>********</value></password>'],
    ["<password x='>'>a</password>", "<password x='>'>********</password>"],
    ['<radius><key>a</key></radius>', '<radius><key>********</key></radius>'],
    [
      '<tacacs-server><host><address>::1</address><key><x:v>a</x:v></key></host></tacacs-server><key>1</key>',
      '<tacacs-server><host><address>::1</address><key><x:v>********</x:v></key></host></tacacs-server><key>1</key>',
    ],
    [
      '<pre-shared-key><ascii-text>a</ascii-text></pre-shared-key>',
      '<pre-shared-key><ascii-text>********</ascii-text></pre-shared-key>',
    ],
    ['<user api-key="a" name=\'password="x"\'>b</user>', '<user api-key="********" name=\'password="x"\'>b</user>'],
    ['<a><!-- <password>x --></a><b>c</b>', '<a><!-- <password>x --></a><b>c</b>'],
    ['<a><![CDATA[<password>]]></a><b>c</b>', '<a><![CDATA[<password>]]></a><b>c</b>'],
    ['<password>a</b>c', '<password>********</b>********'],
    ['<password>a<!-- cut off', '<password>********'],
    ['<password/><b>c</b>', '<password/><b>c</b>'],
    ['<community-string>a</community-string>', '<community-string>********</community-string>'],
    // Models of before there were hyphens.
    ['<x:authPassword>a</x:authPassword>', '<x:authPassword>********</x:authPassword>'],
    ['<snmpAgent><community>a</community></snmpAgent>', '<snmpAgent><community>********</community></snmpAgent>'],
    ['<communityName>a</communityName>', '<communityName>********</communityName>'],
    ['<securityName>a</securityName>', '<securityName>********</securityName>'],
    ['<notify-community>a</notify-community>', '<notify-community>********</notify-community>'],
    ['<leaf md5Key="a" name="b"/>', '<leaf md5Key="********" name="b"/>'],
    ['<password value="a"/><b value="c"/>', '<password value="********"/><b value="c"/>'],
    ['<bypass>1</bypass><nextHop>a</nextHop>', '<bypass>1</bypass><nextHop>a</nextHop>'],
    ['<key>1</key><tokenize>x</tokenize>', '<key>1</key><tokenize>x</tokenize>'],
    // What the vendors' modules have as passwords under names that say nothing of it (IOS-XR, Junos, SR OS, Huawei).
    [
      '<v3><auth><md5><encryption-default>a</encryption-default></md5></auth></v3>',
      '<v3><auth><md5><encryption-default>********</encryption-default></md5></auth></v3>',
    ],
    ['<encryption-aes>a</encryption-aes>', '<encryption-aes>********</encryption-aes>'],
    [
      '<authentication><md5><name>1</name><key>a</key></md5></authentication>',
      '<authentication><md5><name>********</name><key>********</key></md5></authentication>',
    ],
    [
      '<ppk><value><ascii>a</ascii></value></ppk><ascii>b</ascii>',
      '<ppk><value><ascii>********</ascii></value></ppk><ascii>b</ascii>',
    ],
    [
      '<encode><key><value>a</value></key></encode><url-list><key>a</key></url-list>',
      '<encode><key><value>********</value></key></encode><url-list><key>********</key></url-list>',
    ],
    [
      '<session><cipher-string-multicast-ipv4>a</cipher-string-multicast-ipv4></session>',
      '<session><cipher-string-multicast-ipv4>********</cipher-string-multicast-ipv4></session>',
    ],
    // A name of tomorrow, where nothing but secrets and their manners stands.
    [
      '<aaa><x><yet-unknown>a</yet-unknown><key-id>1</key-id></x></aaa>',
      '<aaa><x><yet-unknown>********</yet-unknown><key-id>1</key-id></x></aaa>',
    ],
    ['<password><type><x>a</x></type></password>', '<password><type><x>********</x></type></password>'],
    // As the vendors hide it, wherever it stands.
    ['<remark>was $9$aBc</remark>', '<remark>********</remark>'],
    ['<a b="$6$x$y">%^%#z%^%#</a><!-- $1$a -->', '<a b="********">********</a>'],
  ])('%s', (clear, masked) => {
    expect(maskSecrets(clear)).toBe(masked);
  });

  it('leaves a well-formed document well-formed, and what is no secret as it was', () => {
    const config = `<?xml version="1.0"?>\n<config xmlns="urn:x"><!-- a --><users x="1"><user name='>'>\n<name>ops</name>
<n:password xmlns:n="urn:n" nc:operation="merge" xmlns:nc="${BASE_NS}">$6$<![CDATA[<hush>]]>&lt;hush</n:password></user></users>
<snmp-server><community><name>hush</name></community></snmp-server><text>a &amp; <![CDATA[b]]></text></config>`;
    const masked = maskSecrets(config);
    expect(masked).not.toContain('hush');
    const before = parseXml(config);
    const after = parseXml(masked);
    expect(child(after, 'text')?.text).toBe('a & b');
    const names = (element: XmlElement): unknown => [element.name, element.attributes, element.children.map(names)];
    expect(names(after)).toEqual(names(before));
  });

  it('takes other names, and is linear', () => {
    expect(maskSecrets('<pin>1</pin><password>p</password>', ['pin'])).toBe(
      '<pin>********</pin><password>p</password>',
    );
    const before = cpuSeconds();
    for (const evil of [
      '<a-'.repeat(100_000),
      '<password '.repeat(50_000),
      '<password>'.repeat(50_000),
      '<snmp>'.repeat(20_000),
    ]) {
      maskSecrets(evil);
    }
    expect(cpuSeconds() - before).toBeLessThan(3);
  });
});

describe('capture and replay', () => {
  it('what was recorded once plays again, one byte at a time, and never held the secret', async () => {
    const server = await startServer({
      onRpc: ({ id, body }, peer) => {
        const inside = body.includes('<lock>')
          ? '<rpc-error><error-tag>lock-denied</error-tag><error-severity>error</error-severity></rpc-error>'
          : body.includes('get-config')
            ? '<data><user xmlns="urn:u"><name>é</name><password>hush</password></user></data>'
            : '<ok/>';
        peer.send(`<rpc-reply xmlns="${BASE_NS}" message-id="${id}">${inside}</rpc-reply>`);
      },
    });
    const { entries, record } = createCapture();
    const work = async (session: Awaited<ReturnType<typeof openSessionOverStream>>) => {
      const config = xml('user', 'urn:u', xml('password', 'urn:u', 'hush'));
      const seen = [(await session.editConfig({ target: 'candidate', config })).ok];
      const refused = await session.lock('candidate').catch((error: { code: string }) => error.code);
      const text = (await session.getConfig({ source: 'running' })).data?.children[0]?.children[0]?.text;
      await session.close();
      return [...seen, refused, text];
    };
    const live = await work(
      await connect({
        host: '127.0.0.1',
        port: server.port,
        username: 'wasl',
        auth: { password: 'secret' },
        hostKey: { sha256: [server.hostKeySha256] },
        capture: record,
      }),
    );
    await server.close();
    expect(live).toEqual([true, 'RPC_ERROR', 'é']);
    expect(JSON.stringify(entries)).not.toContain('hush');
    expect(entries.map(({ direction }) => direction).join(' ')).toBe(
      'sent received sent received sent received sent received sent received',
    );
    for (const pieceBytes of [1, 2, 1_000_000]) {
      expect(await work(await openSessionOverStream(createReplay(entries, { pieceBytes })))).toEqual(live);
    }
  });
});
