import type { Command } from 'commander'
import { runEmulate, type OnlyDatacenter } from '../emulator/emulate.ts'
import { timeScaleLimits } from '../model/clock.ts'
import { isDatacenterName } from '../model/datacenter.ts'
import { SettingsError } from '../model/errors.ts'
import { builtinSabs, jobPlan, startJob, type JobFlags } from './emulate-job.ts'
import { parseHostPort, parseNumber, type HostPort } from './host-port.ts'

interface EmulateFlags extends JobFlags {
  readonly timeScale: number
  readonly json?: true
  readonly only?: string
  readonly remote?: HostPort
  readonly crossDcPort?: number
}

const pesMax = 8

/** `failover emulate`: two datacenters until interrupted, or one with its job. */
export function addEmulate(program: Command): void {
  program
    .command('emulate')
    .summary('run emulated datacenters')
    .description(
      'run two emulated datacenters on loopback until interrupted, or one with a job whose remote is elsewhere',
    )
    .option(
      '--time-scale <number>',
      `system seconds per real second, ${timeScaleLimits.min} to ${timeScaleLimits.max}`,
      parseTimeScale,
      60,
    )
    .option('--json', 'print one JSON line that says how to reach them, with their throw-away credentials')
    .option('--only <dc>', 'one datacenter, dc1 or dc2, with its job; the options below go with it')
    .option('--remote <host:port>', "the remote's cross-DC base port", (text) => parseHostPort('--remote', text))
    .option(
      '--cross-dc-port <port>',
      "base port of the job's own listeners on 127.0.0.1 (default: its crossDCHttpPort)",
      (text) => parseNumber('--cross-dc-port', text, { min: 1, max: 65_000, isWhole: true, example: '25091' }),
    )
    .option('--crossdc <KEY=VALUE...>', "the job's settings where they differ from the reference file's")
    .option(
      '--profile <name>',
      'ibm-1.0.1, documented, or a profile that `peer --conformance --out` wrote (default: ibm-1.0.1)',
    )
    .option('--quirk <Qn=on|off...>', 'switches over the profile, such as Q4=off')
    .option('--fused', 'one PE without dynamic threading: a slow snapshot holds up the ticks')
    .option('--sab <name>', `application: ${builtinSabs.join(', ')} (default: builtin:ledger)`)
    .option('--pes <number>', `PEs that the job's operators are fused into, 1 to ${pesMax} (default: 1)`, (text) =>
      parseNumber('--pes', text, { min: 1, max: pesMax, isWhole: true, example: '2' }),
    )
    .option('--param <NAME=VALUE...>', 'submission-time values of the application')
    .option('--tracing <level>', "which of the job's traces are written: off, error, warn, info, debug, trace")
    .action(async (flags: EmulateFlags) => await emulate(flags))
}

async function emulate(flags: EmulateFlags): Promise<void> {
  const interrupted = new AbortController()
  const { signal } = interrupted
  const only = await onlyDatacenter(flags, signal)
  const stop = (): void => interrupted.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    await runEmulate({
      timeScale: flags.timeScale,
      json: flags.json === true,
      write: (text) => process.stdout.write(text),
      signal,
      ...(only === undefined ? {} : { only }),
    })
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

/** The options that say what job runs; without `--only` there is none. */
const jobOptions = {
  remote: '--remote',
  crossDcPort: '--cross-dc-port',
  crossdc: '--crossdc',
  profile: '--profile',
  quirk: '--quirk',
  fused: '--fused',
  sab: '--sab',
  pes: '--pes',
  param: '--param',
  tracing: '--tracing',
} as const satisfies Partial<Record<keyof EmulateFlags, string>>

/** @throws SettingsError when the options do not go together, or one of them cannot be */
async function onlyDatacenter(flags: EmulateFlags, signal: AbortSignal): Promise<OnlyDatacenter | undefined> {
  const { only: dc, remote } = flags
  if (dc === undefined) {
    const useless = Object.entries(jobOptions).find(([name]) => Reflect.get(flags, name) !== undefined)?.[1]
    if (useless === undefined) return undefined
    throw new SettingsError(
      `Expected ${useless} with --only dc1 or --only dc2: without it two datacenters run and no job is started.`,
    )
  }
  if (!isDatacenterName(dc)) throw new SettingsError(`Expected --only to be dc1 or dc2, got "${dc}".`)
  if (remote === undefined) {
    throw new SettingsError(`Expected --remote HOST:PORT with --only ${dc}: where its job finds the other datacenter.`)
  }
  const plan = await jobPlan(flags)
  return {
    dc,
    remote,
    crossDcPort: flags.crossDcPort ?? plan.settings.settings.crossDCHttpPort,
    startJob: async (pair) => await startJob({ pair, dc, plan, signal }),
  }
}

/** @throws SettingsError unless it is a number within the limits */
export function parseTimeScale(text: string): number {
  return parseNumber('--time-scale', text, { ...timeScaleLimits, example: '60' })
}
