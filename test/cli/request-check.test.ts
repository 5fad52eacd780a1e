import { describe, expect, it } from 'vitest';
import { runForTest } from '../support/cli-under-test.ts';

const SAMPLE = 'docs/samples/moh-mof.yaml';
const WARNING = { code: 'ONE_WAY', path: 'flows[0]', fact: 'one-way over IPv4', remedy: 'Add a flow back.' };
const FAULT = {
  code: 'PREFIX_OVERLAP',
  path: 'flows[1].prefixes[0]',
  fact: '10.1.0.0/24 overlaps',
  remedy: 'Renumber.',
};
const answering =
  (body: object): typeof fetch =>
  async () =>
    Response.json(body);
const away: typeof fetch = async () => {
  throw new TypeError('fetch failed');
};
const check = (settings: { fetch?: typeof fetch }, ...more: string[]) =>
  runForTest(['request', 'check', SAMPLE, ...more], { WASL_TOKEN: 'token' }, settings);

describe('wasl request check', () => {
  it('prints warnings with path, fact and remedy, and that it can be asked', async () => {
    const body = { parties: ['MOF', 'MOH'], errors: [], warnings: [WARNING] };
    expect(await check({ fetch: answering(body) })).toEqual({
      code: 0,
      out: 'warning flows[0]: one-way over IPv4 (ONE_WAY)\n  Add a flow back.\ncan be asked between MOF and MOH: 1 warning\n',
      err: '',
    });
  });

  it('prints every fault and ends with 2', async () => {
    const body = { parties: null, errors: [FAULT, FAULT], warnings: [WARNING] };
    const { code, out } = await check({ fetch: answering(body) });
    expect([code, out.match(/^fault /gm)?.length]).toEqual([2, 2]);
    expect(out).toMatch(/\ncannot be planned: 2 faults, 1 warning\n$/);
    const json = await runForTest(['--json', 'request', 'check', SAMPLE], {}, { fetch: answering(body) });
    expect([json.code, JSON.parse(json.out)]).toEqual([2, body]);
  });

  it('checks the shape without a server, and says what was not asked', async () => {
    const offline = await check({ fetch: away }, '--offline');
    expect([offline.code, offline.out]).toEqual([
      0,
      `${SAMPLE} has the shape of a request; it was not held against inventory and register\n`,
    ]);
    const { code, err } = await check({ fetch: away });
    expect(code).toBe(3);
    expect(err).toContain(`${SAMPLE} has the shape of a request; inventory and register could not be asked.\n`);
    expect(err).toContain('error API_UNREACHABLE');
  });
});
