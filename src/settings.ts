import { randomInt } from 'node:crypto'
import { z } from 'zod'
import type { SupervisorEndpoint } from './emulator/supervisor-client.ts'
import { timeScaleLimits } from './model/clock.ts'
import { SettingsError } from './model/errors.ts'
import type { MacroOption } from './scenario/composition/macros.ts'
import { adviceFor } from './support/suggest.ts'

/** The testbeds that there are so far. */
export type SupportedTestbed = 'embedded' | 'simulated'

/** Options of the plugin `failover()`. All have defaults. */
export interface FailoverOptions {
  /**
   * Where the datacenters live. `embedded`: two emulated ones as processes on loopback. `simulated`: two in virtual time, within
   * the tests' own process. FAILOVER_TESTBED overrides it.
   * @default 'embedded'
   */
  readonly testbed?: SupportedTestbed
  /**
   * Globs of scenario files, from Vitest's root. They are test files beside those of Vitest's own `include`.
   * @default 'scenarios/**\/*.{yaml,yml}'
   */
  readonly scenarios?: string | readonly string[]
  /**
   * System seconds per real second, 1 to 1000, for scenarios that do not say.
   * @default the testbed's own: 60 on both
   */
  readonly timeScale?: number
  /**
   * The folder, from Vitest's root, that gets a folder per run and the link `latest`.
   * @default 'failover-results'
   */
  readonly results?: string
  /**
   * Tags to declare beside those found in scenario files, with descriptions for `--list-tags`.
   * @default []
   */
  readonly tags?: readonly (string | TagDeclaration)[]
  /**
   * Seed of everything random in a run, 0 to 4294967295. FAILOVER_SEED overrides it.
   * @default a new one each run; reports name it
   */
  readonly seed?: number
  /**
   * Files that export extensions (`defineFault`, `defineCheck`, …), from Vitest's root.
   * @default []
   */
  readonly extensions?: string | readonly string[]
  /**
   * Fields to add to scenarios by the pattern of their ids or by tags.
   * @default []
   */
  readonly macros?: readonly MacroOption[]
  /**
   * How often a scenario is run again while it is inconclusive, 0 to 10. A failed one never is. FAILOVER_RETRY_INCONCLUSIVE
   * overrides it.
   * @default 0
   */
  readonly retryInconclusive?: number
  /**
   * When the testbed's own log of a test is kept beside its timeline.
   * @default 'on_failure'
   */
  readonly keep?: 'never' | 'on_failure' | 'always'
}

/** A tag and what it stands for. */
export interface TagDeclaration {
  readonly name: string
  readonly description?: string
}

/** The options in force for one run, with every default filled in; plain data, so that it can travel to workers. */
export interface FailoverSettings {
  readonly testbed: SupportedTestbed
  readonly scenarios: readonly string[]
  /** System seconds per real second. */
  readonly timeScale: number
  /** As given, from Vitest's root. */
  readonly results: string
  readonly tags: readonly TagDeclaration[]
  readonly seed: number
  /** As given, from Vitest's root. */
  readonly extensions: readonly string[]
  readonly macros: readonly MacroOption[]
  readonly retryInconclusive: number
  readonly keep: 'never' | 'on_failure' | 'always'
}

/** What the plugin and the global set-up hand to the workers, as `inject('failover')`. */
export interface ProvidedFailover {
  readonly settings: FailoverSettings
  readonly runId: string
  /** Vitest's root, absolute: what relative paths in the settings are meant from. */
  readonly root: string
  /** Absolute path of the folder that holds a folder per run. */
  readonly resultsDirectory: string
  readonly seed: number
  /** How workers reach the supervisor of the embedded testbed; there from the global set-up on. */
  readonly endpoint?: SupervisorEndpoint
}

const defaultTimeScale = 60
const seedMax = 4_294_967_295

const notYet: readonly string[] = ['topology', 'lease']
const testbedsNotYet: readonly string[] = ['lab', 'hosts']

const retriesMax = 10

const tagText = z.string().regex(/^(?!(?:and|or|not)$)[\w./-]+$/i)
const optionSchemas = {
  testbed: z.enum(['embedded', 'simulated']),
  scenarios: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  timeScale: z.number().min(timeScaleLimits.min).max(timeScaleLimits.max),
  results: z.string().min(1),
  tags: z.array(z.union([tagText, z.strictObject({ name: tagText, description: z.string().optional() })])),
  seed: z.int().min(0).max(seedMax),
  extensions: z.union([z.string().min(1), z.array(z.string().min(1))]),
  macros: z.array(
    z.strictObject({
      match: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
      add: z.record(z.string(), z.json()),
    }),
  ),
  retryInconclusive: z.int().min(0).max(retriesMax),
  keep: z.enum(['never', 'on_failure', 'always']),
} satisfies Record<keyof FailoverOptions, z.ZodType>

const expectedOptions: Readonly<Record<keyof FailoverOptions, string>> = {
  testbed: '"embedded" or "simulated"',
  scenarios: 'a glob or a list of globs, such as "scenarios/**/*.yaml"',
  timeScale: `a number of system seconds per real second from ${timeScaleLimits.min} to ${timeScaleLimits.max}`,
  results: 'the path of a folder',
  tags: 'a list of tags such as "smoke" or { name: "smoke", description: "…" }',
  seed: `a whole number from 0 to ${seedMax}`,
  extensions: 'the path of a file, or a list of paths, such as "./failover.extensions.ts"',
  macros: 'a list such as [{ match: "FAIL-*", add: { tags: ["nightly"] } }]',
  retryInconclusive: `a whole number from 0 to ${retriesMax}`,
  keep: '"never", "on_failure" or "always"',
}

/** The variables that override options for one run. */
export type FailoverEnvironment = Readonly<Partial<Record<string, string>>>

/**
 * The settings of one run: options checked, overridden by FAILOVER_TESTBED, FAILOVER_TOPOLOGY, FAILOVER_SEED and FAILOVER_RETRY_INCONCLUSIVE, and completed.
 * @throws SettingsError with everything that is wrong
 */
export function resolveSettings(
  options: FailoverOptions = {},
  environment: FailoverEnvironment = {},
): FailoverSettings {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new SettingsError(`failover(): Expected the options to be an object, got ${describe(options)}.`)
  }
  const given = new Map<string, unknown>(Object.entries(options).filter(([, value]) => value !== undefined))
  const problems = [...overrideFrom(environment, given), ...[...given].flatMap(optionProblem)]
  if (problems.length > 0) throw new SettingsError(problems.map((problem) => `failover(): ${problem}`).join('\n'))
  const checked = z.object(optionSchemas).partial().parse(Object.fromEntries(given))
  const { scenarios = 'scenarios/**/*.{yaml,yml}' } = checked
  return {
    testbed: checked.testbed ?? 'embedded',
    scenarios: listOf(scenarios),
    timeScale: checked.timeScale ?? defaultTimeScale,
    results: checked.results ?? 'failover-results',
    tags: (checked.tags ?? []).map(declaration),
    seed: checked.seed ?? randomInt(seedMax + 1),
    extensions: listOf(checked.extensions),
    macros: checked.macros ?? [],
    retryInconclusive: checked.retryInconclusive ?? 0,
    keep: checked.keep ?? 'on_failure',
  }
}

/** Puts the environment's values over the options; answers with what is wrong in the environment. */
function overrideFrom(environment: FailoverEnvironment, given: Map<string, unknown>): readonly string[] {
  const { FAILOVER_TESTBED: testbed, FAILOVER_TOPOLOGY: topology } = environment
  if (testbed !== undefined && testbed !== '') given.set('testbed', testbed)
  if (topology !== undefined && topology !== '') given.set('topology', topology)
  return [
    ...overrideNumber({ variable: 'FAILOVER_SEED', option: 'seed', max: seedMax }, environment, given),
    ...overrideNumber(
      { variable: 'FAILOVER_RETRY_INCONCLUSIVE', option: 'retryInconclusive', max: retriesMax },
      environment,
      given,
    ),
  ]
}

function overrideNumber(
  of: { readonly variable: string; readonly option: 'seed' | 'retryInconclusive'; readonly max: number },
  environment: FailoverEnvironment,
  given: Map<string, unknown>,
): readonly string[] {
  const { variable, option, max } = of
  const text = environment[variable]
  if (text === undefined || text === '') return []
  if (/^\d+$/.test(text) && Number(text) <= max) {
    given.set(option, Number(text))
    return []
  }
  return [`Expected ${variable} to be ${expectedOptions[option]}, got ${JSON.stringify(text)}.`]
}

function listOf(given: string | readonly string[] | undefined): readonly string[] {
  if (given === undefined) return []
  return typeof given === 'string' ? [given] : given
}

function optionProblem([name, value]: readonly [string, unknown]): readonly string[] {
  if (notYet.includes(name)) return [`The option \`${name}\` is not yet supported. Leave it out.`]
  if (!isOption(name)) return [`Unknown option \`${name}\`. ${adviceFor(name, Object.keys(optionSchemas), notYet)}`]
  if (name === 'testbed' && typeof value === 'string' && testbedsNotYet.includes(value)) {
    return [`The testbed "${value}" is not yet supported. Use "embedded" or "simulated".`]
  }
  if (optionSchemas[name].safeParse(value).success) return []
  return [`Expected \`${name}\` to be ${expectedOptions[name]}, got ${describe(value)}.`]
}

function isOption(name: string): name is keyof FailoverOptions {
  return Object.hasOwn(optionSchemas, name)
}

function declaration(
  tag: string | { readonly name: string; readonly description?: string | undefined },
): TagDeclaration {
  if (typeof tag === 'string') return { name: tag }
  return tag.description === undefined ? { name: tag.name } : { name: tag.name, description: tag.description }
}

function describe(value: unknown): string {
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`
  if (typeof value === 'object') return value === null ? 'null' : JSON.stringify(value).slice(0, 80)
  return `${JSON.stringify(value)} (${typeof value})`
}
