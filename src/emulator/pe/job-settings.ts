import { readFileSync } from 'node:fs'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { ledgerParameters } from '../../model/ledger.ts'
import { resolveSettings } from '../../toolkit/settings.ts'
import type { PeRun } from '../pair-protocol.ts'

/**
 * The settings that a job runs with, read once when its PE starts (toolkit reference §1.1). The layer of the application
 * configuration is not read yet.
 * @throws SettingsCastError when the file holds a value that cannot be cast
 */
export function readJobSettings(run: PeRun): { readonly settings: CrossDcSettings; readonly channels: number } {
  const { configFileName, channels, numberOfHttpSenderReceiverPairs } = ledgerParameters
  const settings = resolveSettings({
    file: readIfThere(run.parameters[configFileName] ?? ''),
    numberOfHttpSenderReceiverPairs: wholeNumber(run, numberOfHttpSenderReceiverPairs),
  })
  return { settings, channels: wholeNumber(run, channels) }
}

/** A file that is not there is no error to the toolkit: every key takes its default (toolkit reference §1.2). */
function readIfThere(path: string): string | null {
  try {
    return path === '' ? null : readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'errno' in error) return null
    throw error
  }
}

/** A submission-time value that counts something; 1 when it is not given. */
function wholeNumber(run: PeRun, name: string): number {
  const text = run.parameters[name] ?? '1'
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 1) return value
  const message = `Expected the submission-time value \`${name}\` to be a whole number from 1 up, got ${JSON.stringify(text)}.`
  throw new Error(message)
}
