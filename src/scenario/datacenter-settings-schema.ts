import { z } from 'zod'
import type { CrossDcOverrides } from '../model/crossdc-settings.ts'
import type { PerDatacenter } from '../model/scenario.ts'
import { parseDuration } from '../model/units.ts'
import { fields, refuse, wholeNumber } from './schema-fields.ts'

// `crossdc` and `submission_params`: values for both DCs, and under `dc1` and `dc2` values for one of them.

/** A setting in the toolkit's documented unit, seconds; a duration with a unit is accepted too (decisions 2). */
function settingSeconds(limits: { readonly min: number; readonly isWhole?: boolean }): z.ZodType<number> {
  const { min, isWhole = false } = limits
  const expected = `${isWhole ? 'whole ' : ''}seconds from ${min} up, such as 30 or "30 s"`
  return z.unknown().transform((input, ctx) => {
    const parsed = parseDuration(input)
    const value = parsed.ok ? parsed.value : input
    const isInRange = typeof value === 'number' && value >= min && value <= secondsMax
    if (isInRange && (!isWhole || Number.isInteger(value))) return value
    ctx.addIssue({ code: 'custom', message: expected, continue: false })
    return z.NEVER
  })
}

/** Above the toolkit's own value for "off", 888888888 (toolkit reference §1.4, row 8). */
const secondsMax = 2_147_483_647

/** A setting that no scenario may give. */
function derived(from: string): z.ZodType<undefined> {
  return z.unknown().transform((input, ctx) => {
    if (input === undefined) return undefined
    return refuse(ctx, { kind: 'said', message: `This setting follows from ${from}.`, advice: 'Remove it.' })
  })
}

/** Toolkit reference §1.4. An interval under 1 s makes the snapshot arithmetic divide by zero (row 8); 0 misses flap (row 7). */
const settings = {
  crossDCHttpPort: wholeNumber({ min: 1, max: 65_000, what: 'a port number' }).optional(),
  crossDCInitDelay: settingSeconds({ min: 0 }).optional(),
  heartbeatExchangeInterval: settingSeconds({ min: 0.1 }).optional(),
  consecutiveHeartbeatMissesAllowed: wholeNumber({ min: 0, max: 255 }).optional(),
  dataSnapshotExchangeInterval: settingSeconds({ min: 1 }).optional(),
  httpConnectionTimeout: settingSeconds({ min: 0, isWhole: true }).optional(),
  httpReadTimeout: settingSeconds({ min: 0, isWhole: true }).optional(),
  numberOfHttpSenderReceiverPairs: wholeNumber({ min: 1, max: 64 }).optional(),
  retainOlderDataSnapshotsAtStartup: z.boolean({ error: () => 'true or false' }).optional(),
  localDataCenterName: derived('the datacenter').optional(),
  crossDCOperationMode: derived('`mode`').optional(),
  remoteDataCenterApplicationMachineNames: derived('the testbed').optional(),
  dataSnapshotStorageDirectory: derived('the testbed').optional(),
}

const laterSettings = `
  dataSnapshotJdbcUrl dataSnapshotJdbcUser dataSnapshotJdbcPassword dataSnapshotJdbcDriverLib
  dataSnapshotJdbcClassName dataSnapshotTableName dataSnapshotPrimaryKeyColumnName sendToAllRemoteMachines
  alwaysLogHttpErrors sendDataSnapshotsToOriginDCAtStartup
`
  .trim()
  .split(/\s+/)

const crossdcExpected = 'a map such as { heartbeatExchangeInterval: 30 }'
const settingsOfOne = fields(settings, { expected: crossdcExpected, later: laterSettings })

/** `crossdc` */
export const crossdcSchema: z.ZodType<PerDatacenter<CrossDcOverrides>> = fields(
  { ...settings, dc1: settingsOfOne.optional(), dc2: settingsOfOne.optional() },
  { expected: crossdcExpected, later: laterSettings },
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

function overrides(raw: { readonly [Name in keyof typeof settings]?: unknown }): CrossDcOverrides {
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
  .object({ dc1: values.optional(), dc2: values.optional() }, { error: () => mapExpected })
  .catchall(value)
  .transform(({ dc1, dc2, ...both }) => ({ dc1: { ...both, ...dc1 }, dc2: { ...both, ...dc2 } }))
