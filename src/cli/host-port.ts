import { SettingsError } from '../model/errors.ts'

/** A place that listens. */
export interface HostPort {
  readonly host: string
  readonly port: number
}

/**
 * Reads `HOST:PORT`; an IPv6 address stands in brackets.
 * @throws SettingsError that names the option
 */
export function parseHostPort(option: string, text: string, portMin: 0 | 1 = 1): HostPort {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3] ?? Number.NaN)
  if (host !== undefined && port >= portMin && port <= 65_535) return { host, port }
  const ports = portMin === 0 ? 'a port from 0 (any free one) to 65535' : 'a port from 1 to 65535'
  throw new SettingsError(`Expected ${option} to be HOST:PORT with ${ports}, such as 127.0.0.1:25091, got "${text}".`)
}

/**
 * Reads a number within limits.
 * @throws SettingsError that names the option
 */
export function parseNumber(
  option: string,
  text: string,
  limits: { readonly min: number; readonly max: number; readonly isWhole?: boolean; readonly example: string },
): number {
  const { min, max, isWhole = false, example } = limits
  const value = Number(text)
  if (text.trim() !== '' && value >= min && value <= max && (!isWhole || Number.isInteger(value))) return value
  const kind = isWhole ? 'a whole number' : 'a number'
  throw new SettingsError(`Expected ${option} to be ${kind} from ${min} to ${max}, such as ${example}, got "${text}".`)
}
