import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { formatProblem, ScenarioError } from '../model/errors.ts'
import type { InputProblem, SourcePosition } from '../model/errors.ts'
import type { ExtensionDescriptor } from '../model/extension.ts'
import { composeFile } from './composition/compose.ts'
import type { ComposedScenario, Composition } from './composition/compose.ts'
import type { ReadFile } from './composition/library.ts'
import { macrosOfOptions } from './composition/macros.ts'
import type { MacroOption } from './composition/macros.ts'
import { withOrigin } from './composition/origins.ts'
import { runVariants, scenariosMax } from './composition/variants.ts'
import { loadScenario } from './load-scenario.ts'
import type { LoadedScenario } from './loaded-scenario.ts'
import { drawnStepsAtMost, drawnStepsMax } from './plan-draw.ts'
import { parseYamlTree } from './yaml-tree.ts'

/** The scenarios of one file, in its order, with presets, matrices, runs and phases written out. */
export interface ScenarioFile {
  readonly file: string
  readonly scenarios: readonly LoadedScenario[]
  /** Whether the file has no scenarios and only shares `defaults`, `presets` or `macros` with files that extend it. */
  readonly isShared: boolean
  /** Absolute paths of the files that it extends, those that they extend among them: with one of them it changes. */
  readonly extended: readonly string[]
  /** The macros that were looked at, the plugin's options first. */
  readonly macros: readonly MacroUse[]
}

/** Whether a macro was for any scenario of a file. */
export interface MacroUse {
  /** What messages call it. */
  readonly name: string
  /** Where it stands; absent for one of the plugin's options. */
  readonly position?: SourcePosition
  /** How many scenarios of the file it was for. */
  readonly matched: number
}

/** A scenario file's text. */
export interface ScenarioSource {
  /** Its path, as messages and reports name it. */
  readonly file: string
  readonly text: string
  /** Where the paths in it are meant from. @default the folder of `file` */
  readonly directory?: string
  /** What users added to the language. @default nothing */
  readonly extensions?: readonly ExtensionDescriptor[]
  /** What is added to scenarios by their id or tag, beside the file's own `macros`. @default nothing */
  readonly macros?: readonly MacroOption[]
  /** Reads the files of `extends`. @default the file system */
  readonly readFile?: ReadFile
  /** The folder that `extends` must not leave, where the file lies in it. @default the working directory */
  readonly root?: string
}

/**
 * Reads a scenario file: one scenario, or a list `scenarios` with `defaults`, `presets` and `macros`, its own and those of the
 * files that it extends.
 * @throws ScenarioError with everything that is wrong
 */
export function loadScenarioFile(source: ScenarioSource): ScenarioFile {
  const { file, extensions = [] } = source
  const { tree, problems } = parseYamlTree(source)
  if (tree === null) throw new ScenarioError(ordered(problems, file))
  const directory = resolve(source.directory ?? dirname(file))
  const composition = composeFile({
    tree,
    file,
    directory,
    readFile: source.readFile ?? ((path) => readFileSync(path, 'utf8')),
    root: resolve(source.root ?? '.'),
    macros: macrosOfOptions(source.macros ?? []),
  })
  const { loaded, problems: wrong } = loadComposed(composition.scenarios, { directory, extensions })
  const all = [...problems, ...composition.problems, ...wrong, ...repeatedTestIds(loaded)]
  if (all.length > 0) throw new ScenarioError(ordered(all, file))
  return { file, scenarios: loaded, ...sharing(composition) }
}

/** Complaints about a `test_id` that was given before, for the scenarios of one file or of many; one for each place. */
export function repeatedTestIds(loaded: readonly LoadedScenario[]): readonly InputProblem[] {
  const first = new Map<string, SourcePosition>()
  const problems = new Map<string, InputProblem>()
  for (const { scenario, positions } of loaded) {
    const before = first.get(scenario.testId)
    const { file, line, column } = positions.testId
    const place = `${file}:${line}:${column}`
    if (before === undefined) {
      first.set(scenario.testId, positions.testId)
    } else if (!problems.has(place)) {
      const message = `The test_id \`${scenario.testId}\` is taken by the scenario at ${before.file}:${before.line}.`
      problems.set(place, {
        message,
        position: positions.testId,
        advice: 'Give it another: reports tell scenarios apart by it.',
      })
    }
  }
  return [...problems.values()]
}

/** Warnings about macros that were for no scenario of any of the files. */
export function unmatchedMacros(files: readonly Pick<ScenarioFile, 'macros'>[]): readonly InputProblem[] {
  const uses = new Map<string, { readonly use: MacroUse; readonly matched: number }>()
  for (const use of files.flatMap(({ macros }) => macros)) {
    const { position } = use
    const key = position === undefined ? use.name : `${position.file}:${position.line}:${position.column}`
    uses.set(key, { use, matched: (uses.get(key)?.matched ?? 0) + use.matched })
  }
  return [...uses.values()].flatMap(({ use, matched }) => {
    if (matched > 0) return []
    const message = `No scenario is matched by ${use.name}.`
    const advice = 'Check `match`: a glob of whole ids, or a tag.'
    return [{ message, advice, ...(use.position === undefined ? {} : { position: use.position }) }]
  })
}

function sharing({ isShared, extended, macros }: Composition): Pick<ScenarioFile, 'isShared' | 'extended' | 'macros'> {
  return {
    isShared,
    extended,
    macros: macros.map(({ macro, matched }) => ({
      name: macro.name,
      ...(macro.position === undefined ? {} : { position: macro.position }),
      matched,
    })),
  }
}

interface From {
  readonly directory: string
  readonly extensions: readonly ExtensionDescriptor[]
}

interface Loaded {
  readonly loaded: readonly LoadedScenario[]
  readonly problems: readonly InputProblem[]
}

function loadComposed(composed: readonly ComposedScenario[], from: From): Loaded {
  const loaded: LoadedScenario[] = []
  const problems: InputProblem[] = []
  for (const one of composed) {
    const found = loadOne(one, from)
    loaded.push(...found.loaded)
    problems.push(...found.problems)
    if (loaded.length > scenariosMax) return { loaded: [], problems: [...problems, tooManyProblem(one)] }
  }
  return { loaded, problems }
}

/** One scenario, in all its runs and phases. */
function loadOne({ tree, suffix, parts }: ComposedScenario, from: From): Loaded {
  const { loaded: one, problems } = loadScenario({ tree, ...from })
  if (one === null) return { loaded: [], problems: problems.map((problem) => withOrigin(problem, parts)) }
  const { variants, problems: wrong } = runVariants({
    ...one,
    scenario: { ...one.scenario, testId: `${one.scenario.testId}${suffix}` },
  })
  const all = [...problems, ...wrong, ...drawProblems(one)]
  return { loaded: variants, problems: all.map((problem) => withOrigin(problem, parts)) }
}

/** A few random groups within each other are enough for more steps than there are atoms. */
function drawProblems({ scenario, positions }: LoadedScenario): readonly InputProblem[] {
  const most = drawnStepsAtMost(scenario.steps)
  if (most <= drawnStepsMax) return []
  const message = `Expected the \`random\` groups to come to at most ${drawnStepsMax} steps, got up to ${most}.`
  const position = positions.fields.get('fault_scenario') ?? positions.testId
  return [{ message, position, advice: 'Lower their `count`.' }]
}

function tooManyProblem({ parts }: ComposedScenario): InputProblem {
  const message = `Expected a file to come to at most ${scenariosMax} scenarios, got more with this one.`
  return { message, position: parts.own.at, advice: 'Shorten `matrix`, `repeat` or `fault_phases`, or split the file.' }
}

/** By place, the file's own first, and each once: what is wrong in something shared comes up in every scenario that uses it. */
function ordered(problems: readonly InputProblem[], file: string): readonly InputProblem[] {
  const once = new Map<string, InputProblem>()
  for (const problem of problems.map(shortened)) {
    const { message, position } = problem
    const key = formatProblem({ message, ...(position === undefined ? {} : { position }) })
    if (!once.has(key)) once.set(key, problem)
  }
  return [...once.values()].toSorted((a, b) => compare(a.position, b.position, file))
}

/** A broken file may hold a "word" of any length. */
function shortened(problem: InputProblem): InputProblem {
  const lengthMax = 500
  const { message } = problem
  return message.length <= lengthMax ? problem : { ...problem, message: `${message.slice(0, lengthMax)}…` }
}

function compare(a: SourcePosition | undefined, b: SourcePosition | undefined, own: string): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined)
  if (a.file !== b.file) return a.file === own ? -1 : b.file === own ? 1 : a.file < b.file ? -1 : 1
  return a.line - b.line || a.column - b.column
}
