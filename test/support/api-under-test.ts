import { readFileSync } from 'node:fs';
import type { Role } from '../../src/api/authentication.ts';
import { createApi } from '../../src/api/create-api.ts';
import { createDevelopmentIssuer, type DevelopmentIssuer } from '../../src/api/development-issuer.ts';
import type { MatrixAnswer, RouterCheck } from '../../src/api/network-wire.ts';
import type { RouterReads } from '../../src/api/router-reads.ts';
import type { ApiServer } from '../../src/api/server-types.ts';
import { readInventory } from '../../src/cli/read-inventory.ts';
import { readRequest } from '../../src/cli/read-request.ts';
import type { AuditEntry } from '../../src/domain/audit.ts';
import { digestOfText } from '../../src/domain/canonical-json.ts';
import type { Inventory } from '../../src/domain/inventory.ts';
import type { InterconnectId } from '../../src/domain/names.ts';
import type { InterconnectRequest } from '../../src/domain/request.ts';
import type { RetentionSchedule } from '../../src/domain/retention.ts';
import type { Driver } from '../../src/driver/driver.ts';
import { WaslError } from '../../src/errors.ts';
import { createDevelopmentAuthority, type DevelopmentAuthority } from '../../src/signatures/index.ts';
import type { Store } from '../../src/store/store.ts';
import { meansOf } from './signing.ts';

const sample = (name: string) => readFileSync(new URL(`../../docs/samples/${name}`, import.meta.url), 'utf8');

export const DEMO_INVENTORY: Inventory = readInventory(sample('demo-backbone.yaml'), 'demo-backbone.yaml');
export const MOH_MOF: InterconnectRequest = readRequest(sample('moh-mof.yaml'), 'moh-mof.yaml');
export const NOW = new Date('2026-03-01T08:00:00Z');

/** A stand-in for Temporal: notes which interconnects it was told to look at. */
export interface RecordingDriver extends Driver {
  readonly looks: InterconnectId[];
  /** While true every call fails as if the workflow server were away. */
  isAway: boolean;
  hasNamespace: boolean;
}

export function createRecordingDriver(): RecordingDriver {
  const refuseAway = () => {
    if (driver.isAway) throw new WaslError('TEMPORAL_UNAVAILABLE', 'the workflow server does not answer');
  };
  const driver: RecordingDriver = {
    looks: [],
    isAway: false,
    hasNamespace: true,
    async look(id) {
      refuseAway();
      driver.looks.push(id);
    },
    listStrangers: async () => [],
    retire: async () => 0,
    async ping() {
      refuseAway();
      return driver.hasNamespace ? 'up' : 'no namespace';
    },
  };
  return driver;
}

export const SILENT_MATRIX: MatrixAnswer = {
  ...{ readAt: NOW.toISOString(), vpns: [], reachabilities: [], cells: [], missing: [], strangers: [] },
  ...{ interconnects: [], unread: [], doubts: [], unreadVpns: [] },
};

/** Of a router in order. */
export const checkOf = (pe: string): RouterCheck => ({
  ...{ pe, checkedAt: NOW.toISOString(), answers: true, verdict: 'pass', answerMs: 12, findings: [] },
  ...{ login: ['publickey'], procedure: 'confirmed-commit-persist', capabilities: [], notes: [], candidate: 'clean' },
  ...{ lock: { datastore: 'candidate', state: 'free', holder: null, how: 'asked' }, sessions: 2, clockSkewMs: null },
  vrfs: { listed: 3, asListed: 3 },
});

export const SILENT_AUDIT: AuditEntry = {
  ...{ id: 1, at: NOW.toISOString(), by: 'wasl', digest: digestOfText('an audit') },
  result: {
    ...{ verdict: 'pass', examined: 0, uncovered: 0, missing: 0, doubts: 0, unread: 0 },
    ...{ assumptions: [], findings: [] },
  },
};

export const CANNED_READS: RouterReads = {
  check: async (pe) => checkOf(pe),
  read: async (pe) => ({ pe, readAt: NOW.toISOString(), digest: 'sha256:0', text: `running of ${pe}\n` }),
  matrix: async () => SILENT_MATRIX,
  explain: async (questions) => ({
    ...{ readAt: NOW.toISOString(), unread: [] },
    answers: questions.map((question) => ({ ...question, places: [], unlisted: 0 })),
  }),
  audit: async () => SILENT_AUDIT,
};

export interface ApiUnderTest {
  readonly app: ApiServer;
  readonly issuer: DevelopmentIssuer;
  /** Whose certificates the API believes. */
  readonly authority: DevelopmentAuthority;
  readonly driver: RecordingDriver;
  /** A token as a header, for `inject`. */
  as(person: string, roles: readonly Role[], entity?: string): Promise<{ authorization: string }>;
}

export async function createApiUnderTest(
  store: Store,
  routerReads: RouterReads = CANNED_READS,
  retention: RetentionSchedule | null = null,
): Promise<ApiUnderTest> {
  const clock = () => NOW;
  const issuer = await createDevelopmentIssuer({ apiHost: '127.0.0.1', clock });
  const driver = createRecordingDriver();
  const authority = await createDevelopmentAuthority({ apiHost: '127.0.0.1', clock: () => new Date() });
  const signatures = meansOf(authority);
  const app = createApi({ store, driver, routerReads, auth: issuer.auth, clock, signatures, retention });
  requireDocumented(app);
  return {
    app,
    issuer,
    authority,
    driver,
    async as(person, roles, entity) {
      const token = await issuer.mintToken({ person, roles, ...(entity === undefined ? {} : { entity }) });
      return { authorization: `Bearer ${token}` };
    },
  };
}

/** Every answer of every test is one that the document tells of: else the call fails, and so does its test. */
function requireDocumented(app: ApiServer): void {
  let document: ReturnType<ApiServer['swagger']> | null = null;
  app.addHook('onSend', async (request, reply) => {
    const { url, method } = request.routeOptions;
    document ??= app.swagger();
    const paths = typeof document === 'object' && 'paths' in document ? document.paths : {};
    const operations = (paths as Record<string, Record<string, { responses: object }>>)[
      url?.replaceAll(/:(\w+)/g, '{$1}') ?? ''
    ];
    const responses = operations?.[String(method).toLowerCase()]?.responses;
    if (responses === undefined || reply.statusCode === 500 || String(reply.statusCode) in responses) return;
    throw new Error(`${method} ${url} answered ${reply.statusCode}, of which the document says nothing`);
  });
}
