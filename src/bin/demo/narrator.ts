/** Tells a demonstration with the commands that people use: whose turn it is, what they type, what they see. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import type { CliIo } from '../../cli/cli-io.ts';
import { runCli } from '../../cli/main.ts';
import { WaslError } from '../../errors.ts';
import type { LocalInstallation, Person } from './local-installation.ts';

export const SAMPLES = fileURLToPath(new URL('../../../docs/samples/', import.meta.url));

export const ENGINEER_1: Person = { id: 'engineer-1', roles: ['engineer', 'admin'] };
export const ENGINEER_2: Person = { id: 'engineer-2', roles: ['engineer'] };
export const OFFICER: Person = { id: 'officer-1', roles: ['security'] };
export const portal = (entity: string): Person => ({
  id: `${entity.toLowerCase()}-portal-1`,
  roles: ['portal'],
  entity,
});
export const signatory = (entity: string): Person => ({
  id: `${entity.toLowerCase()}-signatory-1`,
  roles: ['party-approver'],
  entity,
});

const LOOK_INTERVAL_MS = 100;

export class Narrator {
  readonly io: CliIo;
  readonly #installation: LocalInstallation;

  constructor(installation: LocalInstallation, io: CliIo) {
    this.#installation = installation;
    this.io = io;
  }

  tell(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  chapter(title: string): void {
    this.io.signal.throwIfAborted();
    this.tell('');
    this.tell(styleText('bold', title));
    this.tell(styleText('dim', '─'.repeat(Math.min(110, title.length))));
  }

  /** One `wasl` command of this person, as they would type it. Throws INTERNAL when it fails, but for `status`, which tells. */
  async wasl(person: Person, ...argv: readonly string[]): Promise<void> {
    const shown = argv.map((word) => (/[\s]/.test(word) ? `'${word}'` : word.replace(SAMPLES, ''))).join(' ');
    this.tell('');
    this.tell(`${styleText('dim', person.id.padEnd(16))} ${styleText('bold', `$ wasl ${shown}`)}`);
    const env = {
      ...process.env,
      WASL_SERVER: this.#installation.apiUrl,
      WASL_TOKEN: await this.#installation.tokenOf(person),
      ...(await this.#installation.signingSettings(person)),
    };
    const code = await runCli(argv, { ...this.io, env });
    this.io.signal.throwIfAborted();
    // Watching a change that was rolled back says so to scripts; that is part of the stories.
    if (code !== 0 && argv[0] !== 'status')
      throw new WaslError('INTERNAL', `wasl ${argv.join(' ')} ended with ${code}`);
  }

  /** Proposed by one admin, published by a security officer, and accepted by a signatory of each party. */
  async acceptPolicy(entities: readonly string[]): Promise<void> {
    const texts = ['--arabic', join(SAMPLES, 'policy-2026-1.ar.md'), '--english', join(SAMPLES, 'policy-2026-1.en.md')];
    await this.wasl(ENGINEER_1, 'policy', 'propose', '2026-1', ...texts, '--from', '2026-01-01T00:00:00+04:00');
    await this.wasl(OFFICER, 'policy', 'publish', '2026-1');
    for (const entity of entities) await this.wasl(signatory(entity), 'policy', 'accept', '2026-1');
  }

  /** Request, two signatures, and the plan that wasl makes of them. */
  async agree(id: string, asking: string, other: string, file: string): Promise<void> {
    await this.wasl(portal(asking), 'request', 'submit', join(SAMPLES, file));
    await this.wasl(signatory(asking), 'approve', id);
    await this.wasl(signatory(other), 'approve', id);
    await this.untilPlanned(id);
  }

  async untilPlanned(id: string): Promise<void> {
    const client = await this.#installation.clientOf(ENGINEER_1);
    for (;;) {
      const { awaiting, reason } = await client.readInterconnect(id);
      if (awaiting.some((each) => each.includes('approval of the plan'))) return;
      if (awaiting.some((each) => each.includes('replan')))
        throw new WaslError('INTERNAL', `${id} cannot be planned: ${reason}`);
      await sleep(LOOK_INTERVAL_MS, undefined, { signal: this.io.signal });
    }
  }
}
