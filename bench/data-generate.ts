/** The sequence generator alone, in a process of its own: checksummed tuples of 32 bytes a second. Prints one JSON object. */
import { createSequenceGenerator } from '../src/data/sequence-generator.ts'
import { processorSeconds } from './processor-time.ts'

/** What it prints. */
export interface GenerateFigures {
  readonly sequencePerSecond: number
  readonly randomPerSecond: number
}

const batchTuples = 1000
const batches = 3000
const rounds = 5

function perSecond(payloads: 'window' | 'random'): number {
  const options = { seed: 1, keys: 16, sizeBytes: 32, origin: 'dc1', ordinal: 0, payloads } as const
  const rates = Array.from({ length: rounds }, () => {
    const generator = createSequenceGenerator(options)
    const begin = processorSeconds()
    for (let batch = 0; batch < batches; batch += 1) generator.next(batchTuples)
    return (batches * batchTuples) / (processorSeconds() - begin)
  })
  return Math.round(Math.max(...rates))
}

const figures: GenerateFigures = { sequencePerSecond: perSecond('window'), randomPerSecond: perSecond('random') }
process.stdout.write(`${JSON.stringify(figures)}\n`)
