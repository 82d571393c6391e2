import type { z } from 'zod'
import { timeScaleLimits } from '../model/clock.ts'
import { formatProblem, SettingsError } from '../model/errors.ts'
import type { CrossDcOverrides } from '../model/crossdc-settings.ts'
import type { OperationMode } from '../model/datacenter.ts'
import type { LaunchScriptSpec, PerDatacenter, ScenarioOptions } from '../model/scenario.ts'
import { crossdcSchema, submissionParametersSchema } from './datacenter-settings-schema.ts'
import { launchScriptSchema } from './launch-script-schema.ts'
import { sabSchema } from './sab-schema.ts'
import { fields, given, number, word } from './schema-fields.ts'
import { plainValue, schemaProblems } from './schema-problems.ts'
import { peCountSchema, toolkitBehaviourSchema } from './toolkit-behaviour-schema.ts'
import { parseYamlTree } from './yaml-tree.ts'

/** How the jobs of hand-written tests run, checked as strictly as a scenario file. */
export interface JobDefaults {
  readonly mode: OperationMode
  readonly sab: PerDatacenter<string>
  readonly crossdc: PerDatacenter<CrossDcOverrides>
  readonly submissionParameters: PerDatacenter<Readonly<Record<string, string>>>
  readonly launchScript?: LaunchScriptSpec
  readonly opts: Partial<
    Pick<ScenarioOptions, 'timeScale' | 'startOffsetSeconds' | 'linkDelaySeconds' | 'toolkit' | 'pes'>
  >
}

const ledger: PerDatacenter<string> = { dc1: 'builtin:ledger', dc2: 'builtin:ledger' }
const expected = 'an object such as { crossdc: { heartbeatExchangeInterval: 10 } }'
const seconds = (): z.ZodOptional<z.ZodNumber> => number({ min: 0, what: 'a number of system seconds' }).optional()

const schema = fields(
  {
    mode: word(['active-active', 'active-passive']).optional(),
    sab: sabSchema.optional(),
    crossdc: crossdcSchema.optional(),
    submissionParameters: submissionParametersSchema.optional(),
    launchScript: launchScriptSchema.optional(),
    opts: fields(
      {
        timeScale: number({ ...timeScaleLimits, what: 'a number of system seconds per real second' }).optional(),
        startOffsetSeconds: seconds(),
        linkDelaySeconds: seconds(),
        toolkit: toolkitBehaviourSchema.optional(),
        pes: peCountSchema.optional(),
      },
      { expected: 'an object such as { timeScale: 30 }' },
    ).optional(),
  },
  { expected },
)

/**
 * Reads `scenarioDefaults`. Vitest does not check types, so a misspelt setting would otherwise be no setting at all.
 * @throws SettingsError that lists everything wrong
 */
export function parseJobDefaults(input: unknown): JobDefaults {
  // JSON is YAML: the schemas' messages are made for a tree of YAML.
  const { tree } = parseYamlTree({ file: 'scenarioDefaults', text: JSON.stringify(input) ?? 'null' })
  if (tree === null) throw new SettingsError(`scenarioDefaults: expected ${expected}.`)
  const parsed = schema.safeParse(plainValue(tree))
  if (!parsed.success) {
    const problems = schemaProblems(tree, parsed.error.issues).map(({ message, advice }) =>
      formatProblem({ message, ...(advice === undefined ? {} : { advice }) }),
    )
    throw new SettingsError(problems.map((problem) => `scenarioDefaults: ${problem}`).join('\n'))
  }
  const { mode = 'active-active', sab = ledger, crossdc, submissionParameters, opts = {} } = parsed.data
  const { launchScript } = parsed.data
  if (launchScript !== undefined && mode !== 'active-passive') {
    throw new SettingsError(
      `scenarioDefaults: \`launchScript\` needs a passive side, and \`mode\` is ${mode}. Add mode: 'active-passive'.`,
    )
  }
  return {
    mode,
    ...(launchScript === undefined ? {} : { launchScript }),
    sab,
    crossdc: crossdc ?? { dc1: {}, dc2: {} },
    submissionParameters: submissionParameters ?? { dc1: {}, dc2: {} },
    opts: given(opts),
  }
}
