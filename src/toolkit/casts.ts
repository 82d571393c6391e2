import { SettingsCastError } from './errors.ts'

/**
 * SPL's casts from text (toolkit reference §1.3): the whole text must be the value, white space behind it allowed for numbers.
 * The patterns never try one place twice, so that a hostile line of a megabyte costs no more than reading it.
 */

/** An SPL type and its cast from text. */
export interface SplType<T> {
  readonly name: 'rstring' | 'int32' | 'uint8' | 'float64' | 'boolean'
  /** What a text must be, as messages say it. */
  readonly expected: string
  /** The text's value; undefined when it has none. */
  readonly parse: (text: string) => T | undefined
}

/** White space to C: not what Unicode adds to it. */
const integerPattern = /^[+-]?\d+[ \t\n\v\f\r]*$/
const floatPattern = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[ \t\n\v\f\r]*$/

/** As it is, white space and all. */
export const rstring: SplType<string> = { name: 'rstring', expected: 'a text', parse: (text) => text }

/** `25091`, but not `25091.0`. */
export const int32: SplType<number> = {
  name: 'int32',
  expected: 'an int32',
  parse: (text) => parseInteger(text, { min: -(2 ** 31), max: 2 ** 31 - 1 }),
}

/** A number from 0 to 255, not a character. */
export const uint8: SplType<number> = {
  name: 'uint8',
  expected: 'a uint8 (0 to 255)',
  parse: (text) => parseInteger(text, { min: 0, max: 255 }),
}

/** `30`, `30.0`, `3e1`. */
export const float64: SplType<number> = {
  name: 'float64',
  expected: 'a float64',
  parse: (text) => {
    const value = floatPattern.test(text) ? Number(text) : Number.NaN
    return Number.isFinite(value) ? value : undefined
  },
}

/** Exactly `true` or `false`. */
export const boolean: SplType<boolean> = {
  name: 'boolean',
  expected: 'true or false',
  parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
}

/** @throws SettingsCastError when the text is no float64 */
export function castFloat64(key: string, text: string): number {
  return castTo(float64, { key, text })
}

/** @throws SettingsCastError when the text is no int32 */
export function castInt32(key: string, text: string): number {
  return castTo(int32, { key, text })
}

/**
 * The text's value. `where` says where it stands, such as `line 3 of the file`.
 * @throws SettingsCastError when it has none
 */
export function castTo<T>(
  type: SplType<T>,
  from: { readonly key: string; readonly text: string; readonly where?: string },
): T {
  const value = type.parse(from.text)
  if (value !== undefined) return value
  const { key, text, where } = from
  throw new SettingsCastError({ key, value: text, expected: type.expected, ...(where === undefined ? {} : { where }) })
}

function parseInteger(text: string, range: { readonly min: number; readonly max: number }): number | undefined {
  const value = integerPattern.test(text) ? Number(text) : Number.NaN
  // Adding 0 makes 0 of the -0 that JavaScript reads where C reads 0.
  return value >= range.min && value <= range.max ? value + 0 : undefined
}
