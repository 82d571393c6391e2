import { isDatacenterName, type DatacenterName } from '../../model/datacenter.ts'
import { TestbedError } from '../../model/errors.ts'
import type { LinkRule, SingleDatacenter } from '../../model/testbed.ts'
import { isRecord } from '../../support/plain-json.ts'

/** The fields of a message's object. */
export type Fields = Readonly<Record<string, unknown>>

/** The parameters of a control message, which may come from anywhere. @throws TestbedError */
export function fieldsOf(params: unknown): Fields {
  if (isRecord(params)) return params
  throw mismatch('params', 'an object', params)
}

/** @throws TestbedError when the field is no text */
export function textField(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value === 'string') return value
  throw mismatch(name, 'a text', value)
}

/** @throws TestbedError when the field is no number from `min` up */
export function numberField(fields: Fields, name: string, min: number): number {
  const value = fields[name]
  if (typeof value === 'number' && Number.isFinite(value) && value >= min) return value
  throw mismatch(name, `a number from ${min} up`, value)
}

/** @throws TestbedError when the field is no whole number from `min` up */
export function wholeField(fields: Fields, { name, min }: { readonly name: string; readonly min: number }): number {
  const value = fields[name]
  if (Number.isSafeInteger(value) && Number(value) >= min) return Number(value)
  throw mismatch(name, `a whole number from ${min} up`, value)
}

/** @throws TestbedError when the field is no list of what `read` reads */
export function listField<T>(fields: Fields, name: string, read: (element: unknown, index: number) => T): readonly T[] {
  const value = fields[name]
  if (Array.isArray(value)) return value.map(read)
  throw mismatch(name, 'a list', value)
}

/** @throws TestbedError when the field is no TCP port */
export function portField(fields: Fields, name: string): number {
  const value = fields[name]
  if (isPort(value)) return value
  throw mismatch(name, 'a TCP port', value)
}

/** @throws TestbedError when the field names no datacenter */
export function datacenterField(fields: Fields, name: string): DatacenterName {
  const value = fields[name]
  if (typeof value === 'string' && isDatacenterName(value)) return value
  throw mismatch(name, 'dc1 or dc2', value)
}

/** @throws TestbedError when the field is no link rule */
export function ruleField(fields: Fields, name: string): LinkRule {
  const rule = fieldsOf(fields[name])
  const { ports } = rule
  if (ports !== 'all' && !(Array.isArray(ports) && ports.every(isPort)))
    throw mismatch('ports', '"all" or TCP ports', ports)
  return {
    id: textField(rule, 'id'),
    from: datacenterField(rule, 'from'),
    to: datacenterField(rule, 'to'),
    ports,
    effect: effectOf(fieldsOf(rule['effect'])),
  }
}

/** @throws TestbedError when the field is there and is no single DC with its remote's place */
export function onlyField(fields: Fields, name: string): SingleDatacenter | null {
  if (fields[name] === undefined) return null
  const only = fieldsOf(fields[name])
  const remote = fieldsOf(only['remote'])
  return {
    dc: datacenterField(only, 'dc'),
    remote: { host: textField(remote, 'host'), port: portField(remote, 'port') },
    crossDcPort: portField(only, 'crossDcPort'),
  }
}

function effectOf(effect: Fields): LinkRule['effect'] {
  const { kind } = effect
  if (kind === 'drop' || kind === 'reject' || kind === 'hang') return { kind }
  if (kind === 'delay') {
    const jitter =
      effect['jitterSeconds'] === undefined ? {} : { jitterSeconds: numberField(effect, 'jitterSeconds', 0) }
    return { kind, seconds: numberField(effect, 'seconds', 0), ...jitter }
  }
  // A link that lets nothing through is a partition, and must say how.
  if (kind === 'rate') return { kind, bitsPerSecond: numberField(effect, 'bitsPerSecond', 1) }
  throw mismatch('effect.kind', 'drop, reject, hang, delay or rate', kind)
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535
}

/** What was expected of a field, and what there was. */
export function mismatch(name: string, expected: string, got: unknown): TestbedError {
  return new TestbedError(`Expected \`${name}\` to be ${expected}, got ${JSON.stringify(got) ?? 'nothing'}.`)
}
