// What a datacenter's management knows and its next process has to know too, in a file of the pair's run directory. It is written
// whole, at once and before the request that changed it is answered, so that kill -9 at any moment leaves it as some answer had
// it. How the PEs stand is not in it: the supervisor, whose children they are, knows that.

import type { JobRun } from '../../applications/hosting/job-run.ts'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { Bundle } from '../../applications/builtin-bundle.ts'
import { isErrno } from '../errno.ts'
import { parseTrusted } from '../json-text.ts'

/** What outlives a management process. */
export interface ManagementState {
  /** The last ids that were given; none is given twice. */
  readonly lastJob: number
  readonly lastPe: number
  readonly jobs: readonly RememberedJob[]
  readonly bundles: readonly (readonly [id: string, bundle: Bundle])[]
  readonly configurations: readonly RememberedConfiguration[]
}

/** A job, without how its PEs stand. */
export interface RememberedJob {
  readonly name: string
  readonly run: JobRun
  /** Unix milliseconds. */
  readonly submitTime: number
  /** Whether it was healthy when its PEs were last seen. */
  readonly wasHealthy: boolean
}

/** An application configuration; times are Unix milliseconds. */
export interface RememberedConfiguration {
  readonly name: string
  readonly description: string
  readonly properties: Readonly<Record<string, string>>
  readonly creationTime: number
  readonly lastModifiedTime: number
}

const nothing: ManagementState = { lastJob: 0, lastPe: 0, jobs: [], bundles: [], configurations: [] }

interface JournalOf {
  /** The pair's run directory. */
  readonly directory: string
  readonly dc: DatacenterName
}

/** What was written last; nothing after a reset. */
export function readManagementState(of: JournalOf): ManagementState {
  try {
    return parseTrusted<ManagementState>(readFileSync(pathOf(of), 'utf8'))
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return nothing
    throw error
  }
}

/** The properties of an application configuration, whether or not its management can be asked; null where there is none. */
export function readConfiguration(of: JournalOf, name: string): Readonly<Record<string, string>> | null {
  return readManagementState(of).configurations.find((known) => known.name === name)?.properties ?? null
}

/** Puts it in the place of what was written before; a reader sees the one or the other. */
export function writeManagementState(of: JournalOf, state: ManagementState): void {
  const path = pathOf(of)
  writeFileSync(`${path}.new`, JSON.stringify(state))
  renameSync(`${path}.new`, path)
}

function pathOf({ directory, dc }: JournalOf): string {
  return join(directory, `${dc}-management.json`)
}
