import { randomBytes } from 'node:crypto'
import { mkdir, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { SettingsError } from '../model/errors.ts'
import type { Timeline } from '../model/timeline.ts'
import { formatTimeline, type AskedOfTimeline } from './timeline-ndjson.ts'
import { writeFileAtomically } from './write-file.ts'

/** Where a run's results lie: `<results>/<run id>/` with run.json, junit.xml, summary.md and these folders. */
export interface ResultsFolder {
  readonly runId: string
  readonly path: string
  readonly timelines: string
  /** Not created before there is something to write into it. */
  readonly metrics: string
  readonly logs: string
}

/** An id that sorts by time and does not repeat: `20260314T150926Z-3f9a0c`. */
export function createRunId(now: Date): string {
  const time = now
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '')
  // Not from the seed: two runs with one seed are two runs.
  return `${time}-${randomBytes(3).toString('hex')}`
}

/** The paths of a run's results; creates nothing. */
export function resultsFolder(options: { readonly directory: string; readonly runId: string }): ResultsFolder {
  const path = join(options.directory, options.runId)
  return {
    runId: options.runId,
    path,
    timelines: join(path, 'timelines'),
    metrics: join(path, 'metrics'),
    logs: join(path, 'logs'),
  }
}

/**
 * Creates a run's folders and makes `latest` point at them. Safe to call again, and by several processes at once.
 * @throws SettingsError when something that is no pointer stands at `latest`.
 */
export async function openResultsFolder(options: {
  readonly directory: string
  readonly runId: string
}): Promise<ResultsFolder> {
  const folder = resultsFolder(options)
  for (const path of [folder.timelines, folder.logs]) await mkdir(path, { recursive: true })
  await pointLatest(options)
  return folder
}

/** Writes a timeline, and what was asked of it, into the run's folder and returns its path relative to that folder. */
export async function saveTimeline(
  folder: ResultsFolder,
  timeline: Timeline,
  asked?: AskedOfTimeline,
): Promise<string> {
  const name = `${fileNameOf(timeline.testId)}.ndjson`
  await writeFileAtomically(join(folder.timelines, name), formatTimeline(timeline, asked))
  return `timelines/${name}`
}

/** A test's id as a file name: what file systems dislike becomes `_`; a hash keeps ids apart that differ only there. */
export function fileNameOf(testId: string): string {
  const safe = testId.replaceAll(/[^\w.=,-]+/g, '_').slice(0, 80)
  if (safe === testId && !safe.startsWith('.')) return safe
  let hash = 0
  for (let index = 0; index < testId.length; index += 1) hash = (Math.imul(hash, 31) + testId.charCodeAt(index)) >>> 0
  return `${safe.replace(/^\.+/, '_')}-${hash.toString(16)}`
}

/** Replaced by renaming, so that a reader finds the old run or the new one, never none. */
async function pointLatest({
  directory,
  runId,
}: {
  readonly directory: string
  readonly runId: string
}): Promise<void> {
  const latest = join(directory, 'latest')
  const temporary = join(directory, `.latest-${process.pid}-${randomBytes(3).toString('hex')}`)
  try {
    await symlink(runId, temporary, 'dir')
  } catch (error) {
    // Windows refuses symbolic links to ordinary users: there `latest` is a file that holds the run's id.
    if (!isRefusal(error)) throw error
    await writeFileAtomically(latest, `${runId}\n`)
    return
  }
  try {
    await rename(temporary, latest)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw new SettingsError(`Expected ${latest} to be a link to the newest run, got something else; move it away.`, {
      cause,
    })
  }
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && ['EPERM', 'EACCES', 'ENOSYS', 'ENOTSUP'].includes(String(error.code))
  )
}
