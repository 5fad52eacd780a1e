import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type AddressRules,
  ANY_NETWORK,
  guardedLookup,
  requireAllowed,
  requireReachable,
  requireWebhookUrl,
} from '../../src/webhooks/guard-address.ts';
import { postWebhook } from '../../src/webhooks/post-webhook.ts';

const RULES: AddressRules = {
  networks: ['10.100.0.0/16', '2001:db8:100::/48'],
  forbidden: ['10.100.0.9', 'pe1.moh.example'],
  isDevelopment: false,
};
const EVERYWHERE: AddressRules = { ...RULES, networks: ANY_NETWORK };
const refused = (work: () => unknown) => expect(work).toThrow(expect.objectContaining({ code: 'WEBHOOK_ADDRESS' }));

describe('the form of an address', () => {
  it.each(['https://portal.moh.example/wasl', 'https://portal.moh.example:8443/', 'https://10.100.0.1/x?y=1'])(
    'takes %s',
    (url) => {
      expect(requireWebhookUrl(url, false).href).toBe(url);
    },
  );

  it.each([
    ...['http://portal.moh.example/', 'ftp://portal.moh.example/', 'file:///etc/passwd', 'gopher://x/', 'javascript:0'],
    ...[
      'https://me:secret@portal.moh.example/',
      'https://portal.moh.example:22/',
      'https://portal.moh.example/#x',
      'portal',
      '',
    ],
    `https://portal.moh.example/${'x'.repeat(512)}`,
  ])('refuses %s', (url) => refused(() => requireWebhookUrl(url, false)));

  it.each([
    ...[
      'https://0x7f000001/',
      'https://127.1/',
      'https://2130706433/',
      'https://[::1]/',
      'https://[::ffff:127.0.0.1]/',
    ],
    ...[
      'https://169.254.169.254/',
      'https://0.0.0.0/',
      'https://10.100.0.9/',
      'https://[64:ff9b::7f00:1]/',
      'https://[2002:7f00:1::]/',
    ],
  ])('refuses %s, however it is written, whatever the operator allows', (url) =>
    refused(() => requireReachable(requireWebhookUrl(url, false), EVERYWHERE)),
  );
});

describe('an address', () => {
  it.each(['10.100.3.4', '::ffff:10.100.3.4', '2001:db8:100::1'])(
    '%s is in the networks of its endpoint',
    (address) => {
      expect(() => requireAllowed(address, RULES)).not.toThrow();
    },
  );

  it.each([
    '10.101.0.1',
    '192.0.2.1',
    '8.8.8.8',
    '2001:db8:101::1',
    '100.64.0.1',
    'fe80::1',
    'ff02::1',
    '10.100.0.9',
    '::ffff:10.100.0.9',
  ])('%s is not', (address) => refused(() => requireAllowed(address, RULES)));

  it('is nowhere while the operator has allowed nothing', () =>
    refused(() => requireAllowed('10.100.3.4', { ...RULES, networks: [] })));
});

describe('where a router is managed', () => {
  const factOf = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      return (error as Error).message;
    }
    return 'taken';
  };

  it('is told to nobody: the refusal is that of any address not allowed', () => {
    const at = (address: string, rules: AddressRules) =>
      factOf(() => requireAllowed(address, rules)).replace(address, 'X');
    expect(at('10.100.0.9', { ...RULES, networks: [] })).toBe(at('10.100.0.8', { ...RULES, networks: [] }));
    expect(at('10.100.0.9', RULES)).toBe(at('10.101.0.8', RULES));
  });

  it.each(['https://pe1.moh.example/', 'https://PE1.moh.example.:8443/'])('is no receiver, by its name: %s', (url) =>
    refused(() => requireReachable(requireWebhookUrl(url, false), EVERYWHERE)),
  );
});

describe('a name', () => {
  const lookUp = (...addresses: string[]) => {
    const resolve = async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    return new Promise((done) =>
      guardedLookup(RULES, resolve)('portal.moh.example', { all: true }, (error, found) => done(error ?? found)),
    );
  };

  it('is connected to at the addresses that were looked at', async () => {
    expect(await lookUp('10.100.3.4', '10.100.3.5')).toEqual([
      { address: '10.100.3.4', family: 4 },
      { address: '10.100.3.5', family: 4 },
    ]);
  });

  it.each([[['127.0.0.1']], [['10.100.3.4', '127.0.0.1']], [['10.100.3.4', '8.8.8.8']], [[]]])(
    'is refused for %j',
    async (addresses) => {
      expect(await lookUp(...addresses)).toMatchObject({ code: 'WEBHOOK_ADDRESS' });
    },
  );

  it('is refused without a word of where it leads', async () => {
    const facts = await Promise.all([lookUp('10.1.2.3'), lookUp('127.0.0.1'), lookUp('10.100.0.9')]);
    expect(new Set(facts.map((fact) => (fact as Error).message))).toEqual(
      new Set(['portal.moh.example has an address in no network that the operator allows']),
    );
  });
});

describe('a try', () => {
  const HERE: AddressRules = { networks: ['127.0.0.0/8'], forbidden: [], isDevelopment: true };
  const message = { headers: { 'webhook-id': 'msg_1' }, body: '{}' };
  let close: () => void = () => undefined;
  afterEach(() => close());
  const receiver = async (answer: RequestListener) => {
    const server = createServer(answer).listen(0, '127.0.0.1');
    close = () => {
      server.closeAllConnections();
      server.close();
    };
    await once(server, 'listening');
    return `http://localhost:${(server.address() as AddressInfo).port}/hook`;
  };

  it('follows no redirect', async () => {
    const seen: string[] = [];
    const url = await receiver((request, response) => {
      seen.push(request.url ?? '');
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect(await postWebhook(url, message, HERE)).toEqual({ status: 307, retryAfterSeconds: null });
    expect(seen).toEqual(['/hook']);
  });

  it('hears how long to wait, and reads nothing more of the answer', async () => {
    const url = await receiver((_, response) =>
      response.writeHead(429, { 'retry-after': '120' }).end('x'.repeat(1_000_000)),
    );
    expect(await postWebhook(url, message, HERE)).toEqual({ status: 429, retryAfterSeconds: 120 });
  });

  it('reaches no receiver that its name leads to and the operator does not allow', async () => {
    let calls = 0;
    const url = await receiver((_, response) => response.end(String(++calls)));
    const elsewhere = { ...HERE, networks: ['10.0.0.0/8'] };
    await expect(postWebhook(url, message, elsewhere)).rejects.toMatchObject({ code: 'WEBHOOK_ADDRESS' });
    await expect(postWebhook(url, message, { ...HERE, isDevelopment: false })).rejects.toMatchObject({
      code: 'WEBHOOK_ADDRESS',
    });
    expect(calls).toBe(0);
  });

  it('says in a word that the time was over', async () => {
    const over = vi
      .spyOn(AbortSignal, 'timeout')
      .mockReturnValue(AbortSignal.abort(new DOMException('', 'TimeoutError')));
    const url = await receiver(() => undefined);
    await expect(postWebhook(url, message, HERE)).rejects.toMatchObject({ message: 'no answer came (TimeoutError)' });
    over.mockRestore();
  });

  it('says what kept the answer away', async () => {
    const url = await receiver((request) => request.socket.destroy());
    await expect(postWebhook(url, message, HERE)).rejects.toMatchObject({ code: 'WEBHOOK_UNDELIVERED' });
  });
});
