import type { GeneratorSpec, TrafficSpec } from '../model/scenario.ts'
import { SettingsError } from '../model/errors.ts'
import { adviceFor } from '../support/suggest.ts'
import { readRecords } from './record-file.ts'
import { createRecordGenerator } from './record-generator.ts'
import { recordTimes } from './record-times.ts'
import { readRecordedRun } from './recorded-run.ts'
import { createRegisteredGenerator } from './registered-generator.ts'
import type { RegisteredGenerator } from './registered-generator.ts'
import { createRunReplayGenerator } from './run-replay-generator.ts'
import { createSequenceGenerator } from './sequence-generator.ts'
import type { GeneratorPlace, TupleGenerator } from './tuple-generator.ts'

/** What of a scenario's traffic decides which tuples there are. */
export type TupleSpec = Pick<TrafficSpec, 'generator' | 'keys' | 'skew' | 'sizeBytes' | 'sizeBytesMax'>

/** Generators that users registered, by the names that scenarios give them. */
export type GeneratorRegistry = ReadonlyMap<string, Omit<RegisteredGenerator, 'name'>>

/**
 * Makes a generator; reads the file that it takes its records from.
 * @throws SettingsError for a file that cannot be read, or a name that nobody registered
 */
export async function createGenerator(
  spec: TupleSpec,
  options: { readonly place: GeneratorPlace; readonly registered?: GeneratorRegistry | undefined },
): Promise<TupleGenerator> {
  const { generator, keys, skew, sizeBytes, sizeBytesMax } = spec
  const { place, registered = new Map() } = options
  switch (generator.kind) {
    case 'sequence':
      return createSequenceGenerator({ ...place, keys, skew, sizeBytes, sizeBytesMax })
    case 'random':
      return createSequenceGenerator({ ...place, keys, skew, sizeBytes, sizeBytesMax, payloads: 'random' })
    case 'file': {
      const { path, key: keyField } = generator
      const records = await readRecords(generator)
      return createRecordGenerator({ path, records, keyField, keys, skew, place })
    }
    case 'replay':
      return await createReplayGenerator(generator, { ...spec, place })
    case 'custom': {
      const { name, args } = generator
      return createRegisteredGenerator({ registered: find(registered, name), args, keys, place })
    }
    default:
      return generator satisfies never
  }
}

async function createReplayGenerator(
  replay: Extract<GeneratorSpec, { kind: 'replay' }>,
  options: TupleSpec & { readonly place: GeneratorPlace },
): Promise<TupleGenerator> {
  const { path, format, speed, time: timeField, key: keyField } = replay
  const { keys, skew, sizeBytes, sizeBytesMax, place } = options
  if (format === 'run') {
    const recorded = await readRecordedRun(path, place.origin)
    return createRunReplayGenerator({ recorded, speed, sizeBytes, sizeBytesMax, place })
  }
  const records = await readRecords({ path, format })
  const times = recordTimes({ path, records, timeField, speed })
  return createRecordGenerator({ path, records, keyField, keys, skew, place, times })
}

function find(registered: GeneratorRegistry, name: string): RegisteredGenerator {
  const found = registered.get(name)
  if (found !== undefined) return { name, create: (args, context) => found.create(args, context) }
  const names = [...registered.keys()]
  const advice = names.length === 0 ? 'None is registered.' : adviceFor(name, names)
  throw new SettingsError(`Expected a registered generator, got "${name}". ${advice}`)
}
