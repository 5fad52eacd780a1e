import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory } from '../../src/bin/configuration.ts';

const run = promisify(execFile);
const LIMITS = ['-Xmx400m', '-XX:TieredStopAtLevel=1'];

export interface JavaProgram {
  /** Of the libraries, with their version: they are fetched once. */
  readonly name: string;
  /** With `pom.xml` and the source. */
  readonly folder: string;
  /** `Validate` of `Validate.java`. */
  readonly main: string;
}

/** Compiles and runs it; its standard output. A missing library is a failure, not a reason to test less. */
export async function runJava({ name, folder, main }: JavaProgram, words: readonly string[]): Promise<string> {
  const jars = await obtainJars(name, join(folder, 'pom.xml'));
  const classes = mkdtempSync(join(tmpdir(), 'wasl-java-'));
  try {
    const compiler = jars.find((jar) => jar.includes('/ecj-')) ?? '';
    const classPath = [classes, ...jars].join(':');
    const source = join(folder, `${main}.java`);
    // Eclipse's compiler: a Java runtime has none of its own.
    await run('java', ['-jar', compiler, '-17', '-proc:none', '-cp', classPath, '-d', classes, source]);
    const { stdout } = await run('java', [...LIMITS, '-cp', classPath, main, ...words], { timeout: 180_000 });
    return stdout;
  } finally {
    rmSync(classes, { recursive: true, force: true });
  }
}

/** From Maven Central, once; they are kept with what else wasl keeps. */
async function obtainJars(name: string, pom: string): Promise<readonly string[]> {
  const folder = join(cacheDirectory(), name);
  if (!existsSync(folder)) {
    mkdirSync(cacheDirectory(), { recursive: true });
    const arriving = mkdtempSync(join(cacheDirectory(), 'java-arriving-'));
    const copy = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${arriving}`];
    await run('mvn', copy, { cwd: arriving, timeout: 300_000 });
    renameSync(arriving, folder);
  }
  return readdirSync(folder).map((each) => join(folder, each));
}
