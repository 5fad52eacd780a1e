/** Tells a demonstration with the commands that people use: whose turn it is, what they type, what they see. */
import { execFile } from 'node:child_process';
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
export const AUDITOR: Person = { id: 'auditor-1', roles: ['auditor'] };
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
    const shown = argv.map((word) => (/[\s]/.test(word) ? `'${word}'` : this.#short(word))).join(' ');
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

  /** Without the folders, which are nobody's to remember. */
  #short(word: string): string {
    return word.replace(SAMPLES, '').replace(this.#installation.path(''), '');
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

  /** One file for a sceptic, and what two programs say of it that share no code. */
  async showEvidence(changeId: string): Promise<void> {
    const { logKey, trustFile } = await this.#installation.whatAuditorsHold(AUDITOR);
    const file = this.#installation.path(`${changeId}.json`);
    await this.#untilCovered(changeId);
    await this.wasl(AUDITOR, 'evidence', 'export', changeId, file);
    await this.wasl(AUDITOR, 'evidence', 'verify', file, '--log-key', logKey, '--trust', trustFile);
    const verifier = fileURLToPath(new URL('../../../docs/verify-evidence.py', import.meta.url));
    const argv = [file, logKey, '--trust', trustFile];
    this.tell('');
    this.tell(
      `${styleText('dim', AUDITOR.id.padEnd(16))} ${styleText('bold', `$ python3 docs/verify-evidence.py ${argv.map((word) => this.#short(word)).join(' ')}`)}`,
    );
    const { code, said } = await run('python3', [verifier, ...argv]);
    // It needs a package that this machine may not have; whatever else it says is the end of the story.
    if (/ModuleNotFoundError|ENOENT/.test(said))
      this.tell('it needs Python with the package cryptography, which are not here');
    else this.tell(said.trimEnd());
    if (code !== 0 && /NOT SOUND/.test(said))
      throw new WaslError('INTERNAL', `the second verifier refuses the evidence of ${changeId}`);
  }

  /** Until a checkpoint covers what there is of the change. */
  async #untilCovered(changeId: string): Promise<void> {
    const client = await this.#installation.clientOf(AUDITOR);
    for (;;) {
      try {
        await client.readEvidence(changeId);
        return;
      } catch (error) {
        if (!(error instanceof WaslError) || error.code !== 'LEDGER_UNSIGNED') throw error;
        await sleep(LOOK_INTERVAL_MS, undefined, { signal: this.io.signal });
      }
    }
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

/** What a program says, on either stream. */
function run(program: string, argv: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
  return new Promise((resolve) => {
    execFile(program, argv, (error, stdout, stderr) => {
      const code = error === null ? 0 : 1;
      resolve({ code, said: `${stdout}${stderr}${error?.code === 'ENOENT' ? 'ENOENT' : ''}` });
    });
  });
}
