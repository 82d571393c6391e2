// Finds what a run left: its folder by path, by its run.json, by its id or as `latest`; and in it the timelines of its tests.

import { existsSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { SettingsError } from '../model/errors.ts'
import type { RunReport } from '../model/run-report.ts'
import type { CheckResult } from '../model/verdict.ts'
import { parseTimeline, type SavedTimeline } from '../reports/timeline-ndjson.ts'
import { adviceFor } from '../support/suggest.ts'

/** One test of a saved run. */
export interface SavedTest extends SavedTimeline {
  /** As it was judged then; only what names the test when the run's own file is missing. */
  readonly report: Pick<RunReport, 'testId' | 'title' | 'file' | 'line' | 'tags' | 'timeline'>
  readonly figures: RunReport['figures']
  /** What no timeline tells: whether the run went as planned, and whether everything was put back. */
  readonly kept: readonly CheckResult[]
}

const savedReport = z.looseObject({
  testId: z.string(),
  title: z.string(),
  file: z.string().nullable(),
  line: z.number().nullable(),
  tags: z.array(z.string()),
  timeline: z.string().nullable(),
  figures: z.record(z.string(), z.json()),
  checks: z
    .array(
      z.looseObject({
        check: z.string(),
        verdict: z.enum(['pass', 'fail', 'inconclusive']),
        message: z.string(),
        evidence: z.record(z.string(), z.json()),
      }),
    )
    .default([]),
})
const savedRun = z.looseObject({ schemaVersion: z.literal(1), runId: z.string(), scenarios: z.array(savedReport) })

/**
 * The folder of a run's results.
 * @param run a folder, its run.json, a run's id, or `latest`
 * @throws SettingsError when there is none
 */
export async function findRun(run: string, results: string): Promise<string> {
  const named = run === 'latest' || !existsSync(run) ? await resolved(join(results, run)) : run
  const folder = basename(named) === 'run.json' ? dirname(named) : named
  if (!existsSync(join(folder, 'run.json'))) {
    throw new SettingsError(
      `Expected RUN to be a folder of results, its run.json, a run's id or "latest", got ${run}: there is no ${join(folder, 'run.json')}. Name the folder of all results with --results if it is not ${results}.`,
    )
  }
  return folder
}

/** Where there are no symbolic links, `latest` is a file that holds the run's id. */
async function resolved(path: string): Promise<string> {
  if (!existsSync(path) || statSync(path).isDirectory() || basename(path) === 'run.json') return path
  return join(dirname(path), (await readFile(path, 'utf8')).trim())
}

/**
 * The tests of a run that left a timeline, in its order; those of these ids, where some are given.
 * @throws SettingsError when a file is broken, or an id is none of the run's
 */
export async function readSavedTests(folder: string, testIds: readonly string[]): Promise<readonly SavedTest[]> {
  const run = parseRun(await readFile(join(folder, 'run.json'), 'utf8'), join(folder, 'run.json'))
  const known = run.scenarios.map(({ testId }) => testId)
  const unknown = testIds.find((id) => !known.includes(id))
  if (unknown !== undefined) {
    throw new SettingsError(`Expected TEST_ID to be a test of this run, got ${unknown}. ${adviceFor(unknown, known)}`)
  }
  const wanted = run.scenarios.filter(({ testId }) => testIds.length === 0 || testIds.includes(testId))
  const tests: SavedTest[] = []
  for (const { figures, checks, ...report } of wanted) {
    if (report.timeline === null) continue
    const kept = checks.filter(({ check, evidence }) => check === 'restored' || 'errors' in evidence)
    tests.push({ report, figures, kept, ...(await readTimeline(join(folder, report.timeline))) })
  }
  if (tests.length === 0) throw new SettingsError(`No test of the run in ${folder} left a timeline: nothing to judge.`)
  return tests
}

async function readTimeline(path: string): Promise<SavedTimeline> {
  try {
    return parseTimeline((await readFile(path, 'utf8')).split('\n'))
  } catch (error) {
    if (error instanceof SettingsError) throw new SettingsError(`${path}: ${error.message}`, { cause: error })
    const why = error instanceof Error ? error.message : String(error)
    throw new SettingsError(`Expected a timeline at ${path}, got: ${why}`, { cause: error })
  }
}

function parseRun(text: string, path: string): z.infer<typeof savedRun> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new SettingsError(`Expected ${path} to be JSON, got ${text.slice(0, 60)}.`, { cause })
  }
  const parsed = savedRun.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new SettingsError(
    `Expected ${path} to be the run.json of schemaVersion 1, got something else at ${issue?.path.join('.') ?? 'its top'}: ${issue?.message ?? ''}.`,
  )
}
