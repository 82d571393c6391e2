import { dirname } from 'node:path'
import { formatProblem, ScenarioError } from '../model/errors.ts'
import type { InputProblem, SourcePosition } from '../model/errors.ts'
import { buildScenario } from './build-scenario.ts'
import type { LoadedScenario } from './loaded-scenario.ts'
import { scenarioSchema } from './scenario-schema.ts'
import { leaveOut } from './schema-fields.ts'
import { plainValue, schemaProblems } from './schema-problems.ts'
import { adviceFor } from '../support/suggest.ts'
import { parseYamlTree } from './yaml-tree.ts'
import type { TreeEntry, TreeMap, TreeNode } from './yaml-tree.ts'

/** The scenarios of one file, in its order. */
export interface ScenarioFile {
  readonly file: string
  readonly scenarios: readonly LoadedScenario[]
}

/** A scenario file's text. */
export interface ScenarioSource {
  /** Its path, as messages and reports name it. */
  readonly file: string
  readonly text: string
  /** Where the paths in it are meant from. @default the folder of `file` */
  readonly directory?: string
}

/**
 * Reads a scenario file: one scenario, or `defaults` and a list `scenarios`. A scenario's own fields replace the fields of
 * `defaults` whole; nothing is merged below the first level.
 * @throws ScenarioError with everything that is wrong
 */
export function loadScenarioFile(source: ScenarioSource): ScenarioFile {
  const { tree, problems } = parseYamlTree(source)
  if (tree === null) throw new ScenarioError(ordered(problems))
  const found = scenarioTrees(tree)
  const directory = source.directory ?? dirname(source.file)
  const built = found.trees.map((one) => loadScenario(one, directory))
  const loaded = built.flatMap((one) => (one.loaded === null ? [] : [one.loaded]))
  const all = [...problems, ...found.problems, ...built.flatMap((one) => one.problems), ...repeatedTestIds(loaded)]
  if (all.length > 0) throw new ScenarioError(ordered(all))
  return { file: source.file, scenarios: loaded }
}

/** Complaints about a `test_id` that was given before, for the scenarios of one file or of many. */
export function repeatedTestIds(loaded: readonly LoadedScenario[]): readonly InputProblem[] {
  const first = new Map<string, SourcePosition>()
  const problems: InputProblem[] = []
  for (const { scenario, positions } of loaded) {
    const before = first.get(scenario.testId)
    if (before === undefined) {
      first.set(scenario.testId, positions.testId)
    } else {
      const message = `The test_id \`${scenario.testId}\` is taken by the scenario at ${before.file}:${before.line}.`
      problems.push({
        message,
        position: positions.testId,
        advice: 'Give it another: reports tell scenarios apart by it.',
      })
    }
  }
  return problems
}

interface FoundTrees {
  readonly trees: readonly TreeMap[]
  readonly problems: readonly InputProblem[]
}

const fileKeys = ['scenarios', 'defaults']
const laterFileKeys = ['presets', 'extends']

function scenarioTrees(tree: TreeNode): FoundTrees {
  if (tree.kind !== 'map') {
    const got = tree.kind === 'list' ? 'a list' : tree.value === null ? 'nothing' : 'a single value'
    const message = `Expected a scenario, got ${got}.`
    const advice = 'Write its fields, test_id first, or a list under `scenarios`.'
    return { trees: [], problems: [{ message, position: tree.at, advice }] }
  }
  if (!fileKeys.some((key) => tree.entries.has(key))) return { trees: [tree], problems: [] }
  const problems = [...tree.entries].flatMap(([key, entry]) => fileKeyProblems(key, entry))
  const defaults = tree.entries.get('defaults')?.value
  if (defaults !== undefined && defaults.kind !== 'map') {
    problems.push({ message: 'Expected `defaults` to be a map of fields.', position: defaults.at })
  }
  const list = tree.entries.get('scenarios')
  if (list?.value.kind !== 'list' || list.value.items.length === 0) {
    const message = 'Expected `scenarios` to be a list of at least one scenario.'
    return { trees: [], problems: [...problems, { message, position: list?.at ?? tree.at }] }
  }
  const items = list.value.items.map((item) => (item.kind === 'map' ? withDefaults(item, defaults) : item))
  const wrong = items.filter((item) => item.kind !== 'map')
  return {
    trees: items.filter((item) => item.kind === 'map'),
    problems: [
      ...problems,
      ...wrong.map((item) => ({ message: 'Expected a scenario, as a map of fields.', position: item.at })),
    ],
  }
}

function fileKeyProblems(key: string, entry: TreeEntry): readonly InputProblem[] {
  if (fileKeys.includes(key)) return []
  const position = entry.at
  if (laterFileKeys.includes(key)) return [{ message: `\`${key}\` is not yet supported.`, position, advice: leaveOut }]
  const message = `Unknown key \`${key}\` beside \`scenarios\`.`
  const isField = Object.hasOwn(scenarioSchema.shape, key)
  const advice = isField ? 'Move it into `defaults` or into a scenario.' : adviceFor(key, fileKeys, laterFileKeys)
  return [{ message, position, advice }]
}

function withDefaults(scenario: TreeMap, defaults: TreeNode | undefined): TreeMap {
  if (defaults?.kind !== 'map') return scenario
  return { ...scenario, entries: new Map([...defaults.entries, ...scenario.entries]) }
}

function loadScenario(
  tree: TreeMap,
  directory: string,
): { readonly loaded: LoadedScenario | null; readonly problems: readonly InputProblem[] } {
  const parsed = scenarioSchema.safeParse(plainValue(tree))
  if (!parsed.success) return { loaded: null, problems: schemaProblems(tree, parsed.error.issues) }
  return buildScenario({ tree, fields: parsed.data, directory })
}

/** By place, and each once: what is wrong in `defaults` comes up in every scenario. */
function ordered(problems: readonly InputProblem[]): readonly InputProblem[] {
  const once = new Map(problems.map(shortened).map((problem) => [formatProblem(problem), problem]))
  return [...once.values()].toSorted((a, b) => order(a) - order(b))
}

/** A broken file may hold a "word" of any length. */
function shortened(problem: InputProblem): InputProblem {
  const lengthMax = 500
  const { message } = problem
  return message.length <= lengthMax ? problem : { ...problem, message: `${message.slice(0, lengthMax)}…` }
}

function order({ position }: InputProblem): number {
  return position === undefined ? 0 : position.line * 100_000 + position.column
}
