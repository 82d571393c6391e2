import { z } from 'zod'
import type { CrossDcOverrides } from '../model/crossdc-settings.ts'
import type { PerDatacenter } from '../model/scenario.ts'
import { parseDuration, quantityForms } from '../model/units.ts'
import { settingNames, settingParameters } from '../toolkit/parameters.ts'
import type { SensibleRange, SettingName } from '../toolkit/parameters.ts'
import { accepts } from './editor-schema.ts'
import { expectedHere, fields, refuse, text, textLike, trueOrFalse, wholeNumber } from './schema-fields.ts'

// `crossdc` and `submission_params`: values for both DCs, and under `dc1` and `dc2` values for one of them. The settings' types
// and ranges are those of the toolkit's own table of parameters.

/** The expression takes time quadratic in the length. */
const urlLengthMax = 2000
const passwordInUrl = /\/\/[^/@]*:[^/@]*@/

/** What each setting is to a scenario, where its row does not say all. */
const specialSettings: Partial<Record<SettingName, z.ZodType>> = {
  localDataCenterName: derived('the datacenter'),
  crossDCOperationMode: derived('`mode`'),
  dataSnapshotStorageDirectory: derived('the testbed'),
  remoteDataCenterApplicationMachineNames: machineNames(),
  dataSnapshotJdbcUrl: jdbcUrl(),
  dataSnapshotJdbcPassword: passwordReference(),
  remoteDataCenterUrlPathForHeartbeatReceiver: urlPath(),
  remoteDataCenterUrlPath: urlPath(),
}

const settings: Readonly<Record<string, z.ZodType>> = Object.fromEntries(
  settingNames.map((name) => [
    name,
    (specialSettings[name] ?? schemaOf(name)).optional().describe(`${settingParameters[name].effect}.`),
  ]),
)

/** By the row's type and range. */
function schemaOf(name: SettingName): z.ZodType {
  const { type, unit, range } = settingParameters[name]
  if (type.name === 'boolean') return trueOrFalse
  if (type.name === 'rstring') return fileText('a text')
  if (range === undefined) throw new TypeError(`The parameter ${name} is a number without a range.`)
  if (unit === 's') return settingSeconds({ ...range, isWhole: type.name === 'int32' })
  const { noun, ...limits } = range
  return wholeNumber({ ...limits, ...(noun === undefined ? {} : { what: noun }) })
}

/** A setting in the toolkit's documented unit, seconds; a duration with a unit is accepted too (decisions 2). */
function settingSeconds(limits: SensibleRange & { readonly isWhole: boolean }): z.ZodType<number> {
  const { min, max, isWhole } = limits
  const expected = `${isWhole ? 'whole ' : ''}seconds from ${min} up, such as 30 or "30 s"`
  const schema = z.unknown().transform((input, ctx) => {
    const parsed = parseDuration(input)
    const value = parsed.ok ? parsed.value : input
    const isInRange = typeof value === 'number' && value >= min && value <= max
    return isInRange && (!isWhole || Number.isInteger(value)) ? value : expectedHere(ctx, expected)
  })
  return accepts(schema, {
    anyOf: [
      { type: isWhole ? 'integer' : 'number', minimum: min, maximum: max },
      { type: 'string', pattern: quantityForms.duration.pattern },
    ],
  })
}

/** A text that the toolkit's file gives back as it is (toolkit reference §1.2). */
function fileText(what: string): z.ZodString {
  const error = (): string =>
    `${what} without "=", control characters and outer blanks, which the toolkit’s file cannot hold`
  return text(what).regex(/^(?! )[^=\p{Cc}]*(?<! )$/u, { error })
}

/** A setting that no scenario may give. */
function derived(from: string): z.ZodType<undefined> {
  const schema = z.unknown().transform((input, ctx) => {
    if (input === undefined) return undefined
    return refuse(ctx, { kind: 'said', message: `This setting follows from ${from}.`, advice: 'Remove it.' })
  })
  return accepts(schema, { not: {} })
}

/** The toolkit does not strip blanks around commas (toolkit reference §1.4, row 4). */
function machineNames(): z.ZodType<string> {
  const schema = z.unknown().transform((input, ctx) => {
    const names: unknown = typeof input === 'string' ? input.split(',') : input
    const isName = (name: unknown): boolean => typeof name === 'string' && /^[^\s,=]+$/.test(name)
    if (Array.isArray(names) && names.length > 0 && names.every(isName)) return names.join(',')
    return expectedHere(
      ctx,
      'a list of host names such as [remote, 10.0.0.9], or the same with commas and without blanks',
    )
  })
  const name = '[^\\s,=]+'
  return accepts(schema, {
    anyOf: [
      { type: 'string', pattern: `^${name}(,${name})*$` },
      { type: 'array', minItems: 1, items: { type: 'string', pattern: `^${name}$` } },
    ],
  })
}

/** What is refused here is not shown: it may hold a password (decisions 22). */
function jdbcUrl(): z.ZodType<string> {
  const what = 'a JDBC URL such as jdbc:postgresql://127.0.0.1:5432/db'
  const schema = z
    .unknown()
    .transform((input, ctx) => {
      if (typeof input !== 'string') return input
      if (input.length > urlLengthMax) return expectedHere(ctx, `${what} of at most ${urlLengthMax} characters`)
      if (passwordInUrl.test(input)) {
        const message = '`dataSnapshotJdbcUrl` holds a password, which must not stand in a file.'
        const advice = 'Give it as dataSnapshotJdbcPassword: env:NAME, and the user as dataSnapshotJdbcUser.'
        return refuse(ctx, { kind: 'said', message, advice })
      }
      if (input.includes('=')) {
        const message =
          '`dataSnapshotJdbcUrl` has a "=" in it, and the toolkit ignores a line of its file with two of them.'
        const advice = 'Leave it out here, and put it into the application configuration CrossDCFailover.'
        return refuse(ctx, { kind: 'said', message, advice })
      }
      return input
    })
    .pipe(fileText(what).regex(/^jdbc:/, { error: () => what }))
  return accepts(schema, {
    type: 'string',
    pattern: '^jdbc:[^=]*$',
    not: { pattern: passwordInUrl.source },
    examples: ['jdbc:postgresql://127.0.0.1:5432/db'],
  })
}

/** No password in files and outputs (decisions 22): a scenario names the environment variable, the run reads it. */
function passwordReference(): z.ZodType<string> {
  const form = /^env:[A-Za-z_]\w*$/
  const schema = z.unknown().transform((input, ctx) => {
    if (typeof input === 'string' && form.test(input)) return input
    return refuse(ctx, {
      kind: 'said',
      message: '`dataSnapshotJdbcPassword` must name an environment variable; what was written is not shown.',
      advice: 'Write env:NAME, such as env:SNAPSHOT_DB_PASSWORD, and set that variable before the run.',
    })
  })
  return accepts(schema, { type: 'string', pattern: form.source, examples: ['env:SNAPSHOT_DB_PASSWORD'] })
}

function urlPath(): z.ZodType<string> {
  return textLike(/^\/\S*$/, 'a path that begins with "/", without blanks')
}

const crossdcExpected = 'a map such as { heartbeatExchangeInterval: 30 }'
const settingsOfOne = fields(settings, { expected: crossdcExpected })

/** Settings of one job. */
export const settingsSchema: z.ZodType<CrossDcOverrides> = settingsOfOne.transform(overrides)

/** `crossdc` */
export const crossdcSchema: z.ZodType<PerDatacenter<CrossDcOverrides>> = fields(
  {
    ...settings,
    dc1: settingsOfOne.optional().describe('Settings of dc1 alone.'),
    dc2: settingsOfOne.optional().describe('Settings of dc2 alone.'),
  },
  { expected: crossdcExpected },
).transform(({ dc1, dc2, ...both }, ctx) => {
  const common = overrides(both)
  const each = { dc1: { ...common, ...overrides(dc1 ?? {}) }, dc2: { ...common, ...overrides(dc2 ?? {}) } }
  // One key names the local listener and the remote target, and pair c talks to pair c (toolkit reference §1.4, rows 3, 21).
  for (const name of ['crossDCHttpPort', 'numberOfHttpSenderReceiverPairs'] as const) {
    if (each.dc1[name] !== each.dc2[name]) {
      return refuse(ctx, {
        kind: 'said',
        message: `\`${name}\` must be the same in both DCs.`,
        advice: 'Set it for both at once.',
      })
    }
  }
  return each
})

function overrides(raw: Readonly<Record<string, unknown>>): CrossDcOverrides {
  return Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== undefined))
}

const valueExpected = 'a text, a number or true or false'
const value = z
  .union([z.string(), z.number(), z.boolean()], { error: () => valueExpected })
  .transform((given) => String(given))
const mapExpected = 'a map of names and values'
const values = z.record(z.string(), value, { error: () => mapExpected })

/** `submission_params` */
export const submissionParametersSchema: z.ZodType<PerDatacenter<Readonly<Record<string, string>>>> = z
  .object(
    {
      dc1: values.optional().describe('Values of dc1 alone.'),
      dc2: values.optional().describe('Values of dc2 alone.'),
    },
    { error: () => mapExpected },
  )
  .catchall(value)
  .transform(({ dc1, dc2, ...both }) => ({ dc1: { ...both, ...dc1 }, dc2: { ...both, ...dc2 } }))
