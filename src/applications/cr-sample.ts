import type { HeartbeatMessage } from '../toolkit/io.ts'
import type { Application, ApplicationEffect, ApplicationOperator, ApplicationSurroundings } from './application.ts'
import { decodeCheckpoint, encodeCheckpoint } from './cr-sample-checkpoint.ts'
import { createSample } from './sample.ts'
import type { Sample } from './sample.ts'

/** Period of the consistent region (toolkit reference §8). */
const regionPeriodSeconds = 120

const regionTimer = 'ConsistentRegion'

/**
 * `builtin:cr-sample`: CrossDataCenterFailoverCRSample of toolkit reference §8. The sample's generator and channels are one
 * periodic consistent region; the toolkit and the Functors around it take no part in it (toolkit reference §5.8). A new process
 * goes back to the last checkpoint: what came later, taken-over entries too, is gone, and the generator repeats its iterations,
 * with the new time in their keys. Where round-robin stands is no part of the region's state.
 */
export function createCrSample(surroundings: ApplicationSurroundings): Application {
  return new CrSample(createSample(surroundings))
}

class CrSample implements Application {
  readonly channels: number
  readonly #sample: Sample
  /** Tuples through each of the Functors, by their output streams. */
  readonly #passed = {
    DataSnapshotSignal: 0,
    RemoteDataCenterStatus: 0,
    ProcessDataFromRemoteDC: 0,
    MySerializedDataSnapshotMessage: 0,
    MySpecialMessage: 0,
  }

  constructor(sample: Sample) {
    this.#sample = sample
    this.channels = sample.channels
  }

  operators(): readonly ApplicationOperator[] {
    const functors = Object.entries(this.#passed).map(([name, count]): ApplicationOperator => {
      return { name, operatorKind: 'spl.relational::Functor', processed: [count], submitted: [count] }
    })
    const controlPlane = { name: 'MyJCP', operatorKind: 'spl.control::JobControlPlane', processed: [], submitted: [] }
    return [...this.#sample.operators(), controlPlane, ...functors]
  }

  /** @throws MessageFormatError when the checkpoint is none of this application's */
  start({ checkpoint }: { readonly checkpoint: Uint8Array | null }): readonly ApplicationEffect[] {
    if (checkpoint !== null) this.#sample.restore(decodeCheckpoint(checkpoint))
    return [...this.#sample.start(), nextCheckpoint]
  }

  timer(timer: string): readonly ApplicationEffect[] {
    if (timer !== regionTimer) return this.#sample.timer()
    return [{ kind: 'checkpoint', state: encodeCheckpoint(this.#sample.state) }, nextCheckpoint]
  }

  specialMessageLine(line: string): readonly ApplicationEffect[] {
    return this.#toComposite(this.#sample.specialMessageLine(line))
  }

  signal(signal: HeartbeatMessage): readonly ApplicationEffect[] {
    this.#passed.DataSnapshotSignal += 1
    return this.#toComposite(this.#sample.signal(signal))
  }

  status(active: boolean, about: { readonly isPlanned: boolean }): readonly ApplicationEffect[] {
    this.#passed.RemoteDataCenterStatus += 1
    return this.#sample.status(active, about)
  }

  replay(message: HeartbeatMessage): readonly ApplicationEffect[] {
    this.#passed.ProcessDataFromRemoteDC += 1
    return this.#sample.replay(message)
  }

  /** It launches nothing. */
  launched(): readonly ApplicationEffect[] {
    return []
  }

  /** It has no Data Exchange endpoints. */
  ingest(): readonly ApplicationEffect[] {
    return []
  }

  command(): readonly ApplicationEffect[] {
    return []
  }

  #toComposite(effects: readonly ApplicationEffect[]): readonly ApplicationEffect[] {
    for (const { kind } of effects) {
      if (kind === 'snapshot') this.#passed.MySerializedDataSnapshotMessage += 1
      if (kind === 'special') this.#passed.MySpecialMessage += 1
    }
    return effects
  }
}

const nextCheckpoint: ApplicationEffect = {
  kind: 'schedule_timer',
  timer: regionTimer,
  afterSeconds: regionPeriodSeconds,
}
