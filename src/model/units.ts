/**
 * Quantities as users write them: a number and a unit. A bare number is refused, for nobody can tell 30 seconds from 30
 * milliseconds by looking at `30`.
 */

/** Either the quantity, or what was expected instead. */
export type ParsedQuantity =
  { readonly ok: true; readonly value: number } | { readonly ok: false; readonly expected: string }

const durationUnits: Readonly<Record<string, number>> = { ms: 0.001, s: 1, sec: 1, min: 60, h: 3600 }
const sizeUnits: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }
const rateUnits: Readonly<Record<string, number>> = { '/s': 1, '/min': 1 / 60, '/h': 1 / 3600 }
const bitRateUnits: Readonly<Record<string, number>> = { bit: 1, kbit: 1e3, mbit: 1e6, gbit: 1e9 }

const durationExample = 'a duration such as "250 ms", "45 s", "10 min" or "1 h"'
const sizeExample = 'a size such as "256 B" or "4 KiB"'
const rateExample = 'a rate such as "100/s"'
const shareExample = 'a share such as "0.5 %"'
const offsetExample = 'a duration such as "5 s" or "-5 s"'
const bitRateExample = 'a bit rate such as "500 kbit", "10 mbit" or "1 gbit"'

/** What a quantity looks like as text, for editors: a regular expression, and some that fit it. */
export interface QuantityForm {
  readonly pattern: string
  readonly examples: readonly string[]
}

/** By what is measured. */
export const quantityForms = {
  duration: formOf(durationUnits, ['250 ms', '45 s', '10 min', '1 h']),
  offset: formOf(durationUnits, ['5 s', '-5 s'], '-?'),
  size: formOf(sizeUnits, ['256 B', '4 KiB']),
  rate: formOf(rateUnits, ['100/s', '6000/min']),
  share: formOf({ '%': 1 }, ['0.5 %']),
  bitRate: formOf(bitRateUnits, ['500 kbit', '10 mbit', '1 gbit']),
} as const satisfies Record<string, QuantityForm>

function formOf(units: Readonly<Record<string, number>>, examples: readonly string[], sign = ''): QuantityForm {
  return { pattern: `^\\s*${sign}\\d{1,15}(\\.\\d{1,15})?\\s*(${Object.keys(units).join('|')})\\s*$`, examples }
}

/** Seconds of `"250 ms"`, `"45 s"`, `"10 min"`, `"1 h"`. */
export function parseDuration(input: unknown): ParsedQuantity {
  return parseQuantity(input, durationUnits, durationExample)
}

/** Bytes of `"256 B"`, `"4 KiB"`. */
export function parseSize(input: unknown): ParsedQuantity {
  return parseQuantity(input, sizeUnits, sizeExample)
}

/** Tuples a second of `"100/s"`, `"6000/min"`. */
export function parseRate(input: unknown): ParsedQuantity {
  return parseQuantity(input, rateUnits, rateExample)
}

/** Percent of `"0.5 %"`. */
export function parseShare(input: unknown): ParsedQuantity {
  return parseQuantity(input, { '%': 1 }, shareExample)
}

/** Seconds of a duration that may be negative: `"-5 s"`. */
export function parseOffset(input: unknown): ParsedQuantity {
  const isBehind = typeof input === 'string' && /^\s*-\d/.test(input)
  const parsed = parseQuantity(isBehind ? input.replace('-', '') : input, durationUnits, offsetExample)
  return parsed.ok && isBehind ? { ok: true, value: -parsed.value } : parsed
}

/** Bits a second of `"500 kbit"`, `"10 mbit"`, `"1 gbit"`. */
export function parseBitRate(input: unknown): ParsedQuantity {
  return parseQuantity(input, bitRateUnits, bitRateExample)
}

function parseQuantity(input: unknown, units: Readonly<Record<string, number>>, expected: string): ParsedQuantity {
  // Longer than any quantity: the expression below takes time quadratic in a run of blanks.
  if (typeof input !== 'string' || input.length > 64) return { ok: false, expected }
  const match = /^\s*(\d{1,15}(?:\.\d{1,15})?)\s*(\D+?)\s*$/.exec(input)
  const unit = match?.[2]
  if (match === null || unit === undefined || !Object.hasOwn(units, unit)) return { ok: false, expected }
  return { ok: true, value: Number(match[1]) * (units[unit] ?? Number.NaN) }
}

/** Seconds as people read them: `0.25 s`, `127.3 s`; at most one decimal from 10 s on, two below. */
export function formatSeconds(seconds: number): string {
  const decimals = Math.abs(seconds) < 10 ? 2 : 1
  return `${Number(seconds.toFixed(decimals))} s`
}

/** A figure with what is known of it: `151.2 ± 1.3 s`, both ends to the same digit unless that would hide the uncertainty. */
export function formatUncertainSeconds(seconds: number, uncertainty: number): string {
  const decimals = Math.abs(seconds) < 10 ? 2 : 1
  const rounded = Number(uncertainty.toFixed(decimals))
  const shown = rounded === 0 ? formatSeconds(uncertainty) : `${rounded} s`
  return `${Number(seconds.toFixed(decimals))} ± ${shown}`
}

/** `1 tuple`, `2 tuples`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
