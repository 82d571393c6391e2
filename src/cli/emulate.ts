import type { Command } from 'commander'
import { runEmulate } from '../emulator/emulate.ts'
import { SettingsError } from '../model/errors.ts'

/** `failover emulate`: two datacenters until interrupted. */
export function addEmulate(program: Command): void {
  program
    .command('emulate')
    .description('run two emulated datacenters on loopback until interrupted')
    .option('--time-scale <number>', 'system seconds per real second', parseTimeScale, 60)
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

function parseTimeScale(text: string): number {
  const timeScale = Number(text)
  if (text.trim() !== '' && Number.isFinite(timeScale) && timeScale > 0) return timeScale
  throw new SettingsError(`Expected --time-scale to be a number above 0, such as 60, got "${text}".`)
}
