import type { Command } from 'commander';
import type { WebhookAnswer, WebhookWithKeyAnswer } from '../../api/webhook-wire.ts';
import type { CliSession } from '../session.ts';
import { formatTable } from '../table.ts';

/** Where an entity is told of its interconnects, without asking. */
export function registerWebhookCommands(program: Command, session: CliSession): void {
  const webhook = program.command('webhook').description('messages to your systems about your interconnects, signed');
  registerEndpoints(webhook, session);
  registerSteps(webhook, session);
  registerDeliveries(webhook, session);
}

function registerEndpoints(webhook: Command, session: CliSession): void {
  webhook
    .command('list')
    .description('the endpoints; a party sees its own')
    .action(async () => {
      const endpoints = await session.client.webhooks.list();
      if (session.isJson) return session.printJson(endpoints);
      const rows = endpoints.map(({ id, entity, state, networks, url }) => [
        ...[id, entity, networks.length === 0 ? 'no network yet' : state, url],
      ]);
      session.print(formatTable(['ID', 'ENTITY', 'STATE', 'URL'], rows, session.paint));
    });

  webhook
    .command('show')
    .description('one endpoint: where it may be, and with which keys its messages are verified')
    .argument('<id>')
    .action(async (id: string) => show(session, await session.client.webhooks.read(id)));

  webhook
    .command('add')
    .description('have your entity told at an address; an admin says in which networks it may be')
    .argument('<url>', 'https, port 443 or 8443')
    .option('--shared-secret', 'sign with HMAC-SHA256 (v1) instead of Ed25519 (v1a)')
    .addHelpText('after', '\nExample:\n  wasl webhook add https://portal.moh.example/wasl')
    .action(async (url: string, { sharedSecret }: { sharedSecret?: true }) => {
      showWithKey(session, await session.client.webhooks.register({ url, scheme: sharedSecret ? 'v1' : 'v1a' }));
    });
}

function registerSteps(webhook: Command, session: CliSession): void {
  webhook
    .command('allow')
    .description('say in which networks an endpoint may be; without any, nothing is sent to it')
    .argument('<id>')
    .argument('[network...]', 'like 10.100.0.0/16')
    .action(async (id: string, networks: readonly string[]) =>
      show(session, await session.client.webhooks.allow(id, networks)),
    );

  webhook
    .command('rotate')
    .description('give it a new key; the one before signs beside it until the next')
    .argument('<id>')
    .action(async (id: string) => showWithKey(session, await session.client.webhooks.addKey(id)));

  webhook
    .command('enable')
    .description('enable one that was disabled')
    .argument('<id>')
    .action(async (id: string) => show(session, await session.client.webhooks.enable(id)));

  webhook
    .command('remove')
    .description('remove it, with what was still to be sent')
    .argument('<id>')
    .action(async (id: string) => {
      const removed = await session.client.webhooks.remove(id);
      if (session.isJson) return session.printJson(removed);
      session.print(`${removed.id} (${removed.url}) is removed`);
    });
}

function registerDeliveries(webhook: Command, session: CliSession): void {
  webhook
    .command('deliveries')
    .description('what became of the messages to an endpoint, newest first')
    .argument('<id>')
    .option('--dead', 'only those that are not tried again')
    .action(async (id: string, { dead }: { dead?: true }) => {
      const deliveries = await session.client.webhooks.listDeliveries(id, dead ? 'dead' : undefined);
      if (session.isJson) return session.printJson(deliveries);
      const rows = deliveries.map(({ id: message, interconnect, sequence, type, state, tries, outcome }) => [
        ...[message, `${interconnect} #${sequence}`, type, state, String(tries), outcome ?? '-'],
      ]);
      session.print(formatTable(['MESSAGE', 'OF', 'EVENT', 'STATE', 'TRIES', 'LAST'], rows, session.paint));
    });

  webhook
    .command('replay')
    .description('send a message once more, under its own id')
    .argument('<id>')
    .argument('<message>')
    .action(async (id: string, message: string) => {
      const delivery = await session.client.webhooks.replay(id, message);
      if (session.isJson) return session.printJson(delivery);
      session.print(`${delivery.id} (${delivery.type}, ${delivery.interconnect} #${delivery.sequence}) is sent again`);
    });
}

function show(session: CliSession, endpoint: WebhookAnswer): void {
  if (session.isJson) session.printJson(endpoint);
  else session.print(inWords(endpoint));
}

function showWithKey(session: CliSession, endpoint: WebhookWithKeyAnswer): void {
  const { secret } = endpoint;
  if (session.isJson) session.printJson(endpoint);
  else
    session.print([
      ...inWords(endpoint),
      ...(secret === null ? [] : [`  secret   ${secret}`, 'The secret is not shown again.']),
    ]);
}

function inWords({ id, entity, url, scheme, state, reason, networks, keys }: WebhookAnswer): string[] {
  const where =
    networks.length === 0 ? `nowhere yet: an admin says where (wasl webhook allow ${id} NETWORK)` : networks.join(', ');
  return [
    `${id} of ${entity}: ${state}${reason === null ? '' : `, ${reason}`}`,
    `  url      ${url}`,
    `  sent to  ${where}`,
    ...keys.map(({ key, since }) => `  key      ${key ?? `${scheme}, a shared secret`} since ${since}`),
  ];
}
