/** How a router container of the lab decides between the machine's kernel and one of its own; the programs it asks are stand-ins. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../topology/router/choose-mode', import.meta.url));

interface Kernel {
  readonly mpls: 'built in' | 'module' | 'none';
  readonly vrf: boolean;
}

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wasl-choose-mode-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function choose({ mpls, vrf }: Kernel, env: Readonly<Record<string, string>> = {}) {
  const sysctl = join(directory, 'sys');
  await mkdir(join(sysctl, 'net', ...(mpls === 'built in' ? ['mpls'] : [])), { recursive: true });
  await program('modprobe', mpls === 'module' ? `mkdir -p ${sysctl}/net/mpls` : 'exit 1');
  await program('ip', `echo "$@" >>${directory}/asked; ${vrf ? 'exit 0' : 'exit 2'}`);
  const path = `${directory}:${process.env.PATH}`;
  return new Promise<{ status: number; said: string; asked: string[] }>((resolve) => {
    execFile(SCRIPT, [sysctl], { env: { PATH: path, ...env } }, async (error, stdout) => {
      const asked = await readFile(join(directory, 'asked'), 'utf8').catch(() => '');
      resolve({ status: Number(error?.code ?? 0), said: stdout.trim(), asked: asked.split('\n').filter(Boolean) });
    });
  });
}

async function program(name: string, line: string): Promise<void> {
  const file = join(directory, name);
  await writeFile(file, `#!/bin/sh\n${line}\n`);
  await chmod(file, 0o755);
}

describe('choose-mode', () => {
  it.each(['built in', 'module'] as const)(
    'takes the machine’s kernel with MPLS %s and VRF, and leaves no device',
    async (mpls) => {
      const { status, said, asked } = await choose({ mpls, vrf: true });
      expect({ status, said }).toEqual({ status: 0, said: 'native: this kernel has MPLS and VRF' });
      expect(asked).toEqual(['link add wasl-probe type vrf table 4094', 'link del wasl-probe']);
    },
  );

  it('boots a kernel of its own where there is no MPLS, without touching the network', async () => {
    expect(await choose({ mpls: 'none', vrf: true })).toEqual({
      status: 1,
      said: 'user-mode kernel: this kernel has no MPLS',
      asked: [],
    });
  });

  it('boots a kernel of its own where there is no VRF', async () => {
    const { status, said } = await choose({ mpls: 'built in', vrf: false });
    expect({ status, said }).toEqual({ status: 1, said: 'user-mode kernel: this kernel has no VRF' });
  });

  it('boots a kernel of its own where it is asked to, on any machine', async () => {
    expect(await choose({ mpls: 'built in', vrf: true }, { WASL_LAB_MODE: 'user-mode' })).toEqual({
      status: 1,
      said: 'user-mode kernel: asked for by WASL_LAB_MODE',
      asked: [],
    });
  });
});
