import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory } from '../../../src/bin/configuration.ts';
import { writeSignedDocument } from '../../../src/signatures/index.ts';
import { VECTORS } from '../vectors.ts';
import { removeWorld, world } from '../world.ts';

export const DSS_VERSION = '6.4';
const run = promisify(execFile);

/** Of one signature: indication and sub-indication, in the words of EN 319 102-1. */
export type Opinion = string;

/** What EU DSS says of every vector: name -> one opinion for each signature. A missing validator is a failure, not a reason to test less. */
export async function askSecondValidator(): Promise<ReadonlyMap<string, readonly Opinion[]>> {
  const jars = await obtainJars();
  const work = mkdtempSync(join(tmpdir(), 'wasl-dss-'));
  try {
    for (const [place, { make }] of VECTORS.entries()) await writeCase(join(work, 'cases', String(place)), make);
    return await validate(work, jars);
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

async function validate(work: string, jars: readonly string[]): Promise<ReadonlyMap<string, readonly Opinion[]>> {
  const compiler = jars.find((jar) => jar.includes('/ecj-')) ?? '';
  const source = join(import.meta.dirname, 'Validate.java');
  const classPath = [work, ...jars].join(':');
  // Eclipse's compiler: a Java runtime has none of its own.
  await run('java', ['-jar', compiler, '-17', '-proc:none', '-cp', classPath, '-d', work, source]);
  const limits = ['-Xmx400m', '-XX:TieredStopAtLevel=1'];
  const { stdout } = await run('java', [...limits, '-cp', classPath, 'Validate', join(work, 'cases')], {
    timeout: 180_000,
  });
  const opinions = new Map(VECTORS.map(({ name }): [string, Opinion[]] => [name, []]));
  for (const line of stdout.trim().split('\n')) {
    const [place, , indication = '', sub = ''] = line.split('\t');
    opinions.get(VECTORS[Number(place)]?.name ?? '')?.push(`${indication} ${sub}`.trim());
  }
  return opinions;
}

/** From Maven Central, once; they are kept with what else wasl keeps. */
async function obtainJars(): Promise<readonly string[]> {
  const folder = join(cacheDirectory(), `dss-${DSS_VERSION}`);
  if (!existsSync(folder)) {
    mkdirSync(cacheDirectory(), { recursive: true });
    const arriving = mkdtempSync(join(cacheDirectory(), 'dss-arriving-'));
    const copy = [
      '-q',
      '-B',
      '-f',
      join(import.meta.dirname, 'pom.xml'),
      'dependency:copy-dependencies',
      `-DoutputDirectory=${arriving}`,
    ];
    await run('mvn', copy, { cwd: arriving, timeout: 300_000 });
    renameSync(arriving, folder);
  }
  return readdirSync(folder).map((name) => join(folder, name));
}
