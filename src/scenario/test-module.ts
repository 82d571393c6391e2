import { addMapping, GenMapping, setSourceContent, toEncodedMap } from '@jridgewell/gen-mapping'
import type { EncodedSourceMap } from '@jridgewell/gen-mapping'
import { formatProblem, ScenarioError } from '../model/errors.ts'
import type { SourcePosition } from '../model/errors.ts'
import type { Scenario } from '../model/scenario.ts'
import { phaseNames } from '../model/takeover.ts'
import type { LoadedScenario } from './loaded-scenario.ts'
import { planOf } from './plan.ts'

// The JavaScript that Vitest runs for a scenario file, by the rules of the Vitest reference, §2.1: every test is a literal
// `test("…")`, since Vitest's lister reads the code without running it; every test function destructures its argument; and
// every line is mapped to the line of the scenario file that it comes from, so that a failure shows the scenario file.

/** A test module's code and its source map. */
export interface TestModule {
  readonly code: string
  readonly map: EncodedSourceMap
}

/** What to compile: a file and what became of loading it. */
export interface TestModuleInput {
  /** Path or name of the file, as the source map is to name it. */
  readonly file: string
  readonly text: string
  readonly loaded: readonly LoadedScenario[] | ScenarioError
  /** System seconds per real second where a scenario does not say. */
  readonly timeScale: number
}

/** A line of the module, and the place in the scenario file that it stands for. */
interface Line {
  readonly code: string
  readonly at: SourcePosition | undefined
}

/** Compiles a scenario file into the module that Vitest runs for it. */
export function compileTestModule(input: TestModuleInput): TestModule {
  const { loaded, timeScale } = input
  const lines = loaded instanceof ScenarioError ? errorLines(loaded, input.file) : testLines(loaded, timeScale)
  const map = new GenMapping({ file: input.file })
  setSourceContent(map, input.file, input.text)
  for (const [index, { code, at }] of lines.entries()) {
    if (at === undefined) continue
    const original = { line: at.line, column: at.column - 1 }
    const indent = code.length - code.trimStart().length
    addMapping(map, { generated: { line: index + 1, column: 0 }, source: input.file, original })
    addMapping(map, { generated: { line: index + 1, column: indent }, source: input.file, original })
  }
  return { code: lines.map(({ code }) => `${code}\n`).join(''), map: toEncodedMap(map) }
}

/**
 * A module that throws the error, in one statement at the place of the first problem. The test behind it never comes to be:
 * it is there for Vitest's lister, which does not run the code and gives up the whole list at a file without a test.
 */
function errorLines(error: ScenarioError, file: string): readonly Line[] {
  const message = JSON.stringify(error.problems.map(formatProblem).join('\n'))
  // A place in a file that this one extends cannot be shown in this one: the message names it.
  const isOwn = (name: string): boolean => file === name || file.endsWith(`/${name}`)
  const at = error.problems.find(({ position }) => position !== undefined && isOwn(position.file))?.position ?? {
    file,
    line: 1,
    column: 1,
  }
  return [
    { code: `throw Object.assign(new Error(${message}), { name: 'ScenarioError' })`, at },
    { code: `test("cannot be loaded", () => {})`, at },
  ]
}

function testLines(loaded: readonly LoadedScenario[], timeScale: number): readonly Line[] {
  const at = loaded[0]?.positions.testId
  const specs = [...new Set(loaded.flatMap(({ spec }) => (spec === undefined ? [] : [spec])))]
  const bodies = new Map(specs.map((path, index) => [path, `body${index}`]))
  const head = [
    "import { expect, test as base } from 'vitest-failover'",
    ...[...bodies].map(([path, name]) => `import * as ${name} from ${JSON.stringify(path)}`),
    ...placedFunction,
    ...(bodies.size === 0 ? [] : bodyFunction),
  ]
  const linesOf = (one: LoadedScenario): readonly Line[] =>
    scenarioLines(one, { timeScale, body: one.spec === undefined ? undefined : bodies.get(one.spec) })
  return [...head.map((code) => ({ code, at })), ...loaded.flatMap(linesOf)]
}

/**
 * Gives an error the stack of the place that it belongs to: the step that was acting, or the first check that decided. The
 * functions in `places` stand on lines that are mapped to those places.
 */
const placedFunction = [
  'function placed({ error, report, places }) {',
  "  const decided = report?.checks.find(({ verdict, severity = 'critical' }) => verdict === report.verdict && severity === 'critical')",
  '  const step = error?.step ?? decided?.evidence?.step',
  '  const alike = report?.checks.filter(({ check }) => check === decided?.check) ?? []',
  "  // Of several checks of a kind the scenario's own come last, in its order.",
  '  const fromLast = alike.length - alike.indexOf(decided)',
  '  const place = step ? `step ${step}` : `check ${decided?.check} ${fromLast}`',
  '  if (!(error instanceof Error) || !Object.hasOwn(places, place)) return error',
  '  const { stackTraceLimit } = Error',
  '  Error.stackTraceLimit = 1',
  '  places[place](error)',
  '  Error.stackTraceLimit = stackTraceLimit',
  '  return error',
  '}',
]

/** A body of the user's own is the file's export `body`, or its default one. Vitest reads its fixtures from its first argument. */
const bodyFunction = [
  'function bodyOf(file, path) {',
  "  const body = file.body ?? file['default']",
  "  if (typeof body === 'function') return body",
  "  const wanted = 'export const body = async ({ scenario, run }) => { … }'",
  "  return ({}) => { throw new Error('Expected ' + path + ' to export a function `body`, such as: ' + wanted) }",
  '}',
]

function scenarioLines(
  loaded: LoadedScenario,
  how: { readonly timeScale: number; readonly body: string | undefined },
): readonly Line[] {
  const { timeScale, body } = how
  const { scenario, positions, skip } = loaded
  const { testId } = positions
  const here = (code: string): Line => ({ code, at: testId })
  const title = literal(`${scenario.testId} ${scenario.description}`)
  const modifier = skip === undefined ? (loaded.only ? '.only' : '') : '.skip'
  const options = testOptions(loaded, timeScale)
  const own = here(`  const test = base.extend('scenario', () => (${JSON.stringify(scenario)}))`)
  if (body !== undefined) {
    const call = `bodyOf(${body}, ${JSON.stringify(loaded.spec)})`
    return [here('{'), own, here(`  test${modifier}(${title}, ${options}, ${call})`), here('}')]
  }
  return [
    here('{'),
    own,
    here('  const places = {'),
    ...placesOf(loaded).map(([name, at]) => ({
      code: `    ${JSON.stringify(name)}: (error) => Error.captureStackTrace(error),`,
      // What a preset of another file brought in is shown at the scenario that uses it.
      at: at.file === testId.file ? at : testId,
    })),
    here('  }'),
    here(`  test${modifier}(${title}, ${options}, async ({ run, scenario }) => {`),
    here('    let report'),
    here('    try {'),
    here('      report = await run(scenario)'),
    here('      expect(report).toHavePassed()'),
    here('    } catch (error) {'),
    here('      throw placed({ error, report, places })'),
    here('    }'),
    here('  })'),
    here('}'),
  ]
}

/** The lister takes a name as it stands between its quotes, so those are chosen that need no escaping. */
function literal(text: string): string {
  const title = text.replaceAll(/\s+/g, ' ').trim()
  const quote = ['"', "'"].find((mark) => !title.includes(mark) && !title.includes('\\'))
  return quote === undefined ? JSON.stringify(title) : `${quote}${title}${quote}`
}

/** The lister understands names of options without quotes only. */
function testOptions({ scenario, positions, skip }: LoadedScenario, timeScale: number): string {
  const timeoutMs = backstopMs(scenario, timeScale)
  const { file, line } = positions.testId
  const timeout = timeoutMs === undefined ? '' : `timeout: ${timeoutMs}, `
  const meta = JSON.stringify({ failoverScenario: { testId: scenario.testId, file, line, skip } })
  return `{ tags: ${JSON.stringify(scenario.tags)}, ${timeout}meta: ${meta} }`
}

/** What `src/checks/objectives.ts` calls the objectives, and the fields that state them. */
const objectiveFields = [
  ['rto_total', 'expected_recovery_time_seconds'],
  ...phaseNames.map((phase) => [`rto_${phase}`, 'expected_recovery_time_seconds'] as const),
  ['loss_percent', 'expected_data_loss_percentage'],
  ['loss_seconds', 'expected_data_loss_seconds'],
] as const

function placesOf({ scenario, positions }: LoadedScenario): readonly (readonly [string, SourcePosition])[] {
  const places = new Map<string, SourcePosition>()
  for (const [name, field] of objectiveFields) {
    const at = positions.fields.get(field)
    if (at !== undefined) places.set(`check ${name} 1`, at)
  }
  const counts = new Map<string, number>()
  for (const [index, check] of [...scenario.checks.entries()].toReversed()) {
    const at = positions.checks[index]
    const name = check.kind === 'custom' ? check.name : check.kind
    const fromLast = (counts.get(name) ?? 0) + 1
    counts.set(name, fromLast)
    if (at !== undefined) places.set(`check ${name} ${fromLast}`, at)
  }
  for (const [id, at] of positions.steps) places.set(`step ${id}`, at)
  return [...places]
}

const backstopMsMin = 30 * 60_000

/**
 * Vitest's time-out for a scenario whose own deadlines may come close to the plugin's general backstop; the deadline that
 * counts is the framework's own, in system time (decisions 12).
 */
function backstopMs(scenario: Scenario, timeScale: number): number | undefined {
  const { opts } = scenario
  // What is drawn at random differs from run to run, and little: a backstop needs no more than the order of magnitude.
  const { forecast } = planOf(scenario, { seed: 0, timeScale })
  const systemSeconds = Math.max(opts.timeoutSeconds ?? 0, opts.runForSeconds ?? 0, forecast.systemSeconds.max)
  const realMs = (systemSeconds / (opts.timeScale ?? timeScale)) * 1000
  return realMs > backstopMsMin / 2 ? realMs + backstopMsMin : undefined
}
