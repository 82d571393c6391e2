import { timeScaleLimits } from '../model/clock.ts'
import { SettingsError } from '../model/errors.ts'
import type { PeerOptions } from './peer-options.ts'

/** The most ports in a row that a peer listens on: far more than any job has. */
const pairsMax = 256
const portMax = 65_535

/** @throws SettingsError for the first option that cannot be */
export function checkOptions(options: PeerOptions): void {
  const { listen, target, name = 'dc2', timeScale = 1, recordsMax = 1 } = options
  const { pairs = 1 } = listen
  textWithin('name', name)
  numberFrom('listen.pairs', pairs, { min: 1, max: pairsMax, isWhole: true })
  numberFrom('listen.port', listen.port, { min: 0, max: portMax - pairs, isWhole: true })
  numberFrom('target.port', target.port, { min: 1, max: portMax - pairs, isWhole: true })
  numberFrom('timeScale', timeScale, timeScaleLimits)
  numberFrom('recordsMax', recordsMax, { min: 1, isWhole: true })
  numberFrom('connectTimeoutSeconds', options.connectTimeoutSeconds ?? 0, { min: 0 })
  numberFrom('readTimeoutSeconds', options.readTimeoutSeconds ?? 0, { min: 0 })
}

/** @throws SettingsError */
export function numberFrom(
  what: string,
  value: number,
  limits: { readonly min: number; readonly max?: number; readonly isWhole?: boolean },
): number {
  const { min, max = Number.MAX_SAFE_INTEGER, isWhole = false } = limits
  if (Number.isFinite(value) && value >= min && value <= max && !(isWhole && !Number.isInteger(value))) return value
  const upTo = limits.max === undefined ? 'up' : `to ${max}`
  throw new SettingsError(
    `Expected the peer's \`${what}\` to be a ${isWhole ? 'whole ' : ''}number from ${min} ${upTo}, got ${String(value)}.`,
  )
}

/** A number of ports or channels of the peer. @throws SettingsError */
export function offsetWithin(what: string, value: number, max: number): number {
  return numberFrom(what, value, { min: 0, max, isWhole: true })
}

/** @throws SettingsError unless it is a text that is not empty */
function textWithin(what: string, value: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new SettingsError(
    `Expected the peer's \`${what}\` to be a text that is not empty, got ${JSON.stringify(value)}.`,
  )
}
