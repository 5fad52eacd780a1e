import type { Command } from 'commander';
import { digestOf } from '../../domain/canonical-json.ts';
import { WaslError } from '../../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { readText } from '../read-document.ts';
import { readRequest } from '../read-request.ts';
import type { CliSession } from '../session.ts';
import { showCheck } from '../show-findings.ts';
import { showInterconnect } from '../show-interconnect.ts';

export function registerRequestCommands(program: Command, session: CliSession): void {
  const request = program.command('request').description('ask for an interconnect');

  request
    .command('check')
    .description('say what is known about a request before it is asked; stores nothing')
    .argument('<file>', 'YAML file, - for standard input')
    .option('--offline', 'the shape of the file only; needs no server')
    .addHelpText(
      'after',
      '\nExit codes: 0 it can be asked; 2 it cannot; 3 its shape is right, and the server was away.' +
        '\n\nExamples:\n  wasl request check docs/samples/moh-mof.yaml\n  wasl request check moh-mof.yaml --offline',
    )
    .action(async (file: string, options: { offline?: boolean }) => {
      const body = readRequest(await readText(session.io, file), file);
      if (options.offline === true) {
        if (session.isJson) return session.printJson({ file, shape: 'valid' });
        return session.print(`${file} has the shape of a request; it was not held against inventory and register`);
      }
      const check = await session.client.checkRequest(body).catch((error: unknown) => {
        const isAway = error instanceof WaslError && error.code === 'API_UNREACHABLE';
        if (isAway) session.remark(`${file} has the shape of a request; inventory and register could not be asked.`);
        throw error;
      });
      if (check.errors.length > 0) session.exitCode = EXIT.permanent;
      if (session.isJson) return session.printJson(check);
      session.print(showCheck(check, session.paint));
    });

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
