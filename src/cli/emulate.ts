import type { Command } from 'commander'
import { runEmulate } from '../emulator/emulate.ts'
import { timeScaleLimits } from '../model/clock.ts'
import { SettingsError } from '../model/errors.ts'

/** `failover emulate`: two datacenters until interrupted. */
export function addEmulate(program: Command): void {
  program
    .command('emulate')
    .description('run two emulated datacenters on loopback until interrupted')
    .option(
      '--time-scale <number>',
      `system seconds per real second, ${timeScaleLimits.min} to ${timeScaleLimits.max}`,
      parseTimeScale,
      60,
    )
    .option('--json', 'print one JSON line that says how to reach them, with their throw-away credentials')
    .action(async (options: { timeScale: number; json?: true }) => {
      const interrupted = new AbortController()
      const stop = (): void => interrupted.abort()
      process.once('SIGINT', stop).once('SIGTERM', stop)
      await runEmulate({
        timeScale: options.timeScale,
        json: options.json === true,
        write: (text) => process.stdout.write(text),
        signal: interrupted.signal,
      })
    })
}

/** @throws SettingsError unless it is a number within the limits */
export function parseTimeScale(text: string): number {
  const { min, max } = timeScaleLimits
  const timeScale = Number(text)
  if (text.trim() !== '' && timeScale >= min && timeScale <= max) return timeScale
  throw new SettingsError(`Expected --time-scale to be a number from ${min} to ${max}, such as 60, got "${text}".`)
}
