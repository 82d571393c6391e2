// The reporter that the plugin adds: collects the run reports that tests leave in `task.meta.failover`, prints each, and keeps
// run.json, summary.md and junit.xml in the run's results folder. It adds nothing to the tests themselves, so that other
// reporters see them as they were.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative, resolve } from 'node:path'
import { experimental_getRunnerTask, JUnitReporter, version } from 'vitest/node'
import type {
  Reporter,
  SerializedError,
  TestCase,
  TestModule,
  TestProject,
  TestSpecification,
  Vitest,
} from 'vitest/node'
import type { RunEnvironment, RunReport } from './model/run-report.ts'
import { worstVerdict } from './model/verdict.ts'
import { parseLabels, readEnvironment } from './reports/environment.ts'
import { junitProperties } from './reports/junit.ts'
import { formatSummary } from './reports/markdown.ts'
import { outcomeVariable, parseOutcome } from './reports/run-outcome.ts'
import { openResultsFolder, resultsFolder, type ResultsFolder } from './reports/results-folder.ts'
import { composeRunFile, countVerdicts, formatRunFile } from './reports/run-file.ts'
import { formatRunReport } from './reports/terminal.ts'
import { missingReport, withTestResult } from './reports/test-result.ts'
import { writeFileAtomically } from './reports/write-file.ts'
import { monotonicNowMs } from './support/monotonic-clock.ts'

/** Real milliseconds between two writes of a run that goes on. */
const writeIntervalMs = 500

declare module 'vitest' {
  interface TaskMeta {
    /** What a failover test found; the reporter takes it from here. */
    failover?: RunReport
    /** Set as soon as a test uses a failover fixture, so that one that breaks off is not forgotten. */
    failoverUsed?: boolean
  }
}

/** What the plugin tells the reporter of the run. */
export interface FailoverReporterOptions {
  /** Folder of all results, absolute or from Vitest's root. */
  readonly resultsDirectory: string
  /** Name of this run's folder; see `createRunId`. */
  readonly runId: string
  readonly seed: number
  /** Kind of the testbed, such as `embedded`. */
  readonly testbed: string
  /** System seconds per real second. */
  readonly timeScale: number
  /** @default whether the terminal takes colours */
  readonly color?: boolean
}

/** Prints and files what failover tests found: those of its projects, or all where it was given none. */
export class FailoverReporter implements Reporter {
  readonly #options: FailoverReporterOptions
  readonly #projects = new Set<string>()
  /** By the id of the test, or of the file when it could not be loaded. */
  readonly #reports = new Map<string, { readonly moduleId: string; readonly report: RunReport }>()
  #vitest: Vitest | undefined
  #startedAt = new Date()
  /** Writes go one after another: the newest run.json must win. */
  #writing: Promise<void> = Promise.resolve()
  #lastWriteMs = Number.NEGATIVE_INFINITY
  /** A write that is due a little later, with what is known by then. */
  #later: NodeJS.Timeout | undefined
  #environment: Promise<RunEnvironment> | undefined

  constructor(options: FailoverReporterOptions) {
    this.#options = options
  }

  /** Name of this run's folder. */
  get runId(): string {
    return this.#options.runId
  }

  /** Of everything random in the run. */
  get seed(): number {
    return this.#options.seed
  }

  /** Whether the results of a project with that folder and testbed are the same run's. */
  isFor({ resultsDirectory, testbed }: Pick<FailoverReporterOptions, 'resultsDirectory' | 'testbed'>): boolean {
    return this.#options.resultsDirectory === resultsDirectory && this.#options.testbed === testbed
  }

  /** From now on the tests of this project are its own. */
  addProject(name: string): void {
    this.#projects.add(name)
  }

  onInit(vitest: Vitest): void {
    // Malformed labels must not wait until the first report is written.
    parseLabels(process.env['FAILOVER_LABELS'])
    this.#vitest = vitest
    this.#startedAt = new Date()
  }

  /** In watch mode what a file said before it is run again no longer holds. */
  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.#environment = undefined
    const moduleIds = new Set(specifications.map(({ moduleId }) => moduleId))
    for (const [id, { moduleId }] of this.#reports) if (moduleIds.has(moduleId)) this.#reports.delete(id)
  }

  async onTestCaseResult(testCase: TestCase): Promise<void> {
    const report = this.#take(testCase)
    if (report === undefined) return
    this.#show(report)
    // Where tests end one upon the other, writing everything each time would take longer than the tests.
    const leftMs = this.#lastWriteMs + writeIntervalMs - monotonicNowMs()
    if (leftMs <= 0) await this.#write()
    else this.#later ??= setTimeout(() => void this.#write().catch(() => undefined), leftMs)
  }

  async onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): Promise<void> {
    // A test that was cancelled has no result of its own to be told of; what it found is here all the same.
    for (const testCase of modules.flatMap((module) => [...module.children.allTests()])) this.#take(testCase)
    const unloaded = modules.filter((module) => this.#isOwn(module.project) && failedToLoad(module))
    for (const module of unloaded) this.#takeUnloaded(module)
    if (this.#vitest === undefined || this.#reports.size === 0) return
    await this.#write()
    const junit = new FailoverJUnitReporter({
      reports: new Map([...this.#reports].map(([id, { report }]) => [id, report])),
      outputFile: join(this.#folder().path, 'junit.xml'),
    })
    await junit.onInit(this.#vitest)
    await junit.onTestRunEnd(modules, [...errors])
    this.#tellOutcome(modules, errors)
    this.#print(`Failover: ${countVerdicts(this.#scenarios())}. Results: ${this.#shownPath()}`)
  }

  /** Takes down what a test found, if it is a failover test. */
  #take(testCase: TestCase): RunReport | undefined {
    const report = this.#isOwn(testCase.project) ? reportOf(testCase) : undefined
    if (report !== undefined) this.#reports.set(testCase.id, { moduleId: testCase.module.moduleId, report })
    return report
  }

  /** A file that does not load has no tests to speak for it. */
  #takeUnloaded(module: TestModule): void {
    const { id, moduleId } = module
    const file = relative(this.#root(), moduleId)
    // What cannot be loaded told nothing of the system.
    const outcome = { state: 'failed', message: module.errors()[0]?.message, isOwnError: true }
    const report = missingReport({ title: 'cannot be loaded', file, line: null, ...outcome })
    this.#reports.set(id, { moduleId, report })
    this.#show(report)
  }

  #show(report: RunReport): void {
    this.#print(`\n${formatRunReport(report, { color: this.#hasColor(), resultsPath: this.#shownPath() })}\n`)
  }

  #write(): Promise<void> {
    clearTimeout(this.#later)
    this.#later = undefined
    this.#lastWriteMs = monotonicNowMs()
    const writeNow = async (): Promise<void> => await this.#writeNow()
    // A write that failed was told to its caller; the next one may succeed.
    this.#writing = this.#writing.then(writeNow, writeNow)
    return this.#writing
  }

  async #writeNow(): Promise<void> {
    const { resultsDirectory, ...facts } = this.#options
    const directory = resolve(this.#root(), resultsDirectory)
    const folder = await openResultsFolder({ directory, runId: facts.runId })
    // It is that of the run's beginning, and asking git for it takes longer than a simulated run.
    this.#environment ??= readEnvironment({
      variables: process.env,
      directory: this.#root(),
      versions: { node: process.versions.node, vitest: version, 'vitest-failover': packageVersion() },
    })
    const environment = await this.#environment
    const run = { ...facts, startedAt: this.#startedAt, endedAt: new Date(), environment }
    const file = composeRunFile(run, this.#scenarios())
    await writeFileAtomically(join(folder.path, 'run.json'), formatRunFile(file))
    await writeFileAtomically(join(folder.path, 'summary.md'), formatSummary(file))
  }

  /** For `failover run`, which ends with the verdict's exit code. What fails without being a failover test is a failure too. */
  #tellOutcome(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const file = process.env[outcomeVariable]
    if (file === undefined || file === '') return
    const others = modules
      .filter(({ project }) => this.#isOwn(project) || project.getProvidedContext().failover === undefined)
      .flatMap((module) => [...module.children.allTests('failed')])
    const hasOther = errors.length > 0 || others.some(({ id }) => !this.#reports.has(id))
    const verdict = worstVerdict([
      ...this.#scenarios().map((report) => report.verdict),
      ...(hasOther ? (['fail'] as const) : []),
      // Another testbed's reporter may have told its part.
      ...(existsSync(file) ? [parseOutcome(readFileSync(file, 'utf8')).verdict] : []),
    ])
    // At once: reporters run side by side, and none must write over what another has told meanwhile.
    writeFileSync(file, `${JSON.stringify({ verdict, results: this.#folder().path })}\n`)
  }

  #isOwn({ name }: TestProject): boolean {
    return this.#projects.size === 0 || this.#projects.has(name)
  }

  #scenarios(): readonly RunReport[] {
    return [...this.#reports.values()].map(({ report }) => report)
  }

  #folder(): ResultsFolder {
    const directory = resolve(this.#root(), this.#options.resultsDirectory)
    return resultsFolder({ directory, runId: this.#options.runId })
  }

  #root(): string {
    return this.#vitest?.config.root ?? process.cwd()
  }

  #shownPath(): string {
    return relative(process.cwd(), this.#folder().path) || '.'
  }

  #hasColor(): boolean {
    return this.#options.color ?? (process.stdout.isTTY && process.env['NO_COLOR'] === undefined)
  }

  #print(text: string): void {
    this.#vitest?.logger.log(text)
  }
}

/** Vitest's own JUnit reporter; the properties go into copies of the tasks, for other reporters read the same ones. */
class FailoverJUnitReporter extends JUnitReporter {
  readonly #reports: ReadonlyMap<string, RunReport>

  constructor(options: { readonly reports: ReadonlyMap<string, RunReport>; readonly outputFile: string }) {
    super({ outputFile: options.outputFile, suiteName: 'failover tests', addFileAttribute: true })
    this.#reports = options.reports
  }

  override async writeTasks(...[tasks, ...rest]: Parameters<JUnitReporter['writeTasks']>): Promise<void> {
    const withProperties = tasks.map((task) => {
      const report = this.#reports.get(task.id)
      if (report === undefined || task.type !== 'test') return task
      const properties = junitProperties(report).map(({ name, value }) => ({ type: name, message: value }))
      return { ...task, annotations: [...task.annotations, ...properties] }
    })
    await super.writeTasks(withProperties, ...rest)
  }
}

function reportOf(testCase: TestCase): RunReport | undefined {
  const { failover, failoverUsed } = testCase.meta()
  const result = testCase.result()
  const error = result.errors?.[0]
  const outcome = { state: result.state, message: error?.message, isOwnError: isOwn(error) }
  if (failover !== undefined) return withTestResult(failover, outcome)
  // A test that failed before it got a pair must not be missing from the run's verdict.
  const isOurs = failoverUsed === true || (result.state === 'failed' && usesFailover(testCase.module))
  if (!isOurs || result.state === 'skipped') return undefined
  const { file, location } = experimental_getRunnerTask(testCase)
  return missingReport({ title: testCase.fullName, file: file.name, line: location?.line ?? null, ...outcome })
}

/** All errors of this package have such a code. */
function isOwn(error: object | undefined): boolean {
  return error !== undefined && 'code' in error && String(error.code).startsWith('ERR_FAILOVER')
}

function failedToLoad(module: TestModule): boolean {
  return module.errors().length > 0 && usesFailover(module)
}

/** A scenario file, or a spec that imports this package. */
function usesFailover({ moduleId }: TestModule): boolean {
  return (
    /\.ya?ml$/.test(moduleId) || (existsSync(moduleId) && readFileSync(moduleId, 'utf8').includes('vitest-failover'))
  )
}

/** The package refers to itself by name, which works from the sources as from the built files. */
function packageVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('vitest-failover/package.json')
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'
}
