import type { HeartbeatMessage } from '../toolkit/io.ts'
import type { Application, ApplicationEffect, ApplicationOperator, ApplicationSurroundings } from './application.ts'

/** Where a passive sample runs, with its submission-time values. */
export interface PassiveSampleOptions {
  readonly surroundings: ApplicationSurroundings
  /** The command line that brings the real application up; run at every DOWN. */
  readonly shellScriptName: string
  /** Seconds between two status lines. */
  readonly timerTickPeriod: number
  /**
   * Parts of the active application's state, whose snapshots come in here. The emulator's own: the published sample knows nothing
   * of them, and only a timeline asks when all are stored. @default 1
   */
  readonly remoteChannels?: number
}

/**
 * `builtin:passive-sample`: CrossDataCenterFailoverPassiveSample of toolkit reference §8, which watches the active DC and holds no
 * state of its own. Its own messages are at error level (toolkit reference §6); those with the aspect APP_LAUNCHER come from the
 * toolkit's function `launch_app`, at that function's levels.
 */
export function createPassiveSample(options: PassiveSampleOptions): Application {
  return new PassiveSample(options)
}

class PassiveSample implements Application {
  /** It never answers a signal. */
  readonly channels = 0
  readonly remoteChannels: number
  readonly #options: PassiveSampleOptions
  readonly #processed = { ticks: 0, signals: 0, statuses: 0, replays: 0 }
  #remote = 'first contact not made'

  constructor(options: PassiveSampleOptions) {
    this.#options = options
    this.remoteChannels = options.remoteChannels ?? 1
  }

  operators(): readonly ApplicationOperator[] {
    const { ticks, signals, statuses, replays } = this.#processed
    return [
      { name: 'TimerSignalGenerator', operatorKind: 'spl.utility::Beacon', processed: [], submitted: [ticks] },
      {
        name: 'SomeApplicationLogic',
        operatorKind: 'spl.utility::Custom',
        processed: [ticks, signals, statuses, replays],
        submitted: [0, 0],
      },
    ]
  }

  /** Its timer is a Beacon with a period and no initial delay, so the first status line comes at the start. */
  start(): readonly ApplicationEffect[] {
    return this.timer()
  }

  timer(): readonly ApplicationEffect[] {
    this.#processed.ticks += 1
    const { surroundings, timerTickPeriod } = this.#options
    const { localDataCenterName, crossDCOperationMode } = surroundings
    const mode = crossDCOperationMode === 1 ? 'active' : 'passive'
    return [
      says(`Local data center ${localDataCenterName}, operation mode ${mode}, remote data center: ${this.#remote}.`),
      { kind: 'schedule_timer', timer: 'TimerSignalGenerator', afterSeconds: timerTickPeriod },
    ]
  }

  signal(signal: HeartbeatMessage): readonly ApplicationEffect[] {
    this.#processed.signals += 1
    return [says(`Ignored a snapshot signal: ${describe(signal)}.`)]
  }

  /** An announced shutdown launches nothing; only a toolkit without quirk Q3 says that it was one. */
  status(active: boolean, { isPlanned }: { readonly isPlanned: boolean }): readonly ApplicationEffect[] {
    this.#processed.statuses += 1
    this.#remote = active ? 'up' : 'down'
    const announced = isPlanned ? ', as it had announced: nothing is launched' : ''
    const trace = says(`The remote data center is ${this.#remote}${announced}.`, 'Application_Logic')
    if (active || isPlanned) return [trace]
    return [trace, { kind: 'launch', command: this.#options.shellScriptName }]
  }

  replay(message: HeartbeatMessage): readonly ApplicationEffect[] {
    this.#processed.replays += 1
    return [says(`Ignored data of the remote data center: ${describe(message)}.`)]
  }

  /** As `launch_app` traces (toolkit reference §4.7): its result says whether the shell could be started, and nobody reads it. */
  launched({ output, rc }: { readonly output: string; readonly rc: 0 | 1 }): readonly ApplicationEffect[] {
    const { shellScriptName } = this.#options
    if (rc === 1) return [{ ...launcher, level: 'info', text: `Could not launch ${shellScriptName}, rc 1.` }]
    const lines = output.split('\n').filter((line) => line !== '')
    return [
      { ...launcher, level: 'debug', text: `Launched ${shellScriptName}, rc 0.` },
      ...lines.map((line) => ({ ...launcher, level: 'trace' as const, text: `It wrote: ${line}` })),
    ]
  }

  /** It has neither SpecialMessagePort nor Data Exchange endpoints. */
  specialMessageLine(): readonly ApplicationEffect[] {
    return []
  }

  ingest(): readonly ApplicationEffect[] {
    return []
  }

  command(): readonly ApplicationEffect[] {
    return []
  }
}

const launcher = { kind: 'trace', aspect: 'APP_LAUNCHER' } as const

/** Most of its messages have no aspect. */
function says(text: string, aspect = ''): ApplicationEffect {
  return { kind: 'trace', level: 'error', aspect, text }
}

function describe(message: HeartbeatMessage): string {
  const { heartbeatMsgType, heartbeatCnt, dataCenterOrigin, dataSnapshot, dataSnapshotOrigin } = message
  const part = dataSnapshotOrigin === '' ? '' : `, part ${dataSnapshotOrigin} of ${dataSnapshot.length} bytes`
  return `type ${heartbeatMsgType}, count ${heartbeatCnt}, from ${dataCenterOrigin}${part}`
}
