// The life of a pair before it is lived: from the oracle's windows and the steps' times, when it is in which phase. Every window
// is taken once at its beginning, once in its middle and once at its end; a fault falls into the phase that the middles give, and
// where the ends give another, only perhaps.

import { datacenterNames } from '../../model/datacenter.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { LifePhase } from '../../model/coverage.ts'
import { connectedWithinSeconds, nextSignalWithinSeconds, snapshotSchedule, willNotRecover } from '../../toolkit/oracle.ts'
import type { ForecastParts } from '../forecast.ts'
import { firstUp, nextSignal } from '../forecast-events.ts'
import { downSpan } from '../forecast-silence.ts'
import type { Silence } from '../forecast-silence.ts'
import type { ForecastWindow } from '../forecast-time.ts'
import { atSecond, rounded } from '../forecast-time.ts'
import { silentFaults } from './silent-faults.ts'
import type { SilentFault } from './silent-faults.ts'

/** Which end of every window counts: 0 the beginning, 0.5 the middle, 1 the end. */
export type Share = 0 | 0.5 | 1

/** From when on the pair is in a phase. */
interface Turn {
  readonly from: number
  readonly phase: LifePhase
  /** Place in the schedule of the fault that brings it about. */
  readonly cause?: number
}

/** Which step begins at a time. */
export interface Beginner {
  /** Its place in the schedule. */
  readonly index: number
  /** Whether it comes after the steps before it, even at the same time. */
  readonly follows: boolean
}

/** The phases of a run. */
export interface Life {
  /** The phase in which a fault begins, apart from what it brings about itself. */
  readonly phaseAt: (seconds: number, of?: Beginner) => LifePhase
}

/** The life of the pair of a forecast. */
export function lifeOf(parts: ForecastParts, share: Share): Life {
  const { silent, restarts, impairments } = silentFaults(parts)
  const life = new LifeBuilder(parts, share)
  life.begin(silent)
  const happenings = [
    ...silent.flatMap((fault) => life.happeningsOf(fault)),
    ...restarts.map(({ dc, from, cause }) => {
      const time = at(from, share)
      return { at: time, order: 2, act: () => life.restarted(dc, time, cause) }
    }),
  ]
  for (const { act } of happenings.toSorted((a, b) => a.at - b.at || a.order - b.order)) act()
  const acting = impairments.map(({ from, until, cause }) => ({
    from: at(from, share),
    until: until === null ? Infinity : at(until, share),
    cause,
  }))
  return {
    phaseAt: (seconds, of = nobody) => {
      const phase = life.phaseAt(seconds, of)
      const isWell = phase === 'steady' || phase === 'failed_back'
      return isWell && acting.some((one) => hadBegun(one, seconds, of) && seconds < one.until) ? 'impaired' : phase
    },
  }
}

const nobody: Beginner = { index: -1, follows: false }

/** Whether what a fault brings about was there when another one began. */
function hadBegun({ from, cause = -1 }: Pick<Turn, 'from' | 'cause'>, seconds: number, of: Beginner): boolean {
  return from < seconds || (from === seconds && of.follows && cause < of.index)
}

/** A time within a window, to the millisecond. */
function at({ min, max }: ForecastWindow, share: Share): number {
  return rounded(min + (max - min) * share)
}

interface Happening {
  readonly at: number
  /** Of things at the same time what comes first. */
  readonly order: number
  readonly act: () => void
}

class LifeBuilder {
  readonly #parts: ForecastParts
  readonly #share: Share
  #turns: Turn[] = [{ from: -Infinity, phase: 'before_contact' }]
  /** As they were before the first of the faults that act now. */
  #before: readonly Turn[] = []
  readonly #acting = new Set<Silence>()
  readonly #down = new Set<DatacenterName>()
  /** Jobs that come back as new ones when the faults that act now are over. */
  readonly #anew = new Set<DatacenterName>()
  #lastDown = -Infinity

  constructor(parts: ForecastParts, share: Share) {
    this.#parts = parts
    this.#share = share
  }

  /** Contact, the first snapshots, and from then on all is well. */
  begin(silent: readonly SilentFault[]): void {
    const { setting } = this.#parts
    const ups = datacenterNames.map((dc) => firstUp(dc, setting))
    const known = ups.flatMap((span) => (span === null ? [] : [at(span, this.#share)]))
    const planned = known.length < ups.length ? Infinity : Math.max(...known)
    // A DC that was cut off or dead before the first contact makes it later: nobody is declared down that was never heard.
    const late = silent.filter(({ silence }) => at(silence.from, this.#share) < planned)
    if (late.length === 0) {
      this.#turn(planned, 'unprotected')
      this.#turn(Math.max(planned, this.#firstProtected()), 'steady')
      return
    }
    const healed = Math.max(...late.map(({ silence }) => (silence.until ? at(silence.until, this.#share) : Infinity)))
    const anew = new Set(late.flatMap(({ restarted }) => restarted ?? []))
    const heard = healed + Math.max(0, ...[...anew].map((dc) => setting.settings[dc].crossDCInitDelay))
    const contact = heard + this.#connecting()
    this.#turn(contact, 'unprotected')
    this.#turn(this.#protectedAgain({ healed, contact, anew }), 'steady')
  }

  happeningsOf({ silence, restarted, cause }: SilentFault): readonly Happening[] {
    const share = this.#share
    const { setting } = this.#parts
    const begins = at(silence.from, share)
    if (this.phaseAt(begins, nobody) === 'before_contact') return []
    const window = downSpan(silence, setting)
    const down = window === null ? Infinity : at(window, share)
    const healed = silence.until === null ? Infinity : at(silence.until, share)
    // A job that starts anew is heard at its first tick only (toolkit reference §4.1).
    const heard = restarted === null ? healed : healed + setting.settings[restarted].crossDCInitDelay
    const isDeclared = silence.isHeldUntilDown ? window !== null : down <= heard
    const ends = silence.isHeldUntilDown ? Math.max(heard, down) : heard
    return [
      { at: begins, order: 0, act: () => this.#falls({ silence, restarted, cause }, begins) },
      ...(isDeclared ? [{ at: down, order: 1, act: () => this.#declares(silence.observer, down) }] : []),
      ...(ends === Infinity ? [] : [{ at: ends, order: 3, act: () => this.#ends(silence, { healed, heard: ends, cause }) }]),
    ]
  }

  phaseAt(seconds: number, of: Beginner): LifePhase {
    return phaseIn(this.#turns, seconds, of)
  }

  /** A job came back at once. It breaks the silence of two that hold each other for down (toolkit reference §4.6). */
  restarted(dc: DatacenterName | null, seconds: number, cause: number): void {
    if (this.#acting.size > 0 || this.#down.size === 0) return
    if (dc !== null) this.#anew.add(dc)
    const delay = dc === null ? 0 : this.#parts.setting.settings[dc].crossDCInitDelay
    this.#returns(seconds, { healed: seconds, heard: seconds + delay, cause })
  }

  #falls({ silence, restarted, cause }: SilentFault, seconds: number): void {
    if (this.#acting.size === 0 && this.#down.size === 0) {
      this.#before = this.#turns
      this.#turn(seconds, 'detecting', cause)
    }
    this.#acting.add(silence)
    if (restarted !== null) this.#anew.add(restarted)
  }

  #declares(observer: DatacenterName, seconds: number): void {
    if (this.#down.has(observer)) return
    const { takeoverSeconds, launchSeconds, settings } = this.#parts.setting
    const launch = settings[observer].crossDCOperationMode === 0 ? launchSeconds : 0
    this.#down.add(observer)
    this.#lastDown = seconds + (takeoverSeconds + launch) * this.#share
    this.#turn(seconds, 'takeover')
    this.#turn(this.#lastDown, 'down')
  }

  #ends(silence: Silence, of: { readonly healed: number; readonly heard: number; readonly cause: number }): void {
    this.#acting.delete(silence)
    if (this.#acting.size > 0) return
    const { behaviour } = this.#parts.setting
    if (this.#down.size === 0) {
      this.#turns = [
        ...this.#turns.filter(({ from }) => from < of.heard),
        { from: of.heard, phase: phaseIn(this.#before, of.heard, nobody) },
        ...this.#before.filter(({ from }) => from > of.heard),
      ]
      this.#anew.clear()
      return
    }
    const [dc1, dc2] = datacenterNames.map((dc) => (this.#down.has(dc) ? 'down' : 'up'))
    const isStuck = this.#anew.size === 0 && willNotRecover([dc1 ?? 'up', dc2 ?? 'up'], behaviour)
    if (!isStuck) this.#returns(Math.max(of.healed, this.#lastDown), of)
  }

  #returns(from: number, of: { readonly healed: number; readonly heard: number; readonly cause: number }): void {
    const again = this.#protectedAgain({ healed: of.healed, contact: of.heard + this.#connecting(), anew: this.#anew })
    this.#down.clear()
    this.#anew.clear()
    this.#turn(from, 'returning', of.cause)
    this.#turn(again, 'failed_back')
  }

  /** From the first heartbeat of the one to the moment when both report UP, at the latest: the other's next tick. */
  #connecting(): number {
    const { settings } = this.#parts.setting
    const within = datacenterNames.map((dc) => {
      const running = settings[dc]
      return connectedWithinSeconds({ started: { ...running, crossDCInitDelay: 0 }, running })
    })
    return Math.max(...within) * this.#share
  }

  #firstProtected(): number {
    const { setting } = this.#parts
    const signals = this.#signalling().map((dc) =>
      nextSignal(dc, { occurrence: 1, since: atSecond(0) }, { setting, silences: [], steps: new Map() }),
    )
    return Math.max(0, ...signals.map((span) => (span === null ? Infinity : at(span, this.#share))))
  }

  /** A job that began anew counts its ticks from one; of the others it is not known how far they are. */
  #protectedAgain(of: {
    readonly healed: number
    readonly contact: number
    readonly anew: ReadonlySet<DatacenterName>
  }): number {
    const { settings, behaviour } = this.#parts.setting
    const times = this.#signalling().map((dc) => {
      if (of.anew.has(dc)) return of.healed + (snapshotSchedule(settings[dc], behaviour)?.firstSeconds ?? Infinity)
      const within = nextSignalWithinSeconds(settings[dc], behaviour)
      return within === null ? Infinity : of.contact + within * this.#share
    })
    return Math.max(of.contact, ...times)
  }

  /** The DCs whose state has a replica in the other. */
  #signalling(): readonly DatacenterName[] {
    const { settings } = this.#parts.setting
    return datacenterNames.filter((dc) => settings[dc].crossDCOperationMode !== 0)
  }

  /** From a time on a phase, whatever was to come after it. */
  #turn(from: number, phase: LifePhase, cause?: number): void {
    if (from === Infinity) return
    const turn = { from: rounded(from), phase, ...(cause === undefined ? {} : { cause }) }
    this.#turns = [...this.#turns.filter((one) => one.from < turn.from), turn]
  }
}

/** A fault is in no phase of its own making. */
function phaseIn(turns: readonly Turn[], seconds: number, of: Beginner): LifePhase {
  const found = turns.findLast((turn) => {
    if (turn.phase === 'detecting') return hadBegun(turn, seconds, of)
    return turn.from < seconds || (turn.from === seconds && turn.cause !== of.index)
  })
  return found?.phase ?? 'before_contact'
}
