import type { CheckSpec } from '../model/check.ts'
import type { ObservedOutput, Timeline } from '../model/timeline.ts'
import { counted } from '../model/units.ts'
import type { CheckResult } from '../model/verdict.ts'
import { answerTime } from './acceptance.ts'
import type { Facts } from './facts.ts'
import { groupBy } from './group-by.ts'
import { isWithin } from './scope.ts'

/** Two outputs of one key whose sequence numbers do not rise. */
interface Inversion {
  readonly earlier: ObservedOutput
  readonly later: ObservedOutput
}

/**
 * Outputs of one key, by one channel of one DC, whose sequence numbers do not rise with the channel's counter. A counter that
 * begins again at 1 is a new job with a new state, so nothing is compared across it; nor are channels or DCs compared with one
 * another, between which no order is promised.
 */
function findInversions(outputs: readonly ObservedOutput[]): readonly Inversion[] {
  const inversions: Inversion[] = []
  for (const channel of groupBy(outputs, (output) => `${output.producedBy}/${output.channel}`).values()) {
    for (const life of livesOfChannel(channel)) {
      for (const ofKey of groupBy(life, ({ origin, key }) => `${origin}/${key}`).values()) {
        inversions.push(...inversionsOf(ofKey))
      }
    }
  }
  return inversions
}

/**
 * Outputs of one channel that came after others which the DC had accepted later, of whatever key: acceptances are known to a
 * tolerance only, so tuples that are closer to one another than that are in order. What is out of order within a key is so here too.
 */
function findStreamInversions(outputs: readonly ObservedOutput[], timeline: Timeline): readonly Inversion[] {
  const tolerance = 2 * (timeline.resolutionSeconds + (timeline.acceptanceToleranceSeconds ?? 0))
  const spansOf = groupBy(timeline.deliveries, ({ into, key }) => `${into}/${key}`)
  const acceptedAt = (output: ObservedOutput, seq: number): number =>
    answerTime(spansOf.get(`${output.origin}/${output.key}`) ?? [], seq)
  const inversions: Inversion[] = [...findInversions(outputs)]
  for (const stream of groupBy(outputs, (each) => `${each.producedBy}/${each.channel}/${each.origin}`).values()) {
    for (const life of livesOfChannel(stream)) {
      let earlier: ObservedOutput | undefined
      for (const later of life) {
        const isBehind =
          earlier !== undefined && acceptedAt(later, later.from) < acceptedAt(earlier, earlier.to) - tolerance
        if (isBehind && earlier !== undefined && earlier.key !== later.key) inversions.push({ earlier, later })
        const isNewest = earlier === undefined || acceptedAt(later, later.to) > acceptedAt(earlier, earlier.to)
        if (isNewest) earlier = later
      }
    }
  }
  return inversions
}

/** Whether every key's outputs, or a stream's of all keys, came in order. */
export function checkOrder({ per }: Extract<CheckSpec, { kind: 'order' }>, { timeline, scope }: Facts): CheckResult {
  const outputs = timeline.outputs.filter(({ t }) => isWithin(scope, t))
  const inversions = per === 'key' ? findInversions(outputs) : findStreamInversions(outputs, timeline)
  const evidence = {
    per,
    outputs: outputs.length,
    measuringFaults: timeline.measuringFaults.length,
    inversionCount: inversions.length,
    inversions: inversions
      .slice(0, inversionsShown)
      .map(({ earlier, later }) => ({ earlier: { ...earlier }, later: { ...later } })),
  }
  const result = (verdict: CheckResult['verdict'], message: string): CheckResult => ({
    check: 'order',
    verdict,
    message,
    evidence,
  })
  const [first] = inversions
  if (first !== undefined) {
    const { earlier, later } = first
    const where = `key ${later.key} of ${later.origin} in ${later.producedBy}`
    return result(
      'fail',
      `${counted(inversions.length, 'output')} came out of order; first ${where}: ${later.from} after ${earlier.to}${earlier.key === later.key ? '' : ` of key ${earlier.key}`}.`,
    )
  }
  if (outputs.length === 0) return result('inconclusive', 'No output was seen, so nothing can be said of their order.')
  const [gap] = timeline.measuringFaults
  if (gap !== undefined)
    return result('inconclusive', `Some outputs were not read, so their order is not known: ${gap.message}`)
  return result('pass', `All outputs (${counted(outputs.length, 'run')}) came in order.`)
}

/** The evidence only needs to show where the inversions lie. */
const inversionsShown = 20

function livesOfChannel(outputs: readonly ObservedOutput[]): readonly (readonly ObservedOutput[])[] {
  const lives: ObservedOutput[][] = []
  for (const output of outputs) {
    const life = lives.at(-1)
    if (life === undefined || output.counter === 1) lives.push([output])
    else life.push(output)
  }
  return lives.map((life) => life.toSorted((a, b) => a.counter - b.counter))
}

function inversionsOf(outputs: readonly ObservedOutput[]): readonly Inversion[] {
  return outputs.flatMap((later, index) => {
    const earlier = outputs[index - 1]
    return earlier !== undefined && later.from <= earlier.to ? [{ earlier, later }] : []
  })
}
