import type { z } from 'zod'
import { timeScaleLimits } from '../model/clock.ts'
import { formatProblem, SettingsError } from '../model/errors.ts'
import type { CrossDcOverrides } from '../model/crossdc-settings.ts'
import type { OperationMode } from '../model/datacenter.ts'
import type { PerDatacenter } from '../model/scenario.ts'
import { crossdcSchema, submissionParametersSchema } from './datacenter-settings-schema.ts'
import { fields, number, text, word } from './schema-fields.ts'
import { plainValue, schemaProblems } from './schema-problems.ts'
import { parseYamlTree } from './yaml-tree.ts'

/** How the jobs of hand-written tests run, checked as strictly as a scenario file. */
export interface JobDefaults {
  readonly mode: OperationMode
  readonly sab: string
  readonly crossdc: PerDatacenter<CrossDcOverrides>
  readonly submissionParameters: PerDatacenter<Readonly<Record<string, string>>>
  readonly opts: {
    readonly timeScale?: number | undefined
    readonly startOffsetSeconds?: number | undefined
    readonly linkDelaySeconds?: number | undefined
  }
}

const expected = 'an object such as { crossdc: { heartbeatExchangeInterval: 10 } }'
const seconds = (): z.ZodOptional<z.ZodNumber> => number({ min: 0, what: 'a number of system seconds' }).optional()

const schema = fields(
  {
    mode: word(['active-active'], ['active-passive']).optional(),
    sab: text('the path of a SAB or builtin:ledger').optional(),
    crossdc: crossdcSchema.optional(),
    submissionParameters: submissionParametersSchema.optional(),
    opts: fields(
      {
        timeScale: number({ ...timeScaleLimits, what: 'a number of system seconds per real second' }).optional(),
        startOffsetSeconds: seconds(),
        linkDelaySeconds: seconds(),
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
  const { mode = 'active-active', sab = 'builtin:ledger', crossdc, submissionParameters, opts = {} } = parsed.data
  return {
    mode,
    sab,
    crossdc: crossdc ?? { dc1: {}, dc2: {} },
    submissionParameters: submissionParameters ?? { dc1: {}, dc2: {} },
    opts,
  }
}
