import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { PairSimulation } from './pair-simulation.ts'
import type { PairSimulationOptions } from './pair-simulation.ts'
import { referenceSettings } from './reference-settings.ts'

interface PairOptions extends Partial<Omit<PairSimulationOptions, 'dc1' | 'dc2'>> {
  /** Of both. */
  readonly values?: Partial<CrossDcSettings>
  readonly dc1?: Partial<CrossDcSettings>
  readonly dc2?: Partial<CrossDcSettings>
  /** dc2 starts so many seconds after dc1, which starts at 0. @default 0 */
  readonly offset?: number
}

/** For tests: two DCs with the reference values that start by themselves. */
export function createPair(options: PairOptions = {}): PairSimulation {
  const { values = {}, dc1 = {}, dc2 = {}, offset = 0, seed = 1, ...rest } = options
  return new PairSimulation({
    ...rest,
    seed,
    dc1: { ...referenceSettings('dc1'), ...values, ...dc1 },
    dc2: { ...referenceSettings('dc2'), ...values, ...dc2 },
  })
    .at(0, (pair) => pair.start('dc1'))
    .at(offset, (pair) => pair.start('dc2'))
}
