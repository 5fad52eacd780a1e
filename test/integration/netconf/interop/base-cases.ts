import { xml, YangLibraryCache } from '../../../../src/netconf/index.ts';
import type { InteropCase } from './case.ts';
import { NS, told, toldInFull, vrf, vrfWith } from './stage.ts';

const VRF_COUNT = 500;
const many = () =>
  xml(
    'vrfs',
    NS,
    Array.from({ length: VRF_COUNT }, (_, n) =>
      xml('vrf', NS, [xml('name', NS, `V${n}`), xml('rd', NS, `65000:${n}`)]),
    ),
  );

/** Sessions, datastores, locks and errors: what every server must do. */
export const BASE_CASES: readonly InteropCase[] = [
  {
    name: 'an edit is in the candidate, and in running after commit',
    expected: 'candidate: MOH; running: none, then MOH',
    run: async (stage) => {
      await stage.session.editConfig({ target: 'candidate', config: vrf('MOH') });
      const [candidate, before] = [await stage.names(stage.session, 'candidate'), await stage.names(stage.session)];
      await stage.session.commit();
      return `candidate: ${candidate}; running: ${before}, then ${await stage.names(stage.session)}`;
    },
  },
  {
    name: 'discard-changes',
    expected: 'candidate: none',
    run: async (stage) => {
      await stage.session.editConfig({ target: 'candidate', config: vrf('MOH') });
      await stage.session.discardChanges();
      return `candidate: ${await stage.names(stage.session, 'candidate')}`;
    },
  },
  {
    name: 'chunked and end-of-message framing read the same',
    expected: 'the same',
    run: async (stage) => {
      await stage.editAndCommit('MOH');
      const marked = await stage.another({ baseVersions: ['1.0'] });
      const [one, other] = [
        await stage.session.getConfig({ source: 'running' }),
        await marked.getConfig({ source: 'running' }),
      ];
      return one.dataXml === other.dataXml && one.dataXml.includes('MOH') ? 'the same' : 'different';
    },
  },
  {
    name: '50 rpcs at once on one session',
    expected: '50 answers, all the same',
    run: async (stage) => {
      await stage.editAndCommit('MOH');
      const calls = Array.from({ length: 50 }, () => stage.session.getConfig({ source: 'running' }));
      const answers = new Set((await Promise.all(calls)).map((reply) => reply.dataXml));
      return answers.size === 1 ? '50 answers, all the same' : `${answers.size} different answers`;
    },
  },
  {
    name: `${VRF_COUNT} entries as a stream, and as text`,
    expected: `${VRF_COUNT} elements, the bytes equal the text`,
    run: async (stage) => {
      await stage.session.editConfig({ target: 'candidate', config: many() });
      await stage.session.commit();
      const { dataXml } = await stage.session.getConfig({ source: 'running' });
      let count = 0;
      const elements = (await stage.session.getConfigStream({ source: 'running' })).elements('vrfs', 'vrf');
      for await (const _ of elements) count += 1;
      const bytes: Buffer[] = [];
      for await (const piece of (await stage.session.getConfigStream({ source: 'running' })).bytes()) bytes.push(piece);
      const equal = Buffer.concat(bytes).toString() === dataXml;
      return `${count} elements, the bytes ${equal ? 'equal' : 'differ from'} the text`;
    },
  },
  {
    name: 'a subtree filter by key',
    expected: 'MOF alone',
    run: async (stage) => {
      await stage.editAndCommit('MOH');
      await stage.editAndCommit('MOF');
      const subtree = xml('vrfs', NS, xml('vrf', NS, xml('name', NS, 'MOF')));
      const { dataXml } = await stage.session.getConfig({ source: 'running', filter: { subtree } });
      return dataXml.includes('MOF') && !dataXml.includes('MOH') ? 'MOF alone' : dataXml;
    },
  },
  {
    name: 'an xpath filter',
    needs: ':xpath',
    expected: 'MOF alone',
    run: async (stage) => {
      await stage.editAndCommit('MOH');
      await stage.editAndCommit('MOF');
      const filter = { xpath: '/pb:vrfs/pb:vrf[pb:name="MOF"]', namespaces: { pb: NS } };
      const { dataXml } = await stage.session.getConfig({ source: 'running', filter });
      return dataXml.includes('MOF') && !dataXml.includes('MOH') ? 'MOF alone' : dataXml;
    },
  },
  {
    name: 'with-defaults (RFC 6243)',
    needs: ':with-defaults',
    expected: 'ok',
    run: (stage) => told(stage.session.getConfig({ source: 'running', withDefaults: 'report-all' })),
  },
  {
    name: 'create of what is there',
    expected: 'refused: data-exists',
    run: async (stage) => {
      await stage.editAndCommit('MOH');
      return told(stage.session.editConfig({ target: 'candidate', config: vrfWith('MOH', 'create') }));
    },
  },
  {
    name: 'delete of what is not',
    expected: 'refused: data-missing',
    run: (stage) => told(stage.session.editConfig({ target: 'candidate', config: vrfWith('NONE', 'delete') })),
  },
  {
    name: 'a value against the schema',
    expected: 'refused: invalid-value, with its path; candidate: none',
    run: async (stage) => {
      const outcome = await toldInFull(
        stage.session.editConfig({ target: 'candidate', config: vrf('MOH', 'garbage') }),
      );
      await stage.session.discardChanges();
      return `${outcome}; candidate: ${await stage.names(stage.session, 'candidate')}`;
    },
  },
  {
    name: 'an element of an unknown namespace',
    expected: 'refused: unknown-namespace',
    run: (stage) => told(stage.session.editConfig({ target: 'candidate', config: xml('a', 'urn:not-there') })),
  },
  {
    name: 'an operation that does not exist',
    expected: 'refused: operation-not-supported',
    run: (stage) => told(stage.session.rpc(xml('frobnicate', 'urn:not-there'))),
  },
  {
    name: 'lock of the candidate that another session has locked (§7.5)',
    expected: 'refused: lock-denied, holder named; after its unlock: ok',
    run: async (stage) => {
      await stage.session.lock('candidate');
      const second = await stage.another();
      const denied = await toldInFull(second.lock('candidate'), stage.session.sessionId);
      await stage.session.unlock('candidate').catch(() => undefined);
      return `${denied}; after its unlock: ${await told(second.lock('candidate'))}`;
    },
  },
  {
    name: 'an edit of the candidate that another session has locked (§7.5)',
    expected: 'refused: in-use',
    run: async (stage) => {
      await stage.session.lock('candidate');
      const second = await stage.another();
      return told(second.editConfig({ target: 'candidate', config: vrf('MOH') }));
    },
  },
  {
    name: 'lock of running',
    expected: 'ok',
    run: (stage) => told(stage.session.lock('running')),
  },
  {
    name: 'the end of the session that locked the candidate (§8.3.5.2)',
    expected: 'its lock is gone, its edits too',
    run: async (stage) => {
      await stage.session.lock('candidate');
      await stage.session.editConfig({ target: 'candidate', config: vrf('MOH') });
      stage.session.destroy();
      const second = await stage.another();
      let locked = await told(second.lock('candidate'));
      for (let attempt = 0; locked !== 'ok' && attempt < 30; attempt += 1) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        locked = await told(second.lock('candidate'));
      }
      const edits = (await stage.names(second, 'candidate')) === 'none' ? 'too' : 'are not';
      return `its lock ${locked === 'ok' ? 'is gone' : 'stays'}, its edits ${edits}`;
    },
  },
  {
    name: 'copy-config from running to candidate',
    expected: 'ok',
    run: (stage) => told(stage.session.copyConfig({ source: 'running', target: 'candidate' })),
  },
  {
    name: 'kill-session',
    expected: 'ok; the other session is lost',
    run: async (stage) => {
      const second = await stage.another();
      const killed = await told(stage.session.killSession(second.sessionId));
      const end = killed === 'ok' ? (await second.closed).kind : await told(second.discardChanges(), 'open');
      return `${killed}; the other session is ${end}`;
    },
  },
  {
    name: 'validate, and then commit (§8.6)',
    needs: ':validate',
    expected: 'ok; running: MOH',
    run: async (stage) => {
      await stage.session.editConfig({ target: 'candidate', config: vrf('MOH') });
      const validated = await told(stage.session.validate('candidate'));
      await stage.session.commit();
      return `${validated}; running: ${await stage.names(stage.session)}`;
    },
  },
  {
    name: 'edit with test-then-set, and then commit (§8.6)',
    needs: ':validate',
    expected: 'ok; running: MOH',
    run: async (stage) => {
      const edit = { target: 'candidate', config: vrf('MOH'), testOption: 'test-then-set' } as const;
      const edited = await told(stage.session.editConfig(edit));
      await stage.session.commit();
      return `${edited}; running: ${await stage.names(stage.session)}`;
    },
  },
  {
    name: 'partial-lock (RFC 5717)',
    needs: ':partial-lock',
    expected: 'ok',
    run: (stage) => told(stage.session.partialLock(['/pb:vrfs'], { namespaces: { pb: NS } })),
  },
  {
    name: 'get-schema (RFC 6022)',
    expected: 'the module',
    run: async (stage) => {
      const text = await stage.session.getSchema({ identifier: 'probe-l3vpn' });
      return text.includes('module probe-l3vpn {') ? 'the module' : text.slice(0, 80);
    },
  },
  {
    name: 'the YANG library (RFC 7895), the second time from the cache',
    needs: 'urn:ietf:params:netconf:capability:yang-library:1.0',
    expected: 'lists the module; cached',
    run: async (stage) => {
      const cache = new YangLibraryCache();
      const library = await stage.session.yangLibrary({ cache });
      const listed = library.modules.some(({ name, namespace }) => name === 'probe-l3vpn' && namespace === NS);
      const cached = (await stage.session.yangLibrary({ cache })) === library;
      return `${listed ? 'lists the module' : 'the module is missing'}; ${cached ? 'cached' : 'read again'}`;
    },
  },
  {
    name: 'a commit of another session by notification, rpcs beside it (RFC 5277, 6470)',
    needs: ':interleave',
    expected: 'netconf-config-change; running: MOH',
    run: async (stage) => {
      const notifications = await stage.session.createSubscription();
      const second = await stage.another();
      await second.editConfig({ target: 'candidate', config: vrf('MOH') });
      await second.commit();
      let seen = '';
      for await (const { event } of notifications) {
        seen = event?.name ?? '';
        if (seen === 'netconf-config-change') break;
      }
      return `${seen}; running: ${await stage.names(stage.session)}`;
    },
  },
  {
    name: 'a commit whose answer does not come in time',
    expected: 'COMMIT_OUTCOME_UNKNOWN; running, once it answers: MOH',
    run: async (stage) => {
      await stage.session.editConfig({ target: 'candidate', config: vrf('MOH') });
      await stage.server.freeze();
      const lost = await stage.session.commit({ timeoutMs: 200 }).then(
        () => 'answered',
        (error: { code: string }) => error.code,
      );
      stage.server.thaw();
      return `${lost}; running, once it answers: ${await stage.names(stage.session)}`;
    },
  },
];
