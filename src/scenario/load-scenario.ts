import type { InputProblem } from '../model/errors.ts'
import type { ExtensionDescriptor } from '../model/extension.ts'
import { buildScenario } from './build-scenario.ts'
import type { LoadedScenario } from './loaded-scenario.ts'
import { scenarioSchemaFor } from './scenario-schema.ts'
import type { ScenarioSchema } from './scenario-schema.ts'
import { plainValue, schemaProblems } from './schema-problems.ts'
import type { TreeMap, TreeNode } from './yaml-tree.ts'

/** One scenario's part of a file. */
export interface ScenarioTree {
  readonly tree: TreeMap
  /** Where paths are meant from. */
  readonly directory: string
  /** Names that users added to the language. @default none */
  readonly extensions?: readonly ExtensionDescriptor[]
}

/**
 * Reads one scenario of a tree in which presets, defaults and matrices are resolved. `loaded` is null where the fields themselves are
 * wrong; with problems it is there and must not be run.
 * @throws SettingsError for a registered name that the language has
 */
export function loadScenario(source: ScenarioTree): {
  readonly loaded: LoadedScenario | null
  readonly problems: readonly InputProblem[]
} {
  const { tree, directory, extensions = [] } = source
  const schema = scenarioSchemaFor(extensions)
  const parsed = schema.safeParse(plainValue(tree))
  if (parsed.success) return buildScenario({ tree, fields: parsed.data, directory })
  const wrongFields = new Set(parsed.error.issues.map(({ path }) => String(path[0])))
  return {
    loaded: null,
    problems: [
      ...schemaProblems(tree, parsed.error.issues),
      ...otherProblems({ schema, tree, directory, wrongFields }),
    ],
  }
}

/** Fields that no rule between fields looks at, or that a rule passes over where they are missing. */
const independentFields: ReadonlySet<string> = new Set([
  'test_id',
  'description',
  'tags',
  'skip',
  'only',
  'known_issue',
  'application',
  'submission_params',
  'crossdc',
  'post_failover_validation_checks',
  'expected_recovery_time_seconds',
  'expected_data_loss_percentage',
  'expected_data_loss_seconds',
  'repeat',
  'timeout',
  'opts',
])

/** What does not go together in the rest of a scenario with wrong fields, so that it is said in the same go. */
function otherProblems(source: {
  readonly schema: ScenarioSchema
  readonly tree: TreeMap
  readonly directory: string
  readonly wrongFields: ReadonlySet<string>
}): readonly InputProblem[] {
  const { schema, tree, directory, wrongFields } = source
  if ([...wrongFields].some((name) => !independentFields.has(name))) return []
  const standIn = (name: string): TreeNode => ({ kind: 'scalar', at: tree.at, value: name })
  const required = ['test_id', 'description'].map((name) => [name, { at: tree.at, value: standIn(name) }] as const)
  const rest = [...tree.entries].filter(([name]) => !wrongFields.has(name))
  const whole: TreeMap = { ...tree, entries: new Map([...required, ...rest]) }
  const parsed = schema.safeParse(plainValue(whole))
  return parsed.success ? buildScenario({ tree: whole, fields: parsed.data, directory }).problems : []
}
