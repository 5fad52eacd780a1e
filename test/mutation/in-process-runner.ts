/**
 * Runs the tests of a mutant in the process that has loaded them, milliseconds each, where a start of vitest for each of thousands of mutants
 * takes seconds. It can be, because these tests are pure. Where a mutant is in what is made when a file is loaded (the tables of what a reader
 * understands), the tests that pass any place of that file are loaded anew, with all of the project that they import. Everything else is Stryker's.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { INSTRUMENTER_CONSTANTS, type StrykerOptions } from '@stryker-mutator/api/core';
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import {
  type DryRunResult,
  DryRunStatus,
  determineHitLimitReached,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
  TestStatus,
  type TimeoutDryRunResult,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { collectTests, getFn, type Suite, type Test, type VitestRunner } from '@vitest/runner';

/** What the instrumented code asks and counts; its name is Stryker's. */
interface Instrumented {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> };
}

/** ms. More than the slowest property takes on a machine with other work; a mutant that never ends is ended by Stryker. */
const TEST_TIMEOUT_MS = 600_000;

/** How often a mutant is passed in a test that ends, at most, beyond what the unaltered code needs: more is a loop without end. */
const HITS_FACTOR = 100;
const HITS_MIN = 10_000;

/** ms of CPU. With it, the properties wait for a second run, which asks them only about the mutants that survived the first. */
const QUICK_MS = Number(process.env.MUTATION_QUICK_MS ?? Number.POSITIVE_INFINITY);

/** Of each test, by its id, with nothing altered. Kept for the process that takes over after a mutant that had to be killed. */
interface Unaltered {
  /** ms of CPU; the quick are asked first. */
  readonly tookMs: Record<string, number>;
  /** By mutant. */
  readonly hits: Record<string, Record<string, number>>;
}

/** In the sandbox. */
const UNALTERED_FILE = 'unaltered.json';

class InProcessRunner implements TestRunner {
  static inject = tokens(commonTokens.options);
  private tests: ReadonlyMap<string, Test> = new Map();
  private unaltered: Unaltered = { tookMs: {}, hits: {} };
  private readonly instrumented: Instrumented;

  private readonly options: StrykerOptions;

  constructor(options: StrykerOptions) {
    this.options = options;
    const global = globalThis as unknown as Record<string, Instrumented>;
    this.instrumented = global[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {};
  }

  /** A mutant of loading is run in this process, too: its tests are loaded anew. */
  capabilities() {
    return { reloadEnvironment: true };
  }

  async init(): Promise<void> {
    const { include, exclude } = this.options.inProcess as { include: string[]; exclude: string[] };
    const files = include
      .flatMap((at) => (at.endsWith('.ts') ? [at] : readdirSync(at).map((name) => join(at, name))))
      .filter((path) => path.endsWith('.test.ts') && !exclude.includes(path));
    await import(pathToFileURL(resolve('test/mutation/setup.ts')).href);
    forgetEachTime();
    register(new URL('load-anew.mjs', import.meta.url));
    this.tests = await load(files);
    if (existsSync(UNALTERED_FILE)) this.unaltered = JSON.parse(readFileSync(UNALTERED_FILE, 'utf8'));
    else for (const id of this.tests.keys()) await this.measure(id);
  }

  private async measure(id: string): Promise<void> {
    const before = process.cpuUsage().user;
    await this.runTest(id);
    this.unaltered.tookMs[id] = (process.cpuUsage().user - before) / 1000;
    delete this.instrumented.mutantCoverage?.perTest[id];
  }

  /** Once for all; a process that takes over is not asked for it. A test that fails when it is run again would kill every mutant: it is told. */
  async dryRun(): Promise<DryRunResult> {
    generation += 1;
    const tests: TestResult[] = [];
    for (const id of this.tests.keys()) {
      if ((this.unaltered.tookMs[id] ?? 0) <= QUICK_MS) tests.push(await this.runTest(id));
    }
    const { mutantCoverage } = this.instrumented;
    this.unaltered = { ...this.unaltered, hits: mutantCoverage?.perTest ?? {} };
    writeFileSync(UNALTERED_FILE, JSON.stringify(this.unaltered));
    return { status: DryRunStatus.Complete, tests, ...(mutantCoverage && { mutantCoverage }) };
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    this.instrumented.activeMutant = options.activeMutant.id;
    generation += 1;
    const loaded = this.tests;
    try {
      const ids = options.reloadEnvironment ? testsOfFile(options.sandboxFileName, this.unaltered) : options.testFilter;
      if (options.reloadEnvironment) this.tests = await load([...new Set(ids?.map(fileOf))], generation);
      return await this.runTests(options, [...(ids ?? this.tests.keys())]);
    } catch (error) {
      const failureMessage = String((error as Error).message).slice(0, 500);
      return toMutantRunResult({ status: DryRunStatus.Complete, tests: [asFailed('its loading', failureMessage)] });
    } finally {
      this.tests = loaded;
      Object.assign(this.instrumented, { activeMutant: undefined, hitLimit: undefined, hitCount: undefined });
    }
  }

  private async runTests({ activeMutant }: MutantRunOptions, ids: string[]): Promise<MutantRunResult> {
    const { tookMs, hits } = this.unaltered;
    ids.sort((a, b) => (tookMs[a] ?? 0) - (tookMs[b] ?? 0));
    const tests: TestResult[] = [];
    let endless: TimeoutDryRunResult | undefined;
    for (const id of ids) {
      const hitLimit = HITS_MIN + HITS_FACTOR * (hits[id]?.[activeMutant.id] ?? 0);
      Object.assign(this.instrumented, { hitCount: 0, hitLimit });
      const result = await this.runTest(id);
      tests.push(result);
      endless = determineHitLimitReached(this.instrumented.hitCount, this.instrumented.hitLimit);
      if (result.status === TestStatus.Failed || endless !== undefined) break;
    }
    return toMutantRunResult(endless ?? { status: DryRunStatus.Complete, tests });
  }

  private async runTest(id: string): Promise<TestResult> {
    const test = this.tests.get(id);
    if (test === undefined) throw new Error(`no test ${id}`);
    this.instrumented.currentTestId = id;
    const begin = performance.now();
    const about = () => ({ id, name: id, timeSpentMs: performance.now() - begin });
    try {
      await getFn(test)();
      return { ...about(), status: TestStatus.Success };
    } catch (error) {
      return { ...about(), status: TestStatus.Failed, failureMessage: String((error as Error).message).slice(0, 500) };
    } finally {
      this.instrumented.currentTestId = undefined;
    }
  }
}

const asFailed = (name: string, failureMessage: string): TestResult => ({
  ...{ id: name, name, timeSpentMs: 0, status: TestStatus.Failed, failureMessage },
});

const fileOf = (testId: string): string => testId.slice(0, testId.indexOf('#'));

/** Tests that pass any altered place of a file, by the numbers of its mutants; all, where it has nothing but what is made at loading. */
function testsOfFile(path: string, { hits, tookMs }: Unaltered): string[] {
  const ofFile = new Set([...readFileSync(path, 'utf8').matchAll(/stryMutAct_\w+\("(\d+)"\)/g)].map(([, id]) => id));
  const quick = Object.keys(tookMs).filter((test) => (tookMs[test] ?? 0) <= QUICK_MS);
  const passing = quick.filter((test) => Object.keys(hits[test] ?? {}).some((id) => ofFile.has(id)));
  return passing.length === 0 ? quick : passing;
}

/** `number`: with a copy of their own of all that they import of the project. Throws where one cannot be loaded. */
async function load(files: readonly string[], number?: number): Promise<Map<string, Test>> {
  const collected = await collectTests(
    files.map((path) => resolve(path)),
    collectorAt(process.cwd(), number === undefined ? '' : `?anew=${number}`),
  );
  const tests = new Map<string, Test>();
  for (const file of collected) {
    if (file.result?.state === 'fail') throw new Error(`${file.name}: ${file.result.errors?.[0]?.stack}`);
    for (const test of testsOf(file)) tests.set(`${file.name}#${test.fullTestName}`, test);
  }
  return tests;
}

let generation = 0;

/** What is kept of an object that tests share (a `WeakMap` of a module) was computed by other code than that of the next mutant. */
function forgetEachTime(): void {
  const Plain = WeakMap;
  const ours = `${process.cwd()}/src/`;
  globalThis.WeakMap = class<K extends WeakKey, V> extends Plain<K, V> {
    // Libraries keep in theirs what is no memory of an answer.
    #isOurs = (new Error().stack ?? '').split('\n')[2]?.includes(ours) === true;
    #of = generation;
    #kept = new Plain<K, V>();

    #now(): WeakMap<K, V> {
      if (this.#isOurs && this.#of !== generation) [this.#of, this.#kept] = [generation, new Plain<K, V>()];
      return this.#kept;
    }
    override get(key: K) {
      return this.#now().get(key);
    }
    override has(key: K) {
      return this.#now().has(key);
    }
    override set(key: K, value: V) {
      this.#now().set(key, value);
      return this;
    }
    override delete(key: K) {
      return this.#now().delete(key);
    }
  } as typeof WeakMap;
}

const testsOf = (suite: Suite): Test[] =>
  suite.tasks.flatMap((task) =>
    task.type === 'suite' ? testsOf(task) : task.mode === 'run' || task.mode === 'queued' ? [task] : [],
  );

const collectorAt = (root: string, query: string): VitestRunner => ({
  config: {
    root,
    setupFiles: [],
    name: undefined,
    passWithNoTests: false,
    testNamePattern: undefined,
    allowOnly: false,
    sequence: { seed: 1, hooks: 'stack', setupFiles: 'list' },
    chaiConfig: undefined,
    maxConcurrency: 1,
    testTimeout: TEST_TIMEOUT_MS,
    hookTimeout: TEST_TIMEOUT_MS,
    retry: 0,
    includeTaskLocation: false,
    tags: [],
    tagsFilter: undefined,
    strictTags: false,
  },
  importFile: (path) => import(pathToFileURL(path).href + query),
});

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcessRunner)];
