import type { KeySkew } from '../model/scenario.ts'
import { SettingsError } from '../model/errors.ts'
import { createRandom } from '../support/random.ts'
import { keyPicker } from './key-picker.ts'
import { NumberedKeys } from './numbered-keys.ts'
import { fieldsOf } from './record-file.ts'
import type { FileRecord } from './record-file.ts'
import { namedKey, numberedKey } from './tuple-generator.ts'
import type { GeneratorPlace, TupleGenerator } from './tuple-generator.ts'

/** How records become tuples. */
export interface RecordGeneratorOptions {
  /** For messages. */
  readonly path: string
  readonly records: readonly FileRecord[]
  /** The field that names a record's key. @default `keys` numbered ones, whatever the record */
  readonly keyField?: string | undefined
  readonly keys: number
  /** Which of the numbered keys come how often. @default in turn */
  readonly skew?: KeySkew | undefined
  readonly place: GeneratorPlace
  /** When each record is due; then each is sent once. @default never on their own, and over and over */
  readonly times?: Float64Array | undefined
}

/**
 * A generator of a file's records in their order, each tuple with a number of its own.
 * @throws SettingsError when a record has no key
 */
export function createRecordGenerator(options: RecordGeneratorOptions): TupleGenerator {
  const { records, place, times } = options
  const { origin } = place
  const keyAt = keysOf(options)
  const numbered = new NumberedKeys()
  let made = 0
  return {
    origin,
    get keys() {
      return numbered.keys
    },
    times,
    next: (count) =>
      Array.from({ length: count }, () => {
        const index = made % records.length
        made += 1
        return numbered.number(keyAt(index), records[index]?.payload ?? '')
      }),
    owns: (key) => numbered.has(key),
    expectedChecksum: (key, intervals) => numbered.checksumOf(key, intervals),
  }
}

/** The key of the record at an index: by its field, or the next of the numbered ones. */
function keysOf(options: RecordGeneratorOptions): (index: number) => string {
  const { path, records, keyField, keys, skew, place } = options
  if (keyField === undefined) {
    const random = createRandom(place.seed).fork(`keys of ${place.origin} ${place.ordinal}`)
    const pick = keyPicker({ keys, skew, random })
    const names = Array.from({ length: keys }, (_, index) => numberedKey(place, index))
    return () => names[pick()] ?? ''
  }
  // All of them now, so that a record without a key is known before anything is sent.
  const names = records.map((record) => namedKey(place, keyName(path, record, keyField)))
  return (index) => names[index] ?? ''
}

function keyName(path: string, record: FileRecord, keyField: string): string {
  const { fields, line } = record
  const value = fields[keyField]
  if (typeof value === 'string' && value !== '') return value
  if (typeof value === 'number') return String(value)
  throw new SettingsError(
    `${path}:${line}: expected field \`${keyField}\`, the key, to be a text or a number, got ${JSON.stringify(value) ?? 'nothing'}.${fieldsOf(record)}`,
  )
}
