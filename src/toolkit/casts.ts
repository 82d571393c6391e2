import { SettingsCastError } from './errors.ts'

/**
 * SPL's casts from text (toolkit reference §1.3): the whole text must be the value, white space behind it allowed. Each throws
 * SettingsCastError.
 */

const integerPattern = /^[+-]?\d+\s*$/
const floatPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/

/** rstring: as it is. */
export function castText(_key: string, text: string): string {
  return text
}

/** float64: `30`, `30.0`, `3e1`. */
export function castFloat64(key: string, text: string): number {
  const value = floatPattern.test(text) ? Number(text) : Number.NaN
  if (!Number.isFinite(value)) throw new SettingsCastError({ key, value: text, expected: 'a float64' })
  return value
}

/** int32: `25091`, but not `25091.0`. */
export function castInt32(key: string, text: string): number {
  return castInteger({ key, text, min: -(2 ** 31), max: 2 ** 31 - 1, expected: 'an int32' })
}

/** uint8: a number from 0 to 255, not a character. */
export function castUint8(key: string, text: string): number {
  return castInteger({ key, text, min: 0, max: 255, expected: 'a uint8 (0 to 255)' })
}

/** boolean: exactly `true` or `false`. */
export function castBoolean(key: string, text: string): boolean {
  if (text === 'true') return true
  if (text === 'false') return false
  throw new SettingsCastError({ key, value: text, expected: 'true or false' })
}

function castInteger(cast: { key: string; text: string; min: number; max: number; expected: string }): number {
  const { key, text, min, max, expected } = cast
  const value = integerPattern.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new SettingsCastError({ key, value: text, expected })
}
