import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, type NetconfSession, xml, YangLibraryCache } from '../../src/netconf/index.ts';
import { BASE_NS, CAPABILITIES, helloXml, startServer, type TestServer } from './support/ssh-server.ts';

const EXTRA = [
  'urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring?module=ietf-netconf-monitoring&amp;revision=2010-10-04',
  'urn:ietf:params:netconf:capability:yang-library:1.1?revision=2019-01-04&amp;content-id=abc',
];
const answers: Record<string, string> = {
  'partial-lock':
    '<lock-id xmlns="urn:ietf:params:xml:ns:netconf:partial-lock:1.0">127</lock-id><locked-node xmlns="urn:ietf:params:xml:ns:netconf:partial-lock:1.0" xmlns:v="urn:v">/v:vrfs</locked-node>',
  'get-schema':
    '<data xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring">module a { prefix &lt;a&gt;; }</data>',
  'get-data': '<data xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"/>',
  get: '<data><yang-library xmlns="urn:ietf:params:xml:ns:yang:ietf-yang-library"><module-set><name>all</name><module><name>m</name><revision>2020-01-01</revision><namespace>urn:m</namespace><feature>f</feature><deviation>d</deviation></module><import-only-module><name>t</name><revision/><namespace>urn:t</namespace></import-only-module></module-set><content-id>abc</content-id></yang-library></data>',
};

let server: TestServer;
let session: NetconfSession;
const bodies: string[] = [];

beforeEach(async () => {
  bodies.length = 0;
  server = await startServer({
    hello: helloXml([...CAPABILITIES, ...EXTRA]),
    onRpc: ({ id, body }, peer) => {
      bodies.push(body);
      const name = /^<([^\s/>]+)/.exec(body)?.[1] ?? '';
      peer.send(`<rpc-reply xmlns="${BASE_NS}" message-id="${id}">${answers[name] ?? '<ok/>'}</rpc-reply>`);
    },
  });
  session = await open();
});
afterEach(async () => {
  session.destroy();
  await server.close();
});

const open = (checkCapabilities = true) =>
  connect({
    host: '127.0.0.1',
    port: server.port,
    name: 'pe1',
    username: 'wasl',
    auth: { password: 'secret' },
    hostKey: { sha256: [server.hostKeySha256] },
    checkCapabilities,
  });

describe('operations beyond the transaction', () => {
  it('are sent as their RFCs write them', async () => {
    await session.copyConfig({ source: 'running', target: 'startup' });
    await session.copyConfig({ source: { config: xml('a', 'urn:a') }, target: { url: 'file:///x?a&b' } });
    await session.deleteConfig({ target: 'startup' });
    await session.editConfig({ target: 'candidate', config: { url: 'ftp://h/c' } });
    await session.validate({ config: '<a xmlns="urn:a"/>' });
    await session.killSession(9);
    await session.partialUnlock(127);
    await session.getData({
      datastore: 'operational',
      filter: { xpath: '/i:interfaces', namespaces: { i: 'urn:i' } },
      configFilter: false,
      origins: { not: ['default'] },
      maxDepth: 3,
      withOrigin: true,
      withDefaults: 'trim',
    });
    await session.editData({ datastore: 'candidate', config: xml('a', 'urn:a', 'x'), defaultOperation: 'merge' });
    await session.action('<reset xmlns="urn:r"/>');
    expect(bodies).toMatchInlineSnapshot(`
      [
        "<copy-config><target><startup/></target><source><running/></source></copy-config>",
        "<copy-config><target><url>file:///x?a&amp;b</url></target><source><config xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0"><a xmlns="urn:a"/></config></source></copy-config>",
        "<delete-config><target><startup/></target></delete-config>",
        "<edit-config><target><candidate/></target><url>ftp://h/c</url></edit-config>",
        "<validate><source><config xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0"><a xmlns="urn:a"/></config></source></validate>",
        "<kill-session><session-id>9</session-id></kill-session>",
        "<partial-unlock xmlns="urn:ietf:params:xml:ns:netconf:partial-lock:1.0"><lock-id>127</lock-id></partial-unlock>",
        "<get-data xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"><datastore xmlns:ds="urn:ietf:params:xml:ns:yang:ietf-datastores">ds:operational</datastore><xpath-filter xmlns:i="urn:i">/i:interfaces</xpath-filter><config-filter>false</config-filter><negated-origin-filter xmlns:or="urn:ietf:params:xml:ns:yang:ietf-origin">or:default</negated-origin-filter><max-depth>3</max-depth><with-origin/><with-defaults>trim</with-defaults></get-data>",
        "<edit-data xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"><datastore xmlns:ds="urn:ietf:params:xml:ns:yang:ietf-datastores">ds:candidate</datastore><default-operation>merge</default-operation><config xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0"><a xmlns="urn:a">x</a></config></edit-data>",
        "<action xmlns="urn:ietf:params:xml:ns:yang:1"><reset xmlns="urn:r"/></action>",
      ]
    `);
  });

  it('read what the server answers', async () => {
    expect(await session.partialLock(['/v:vrfs'], { namespaces: { v: 'urn:v' } })).toEqual({
      lockId: 127,
      lockedNodes: ['/v:vrfs'],
    });
    expect(await session.getSchema({ identifier: 'a', version: '2020-01-01', format: 'yang' })).toBe(
      'module a { prefix <a>; }',
    );
  });

  it('read the YANG library once per content-id', async () => {
    const cache = new YangLibraryCache();
    const library = await session.yangLibrary({ cache });
    expect(library).toEqual({
      contentId: 'abc',
      modules: [
        {
          name: 'm',
          revision: '2020-01-01',
          namespace: 'urn:m',
          features: ['f'],
          deviations: ['d'],
          importOnly: false,
        },
        { name: 't', revision: null, namespace: 'urn:t', features: [], deviations: [], importOnly: true },
      ],
    });
    expect(await session.yangLibrary({ cache })).toBe(library);
    expect(bodies).toHaveLength(1);
  });
});

describe('what cannot be meant is not sent', () => {
  const refusals: [string, () => Promise<unknown>, string, string][] = [
    [
      'a timeout without confirmed',
      () => session.commit({ confirmTimeoutSeconds: 60 }),
      'INVALID_REQUEST',
      'pe1: commit: confirmTimeoutSeconds and persist need confirmed: true',
    ],
    [
      'persist without confirmed',
      () => session.commit({ persist: 'x' }),
      'INVALID_REQUEST',
      'pe1: commit: confirmTimeoutSeconds and persist need confirmed: true',
    ],
    [
      'an empty persist-id',
      () => session.commit({ persistId: '' }),
      'INVALID_REQUEST',
      'pe1: commit: persist-id must not be empty',
    ],
    [
      'half a second',
      () => session.commit({ confirmed: true, confirmTimeoutSeconds: 0.5 }),
      'INVALID_REQUEST',
      'pe1: confirmTimeoutSeconds must be a whole number from 1 to 4294967295, not 0.5',
    ],
    [
      'XML that closes the rpc',
      () => session.rpc('<a/></rpc><rpc><b/>'),
      'INVALID_REQUEST',
      'pe1: the XML to send is refused: malformed XML: </rpc> where </fragment> is due',
    ],
    [
      'XML with a DOCTYPE',
      () => session.editConfig({ target: 'candidate', config: '<!DOCTYPE a><a/>' }),
      'INVALID_REQUEST',
      'pe1: the XML to send is refused: a DOCTYPE is refused (RFC 6241 section 3)',
    ],
    [
      'an undeclared prefix',
      () => session.rpc('<x:a/>'),
      'INVALID_REQUEST',
      'pe1: the XML to send is refused: malformed XML: the prefix "x" is not declared',
    ],
    [
      'deleting running',
      () => session.deleteConfig({ target: 'running' as never }),
      'INVALID_REQUEST',
      'pe1: delete-config takes startup or a URL, not "running" (RFC 6241 section 7.4)',
    ],
  ];
  it.each(refusals)('%s', async (_name, call, code, message) => {
    await expect(call()).rejects.toMatchObject({ code, message });
    expect(bodies).toEqual([]);
  });

  it('nor what the server does not offer, unless the profile says that it can', async () => {
    session.destroy();
    await server.close();
    server = await startServer({
      hello: helloXml([
        'urn:ietf:params:netconf:base:1.1',
        'urn:ietf:params:netconf:capability:candidate:1.0',
        'urn:ietf:params:netconf:capability:confirmed-commit:1.0',
      ]),
    });
    session = await open();
    const missing: [() => Promise<unknown>, string][] = [
      [
        () => session.commit({ confirmed: true, persist: 'x' }),
        'pe1: confirmed commit: the server does not offer :confirmed-commit:1.1',
      ],
      [() => session.cancelCommit(), 'pe1: cancel-commit: the server does not offer :confirmed-commit:1.1'],
      [
        () => session.editConfig({ target: 'running', config: '' }),
        'pe1: edit-config: the server does not offer :writable-running',
      ],
      [() => session.validate('candidate'), 'pe1: validate: the server does not offer :validate'],
      [() => session.get({ filter: { xpath: '/' } }), 'pe1: get: the server does not offer :xpath'],
      [() => session.lock('startup'), 'pe1: lock: the server does not offer :startup'],
      [() => session.createSubscription(), 'pe1: create-subscription: the server does not offer :notification'],
    ];
    for (const [call, message] of missing)
      await expect(call()).rejects.toMatchObject({ code: 'CAPABILITY_MISSING', message });
    await session.commit({ confirmed: true });
    session.destroy();
    session = await open(false);
    await session.cancelCommit();
  });
});
