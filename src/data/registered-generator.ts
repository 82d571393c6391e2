import type { DatacenterName } from '../model/datacenter.ts'
import { SettingsError } from '../model/errors.ts'
import type { JsonObject } from '../model/json.ts'
import type { Tuple } from '../model/tuple.ts'
import { shown } from '../support/plain-json.ts'
import { createRandom } from '../support/random.ts'
import { keyPicker } from './key-picker.ts'
import { NumberedKeys } from './numbered-keys.ts'
import { namedKey, numberedKey } from './tuple-generator.ts'
import type { GeneratorPlace, TupleGenerator } from './tuple-generator.ts'

/** One tuple before it is numbered and checksummed. */
export interface GeneratedItem {
  /** @default the generator's keys in turn */
  readonly key?: string
  readonly payload: string
}

/** What a user's generator gets to know. */
export interface GeneratorContext {
  /** The same seed is to give the same items, so that a run can be had again. */
  readonly seed: number
  /** How many keys the scenario asks for. */
  readonly keys: number
  /** The DC that the items go into. */
  readonly origin: DatacenterName
}

/** A generator of a user's own: it makes payloads; numbers and checksums are put on by the ledger's side. */
export interface RegisteredGenerator {
  /** snake_case; the name in `generator:`. */
  readonly name: string
  create(args: JsonObject, context: GeneratorContext): ItemSource
}

/** Items in their order, made as they are asked for. */
export interface ItemSource {
  /** The next `count` items; fewer are an error. */
  next(count: number): readonly GeneratedItem[]
}

/**
 * A generator of what a registered one makes.
 * @throws SettingsError when it makes something else than items
 */
export function createRegisteredGenerator(options: {
  readonly registered: RegisteredGenerator
  readonly args: JsonObject
  readonly keys: number
  readonly place: GeneratorPlace
}): TupleGenerator {
  const { registered, args, keys, place } = options
  const { seed, origin } = place
  const source: unknown = made(registered.name, () => registered.create(args, { seed, keys, origin }))
  if (!isSource(source)) {
    throw new SettingsError(
      `Generator ${registered.name}: expected \`create\` to give { next(count) }, got ${shown(source)}.`,
    )
  }
  const numbered = new NumberedKeys()
  const pick = keyPicker({ keys, random: createRandom(seed) })
  const tupleOf = (item: GeneratedItem, index: number): Tuple => {
    checkItem(registered.name, item, index)
    const key = item.key === undefined ? numberedKey(place, pick()) : namedKey(place, item.key)
    return numbered.number(key, item.payload)
  }
  return {
    origin,
    get keys() {
      return numbered.keys
    },
    next: (count) => {
      const items: unknown = made(registered.name, () => source.next(count))
      if (Array.isArray(items) && items.length === count) return items.map(tupleOf)
      const got = Array.isArray(items) ? `${items.length} items` : shown(items)
      throw new SettingsError(
        `Generator ${registered.name}: expected \`next(${count})\` to give ${count} items, got ${got}.`,
      )
    },
    owns: (key) => numbered.has(key),
    expectedChecksum: (key, intervals) => numbered.checksumOf(key, intervals),
  }
}

/** What a user's code makes. @throws SettingsError for whatever it throws */
function made<T>(name: string, make: () => T): T {
  try {
    return make()
  } catch (cause) {
    throw new SettingsError(`Generator ${name} failed: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}

/** What a user's code returns is not checked by types where it is JavaScript. */
function checkItem(name: string, item: unknown, index: number): asserts item is GeneratedItem {
  if (typeof item === 'object' && item !== null) {
    const key: unknown = 'key' in item ? item.key : undefined
    const payload: unknown = 'payload' in item ? item.payload : undefined
    if (typeof payload === 'string' && (key === undefined || typeof key === 'string')) return
  }
  throw new SettingsError(
    `Generator ${name}: expected item ${index} to be {key?: text, payload: text}, got ${shown(item)}.`,
  )
}

function isSource(source: unknown): source is ItemSource {
  return typeof source === 'object' && source !== null && 'next' in source && typeof source.next === 'function'
}
