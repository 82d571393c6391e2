import assert from 'node:assert/strict'
import { quoted } from './install-streamtool.ts'

/** What a ready-made launch script is to do. */
export interface LaunchScriptOptions {
  /** Path of the job's SAB in the DC: on the emulator a manifest, see `builtinBundle`. */
  readonly sab: string
  /** Path of the configuration file that the job gets. */
  readonly configFileName: string
  /** Further submission-time values of the job. @default none */
  readonly parameters?: Readonly<Record<string, string>>
  /** PEs to fuse the job's operators into. @default the instance's */
  readonly fusionTargetPeCount?: number
  /** Ends with this status and submits nothing. */
  readonly exit?: number
  /** Never ends and submits nothing. */
  readonly hang?: boolean
  /** System seconds before anything else. @default 0 */
  readonly delaySeconds?: number
  readonly timeScale: number
}

/**
 * The text of a script that does what the toolkit's reference script does (toolkit reference §4.7): submit the job, then end the
 * standalone process, so that its ports come free.
 */
export function launchScript(options: LaunchScriptOptions): string {
  const { exit, hang = false, delaySeconds = 0, timeScale } = options
  assert(exit === undefined || (Number.isInteger(exit) && exit >= 0 && exit <= 255), `exit status ${exit}`)
  assert(exit === undefined || !hang, 'a script either ends or hangs')
  assert(delaySeconds >= 0 && timeScale > 0, `delay of ${delaySeconds} s at time scale ${timeScale}`)
  // sleep(1) with fractions of a second is no part of POSIX, but of GNU, BusyBox and BSD.
  const delay = delaySeconds === 0 ? [] : [`sleep ${(delaySeconds / timeScale).toFixed(3)}`]
  return ['#!/bin/sh', ...delay, ...steps(options), ''].join('\n')
}

/** The command line that runs a script which need not be executable. */
export function launchCommand(path: string): string {
  return `sh ${quoted(path)}`
}

/** The command line that runs a user's own script, which finds what it is to submit in two variables. */
export function ownScriptCommand(script: {
  readonly path: string
  readonly args: readonly string[]
  readonly sab: string
  readonly configFileName: string
}): string {
  const { path, args, sab, configFileName } = script
  const variables = [`FAILOVER_SAB=${quoted(sab)}`, `FAILOVER_CONFIG_FILE=${quoted(configFileName)}`]
  return [...variables, 'sh', ...[path, ...args].map(quoted)].join(' ')
}

function steps(options: LaunchScriptOptions): readonly string[] {
  const { exit, hang = false } = options
  if (exit !== undefined) return [`exit ${exit}`]
  // It keeps standard output open, for which the standalone process waits.
  if (hang) return ['exec tail -f /dev/null']
  return [`${submission(options)} || exit`, 'kill "$FAILOVER_STANDALONE_PID"']
}

function submission({ sab, configFileName, parameters = {}, fusionTargetPeCount }: LaunchScriptOptions): string {
  const values = Object.entries({ configFileName, ...parameters }).map(
    ([name, value]) => `-P ${quoted(`${name}=${value}`)}`,
  )
  const fusion =
    fusionTargetPeCount === undefined ? [] : ['-C fusionScheme=manual', `-C fusionTargetPeCount=${fusionTargetPeCount}`]
  const place = '-d "$STREAMS_DOMAIN_ID" -i "$STREAMS_INSTANCE_ID"'
  return ['streamtool submitjob', quoted(sab), ...values, ...fusion, place].join(' ')
}
