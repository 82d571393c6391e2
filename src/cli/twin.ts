import type { Command } from 'commander'
import { noopFaultJournal } from '../faults/fault-journal.ts'
import { SettingsError } from '../model/errors.ts'
import type { Timeline } from '../model/timeline.ts'
import { parseDuration } from '../model/units.ts'
import { simulateLazily } from './simulate-lazily.ts'
import type { TwinRun } from '../simulator/twin/compare-runs.ts'
import { runTwin, twinVerdict } from '../simulator/twin/run-twin.ts'
import { twinDocument, twinText } from '../simulator/twin/twin-text.ts'
import { addEachScenarioOptions, eachScenario, inProcess } from './each-scenario.ts'
import type { EachScenarioOptions, GivenScenario, Output } from './each-scenario.ts'

/** As the command line gives them. */
export interface TwinOptions extends EachScenarioOptions {
  readonly on?: string
  readonly tolerance?: string
}

const defaultTolerance = '2 s'
const testbeds = ['embedded']

/** `failover twin`: whether the simulator does what another testbed does. */
export function addTwin(program: Command): void {
  const command = program
    .command('twin')
    .summary('compare a simulated run with one on another testbed')
    .description('run scenarios simulated and on another testbed, and compare order and times of what the toolkit did')
    .option('--on <testbed>', 'the other testbed (default: embedded)')
    .option(
      '--tolerance <duration>',
      `system time that may lie between two times of one thing (default: ${defaultTolerance})`,
    )
  addEachScenarioOptions(command).action(async (files: string[], options: TwinOptions) => {
    await inProcess(async (output) => await twinFiles(files, options, output))
  })
}

/**
 * Runs the scenarios of some files twice.
 * @returns the exit code: 0 they agree, 1 they differ, 3 some could not be compared
 * @throws SettingsError for what the options say wrongly
 */
export async function twinFiles(files: readonly string[], options: TwinOptions, output: Output): Promise<number> {
  const { on = 'embedded', tolerance = defaultTolerance } = options
  if (!testbeds.includes(on)) {
    throw new SettingsError(`Expected --on to be one of ${testbeds.join(', ')}, got ${JSON.stringify(on)}.`)
  }
  const duration = parseDuration(tolerance)
  if (!duration.ok)
    throw new SettingsError(`Expected --tolerance to be ${duration.expected}, got ${JSON.stringify(tolerance)}.`)
  // Most commands start without all this.
  const { startSupervisor } = await import('../emulator/supervisor-client.ts')
  const { openEmbeddedTestbed } = await import('../testbeds.ts')
  const { runOnTestbed } = await import('../run/run-on-testbed.ts')
  const supervisor = await startSupervisor()
  try {
    await using testbed = await openEmbeddedTestbed(supervisor.endpoint)
    const runThere = async ({ scenario, seed, extensions }: GivenScenario): Promise<TwinRun> => {
      let timeline: Timeline | undefined
      const onReport = async (_: unknown, latest: Timeline): Promise<void> => {
        timeline = latest
        await Promise.resolve()
      }
      const report = await runOnTestbed({ scenario, testbed, seed, extensions, journal: noopFaultJournal, onReport })
      if (timeline === undefined) throw new Error(`Expected the run of ${scenario.testId} to give a timeline.`)
      return { report, timeline }
    }
    return await eachScenario(files, options, {
      output,
      look: async (given) => {
        const { scenario, seed, extensions } = given
        const summary = await runTwin({
          scenario,
          seed,
          toleranceSeconds: duration.value,
          on,
          runThere: async () => await runThere(given),
          simulate: simulateLazily,
          more: { extensions },
        })
        return { verdict: twinVerdict(summary), text: twinText(summary), document: twinDocument(summary) }
      },
    })
  } finally {
    await supervisor.close()
  }
}
