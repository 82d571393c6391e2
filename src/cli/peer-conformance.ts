import { open, writeFile } from 'node:fs/promises'
import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import { SettingsError } from '../model/errors.ts'
import type { FakePeer } from '../peer/fake-peer.ts'
import { formatProfile, isConclusive } from '../peer/conformance/profile.ts'
import { runConformance } from '../peer/conformance/run-conformance.ts'
import { createStreamsClient } from '../streams/streams-client.ts'
import { exitCodes } from './exit-codes.ts'
import { jobStatusReader } from './job-status.ts'

/** Where the job's metrics can be read. */
export interface RestAccess {
  readonly url: string
  readonly user: string
  readonly password: string
  readonly job?: string | undefined
}

interface PeerConformanceOptions {
  readonly peer: FakePeer
  readonly settings: CrossDcSettings
  readonly rest: RestAccess | null
  /** Path of the profile to write. */
  readonly out: string | undefined
  /** The profile itself in place of a table. */
  readonly json: boolean
  readonly write: (text: string) => void
  readonly progress: (text: string) => void
  readonly signal: AbortSignal
}

/**
 * Runs the probes, and writes and prints the profile. @returns the exit code: 3 when a probe saw nothing
 * @throws SettingsError when the profile cannot be written there; it is tried first, for the probes take long
 */
export async function runPeerConformance(options: PeerConformanceOptions): Promise<number> {
  const { peer, settings, rest, out, json, write, progress, signal } = options
  if (out !== undefined) await refuseUnwritable(out)
  const streams =
    rest === null ? null : createStreamsClient({ url: rest.url, username: rest.user, password: rest.password })
  try {
    const readStatus = streams === null ? undefined : await jobStatusReader(streams, rest?.job)
    const profile = await runConformance({
      peer,
      settings,
      signal,
      onProgress: (text) => progress(`${text}\n`),
      ...(readStatus === undefined ? {} : { readStatus }),
    })
    const document = `${JSON.stringify(profile, null, 2)}\n`
    if (out !== undefined) await writeFile(out, document)
    write(json ? document : formatProfile(profile))
    return isConclusive(profile) ? exitCodes.pass : exitCodes.inconclusive
  } catch (error) {
    if (!signal.aborted) throw error
    progress('Interrupted: no profile.\n')
    return exitCodes.inconclusive
  } finally {
    streams?.close()
  }
}

/** Leaves what the file holds as it is. @throws SettingsError */
async function refuseUnwritable(path: string): Promise<void> {
  try {
    const file = await open(path, 'a')
    await file.close()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SettingsError(`Expected --out to be a file that can be written, got "${path}": ${why}.`, { cause })
  }
}

/**
 * `--rest`, `--user` and `--password` as given.
 * @throws SettingsError when one is missing, or the password is not named by an environment variable that is set
 */
export function restAccess(
  given: { rest?: string; user?: string; password?: string; job?: string },
  environment: Readonly<Record<string, string | undefined>>,
): RestAccess | null {
  const { rest: url, user, password: reference, job } = given
  if (url === undefined) {
    const needless = (['user', 'password', 'job'] as const).find((name) => given[name] !== undefined)
    if (needless === undefined) return null
    throw new SettingsError(`Expected --rest URL with --${needless}: it says whose metrics to read.`)
  }
  if (user === undefined || reference === undefined) {
    throw new SettingsError('Expected --user NAME and --password env:NAME with --rest, got not both.')
  }
  const variable = /^env:(\w+)$/.exec(reference)?.[1]
  // What was given may be a password, and is not repeated.
  if (variable === undefined) {
    throw new SettingsError('Expected --password to be env:NAME, the name of an environment variable that holds it.')
  }
  const password = environment[variable]
  if (password !== undefined && password !== '') return { url, user, password, job }
  throw new SettingsError(`Expected the environment variable ${variable} to hold the password, got nothing.`)
}
