import { createRandom } from '../../support/random.ts'
import type { HeartbeatMessage } from '../../toolkit/io.ts'
import type { Application, ApplicationEffect, ApplicationSurroundings } from '../application.ts'
import { decodeSampleMap } from '../sample-map.ts'
import type { SampleMap } from '../sample-map.ts'

/** For tests: where a sample runs, and what comes out of it. */

/** Surroundings in dc1 whose time stands at 1000 until `advance`; whatever is given comes first. */
export function surroundingsOf(given: Partial<ApplicationSurroundings> = {}): ApplicationSurroundings & {
  readonly advance: (seconds: number) => void
} {
  const random = createRandom(7)
  let now = 1000
  return {
    datacenter: 'dc1',
    localDataCenterName: 'dc1',
    crossDCOperationMode: 1,
    parameters: {},
    random: () => random.nextFloat(),
    unixSeconds: () => now,
    advance: (seconds) => {
      now += seconds
    },
    ...given,
  }
}

/** A message as the toolkit gives it to the application. */
export function message(given: Partial<HeartbeatMessage> = {}): HeartbeatMessage {
  return {
    heartbeatMsgType: 2,
    heartbeatCnt: 6n,
    dataCenterOrigin: 'dc2',
    dataSnapshot: new Uint8Array(0),
    dataSnapshotOrigin: '',
    ...given,
  }
}

/** Lets the generator give so many tuples, the first one at the start. */
export function generate(application: Application, count: number): void {
  application.start({ checkpoint: null })
  for (let left = count - 1; left > 0; left -= 1) application.timer('TestDataGenerator')
}

/** What each channel holds, by its answer to a signal. */
export function mapsOf(application: Application): readonly SampleMap[] {
  return application
    .signal(message())
    .flatMap((effect) => (effect.kind === 'snapshot' ? [decodeSampleMap(effect.blob)] : []))
}

/** All iterations that an application holds, in ascending order. */
export function iterationsOf(application: Application): readonly number[] {
  return mapsOf(application)
    .flatMap((map) => [...map.values()].map(({ i1 }) => i1))
    .sort((left, right) => left - right)
}

/** `level aspect: text` of the traces among the effects. */
export function tracesOf(effects: readonly ApplicationEffect[]): readonly string[] {
  return effects.flatMap((effect) =>
    effect.kind === 'trace' ? [`${effect.level} ${effect.aspect}: ${effect.text}`] : [],
  )
}

/** The counters of one operator. */
export function countersOf(application: Application, name: string): unknown {
  const operator = application.operators().find((candidate) => candidate.name === name)
  return operator && [operator.processed, operator.submitted]
}
