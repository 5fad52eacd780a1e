import type { Command } from 'commander';
import { digestOf } from '../../domain/canonical-json.ts';
import { readText } from '../read-document.ts';
import { readRequest } from '../read-request.ts';
import type { CliSession } from '../session.ts';
import { showInterconnect } from '../show-interconnect.ts';

export function registerRequestCommands(program: Command, session: CliSession): void {
  const request = program.command('request').description('ask for an interconnect');

  request
    .command('submit')
    .description('submit a request for the two parties to sign')
    .argument('<file>', 'YAML file, - for standard input')
    .option('--key <key>', 'idempotency key; without it the same file gives the same interconnect')
    .addHelpText(
      'after',
      '\nExamples:\n  wasl request submit docs/samples/moh-mof.yaml\n  wasl request submit moh-mof.yaml --key moh-mof-second-time',
    )
    .action(async (file: string, options: { key?: string }) => {
      const body = readRequest(await readText(session.io, file), file);
      const key = options.key ?? digestOf(body);
      const { created, interconnect } = await session.client.submitRequest(body, key);
      if (session.isJson) return session.printJson({ created, interconnect });
      if (!created)
        session.remark(`This request is there already as ${interconnect.id}; --key makes another one of it.`);
      session.print(showInterconnect(interconnect, session.paint));
    });

  request
    .command('show')
    .description('a request with its decisions')
    .argument('<id>', 'for example IC-0001')
    .action(async (id: string) => {
      const interconnect = await session.client.readInterconnect(id);
      if (session.isJson) return session.printJson(interconnect);
      session.print(showInterconnect(interconnect, session.paint));
    });
}
