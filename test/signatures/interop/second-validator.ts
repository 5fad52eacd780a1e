import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSignedDocument } from '../../../src/signatures/index.ts';
import { runJava } from '../../support/java-program.ts';
import { VECTORS } from '../vectors.ts';
import { removeWorld, world } from '../world.ts';

export const DSS_VERSION = '6.4';

/** Of one signature: indication and sub-indication, in the words of EN 319 102-1. */
export type Opinion = string;

/** What EU DSS says of every vector: name -> one opinion for each signature. A missing validator is a failure, not a reason to test less. */
export async function askSecondValidator(): Promise<ReadonlyMap<string, readonly Opinion[]>> {
  const work = mkdtempSync(join(tmpdir(), 'wasl-dss-'));
  try {
    for (const [place, { make }] of VECTORS.entries()) await writeCase(join(work, 'cases', String(place)), make);
    return await validate(work);
  } finally {
    rmSync(work, { recursive: true, force: true });
    removeWorld();
  }
}

async function writeCase(folder: string, make: (typeof VECTORS)[number]['make']): Promise<void> {
  const { signed, trust = world().trust(), question = {} } = await make(world());
  const lists = { anchors: trust.anchors, authorities: trust.authorities };
  for (const [name, list] of Object.entries(lists)) {
    mkdirSync(join(folder, name), { recursive: true });
    for (const [place, { certificate }] of list.entries()) {
      writeFileSync(join(folder, name, `${place}.der`), certificate.der);
    }
  }
  writeFileSync(join(folder, 'signed.json'), writeSignedDocument(signed));
  writeFileSync(join(folder, 'at.txt'), (question.at ?? new Date()).toISOString());
}

async function validate(work: string): Promise<ReadonlyMap<string, readonly Opinion[]>> {
  const program = { name: `dss-${DSS_VERSION}`, folder: import.meta.dirname, main: 'Validate' };
  const stdout = await runJava(program, [join(work, 'cases')]);
  const opinions = new Map(VECTORS.map(({ name }): [string, Opinion[]] => [name, []]));
  for (const line of stdout.trim().split('\n')) {
    const [place, , indication = '', sub = ''] = line.split('\t');
    opinions.get(VECTORS[Number(place)]?.name ?? '')?.push(`${indication} ${sub}`.trim());
  }
  return opinions;
}
