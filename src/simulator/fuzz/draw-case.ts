import type { DatacenterName } from '../../model/datacenter.ts'
import { quirkIds } from '../../model/toolkit-behaviour.ts'
import type { QuirkId } from '../../model/toolkit-behaviour.ts'
import type { Random } from '../../support/random.ts'
import { fuzzFaultKinds, referenceRhythm, restartableOperators } from './fuzz-case.ts'
import type {
  FuzzCase,
  FuzzFault,
  FuzzFaultKind,
  FuzzLine,
  FuzzRhythm,
  FuzzSettings,
  FuzzTraffic,
} from './fuzz-case.ts'

/** What a run is drawn within. */
export interface DrawLimits {
  /** Simulated seconds that a run takes at most. */
  readonly secondsMax: number
}

/**
 * Draws a case. Each run has a random share of what there is - kinds of faults, other settings, more PEs - and leaves the rest alone:
 * what only shows without the others would be drowned if everything were always there (peers P-84).
 */
export function drawCase(random: Random, { secondsMax }: DrawLimits): FuzzCase {
  const often = (percent: number): boolean => random.integer(1, 100) <= percent
  const mode = often(12) ? 'active-passive' : 'active-active'
  const settings = drawSettings(random)
  const rhythm = settings.rhythm ?? referenceRhythm
  const dc2 = often(12) ? drawRhythm(random) : null
  const longest = Math.max(rhythm.heartbeatSeconds, dc2?.heartbeatSeconds ?? 0)
  const profile = often(25) ? 'documented' : 'ibm-1.0.1'
  const pes = often(12) ? random.integer(2, 4) : 1
  const common = {
    mode,
    profile,
    changedQuirks: often(15) ? drawQuirks(random) : [],
    isFused: often(5),
    store: often(25) ? 'table' : 'files',
    settings,
    dc2,
    offsetTenths: often(80) ? random.integer(0, 10 * longest) : 0,
    linkDelayMs: random.pick([0, 1, 20, 20, 20, 80, 200]),
    pes,
    channels: often(20) ? random.integer(2, 4) : 1,
    traffic: often(50) ? drawTraffic(random) : null,
  } as const
  // Long enough for a DOWN and what follows it; at most what was asked for.
  const wanted = random.integer(12, 40) * longest + rhythm.delaySeconds
  const seconds = Math.min(secondsMax, wanted)
  const tailSeconds = Math.floor(Math.min(seconds / 2, random.integer(1, 8) * longest))
  const faults = drawFaults(random, {
    secondsMax: Math.max(10, seconds - tailSeconds),
    rhythm,
    pes,
    kinds: drawKinds(random),
  })
  return { ...common, faults, tailSeconds }
}

/** A rhythm in which something can happen within a few minutes; now and then one from the edge of what may be set. */
function drawRhythm(random: Random): FuzzRhythm {
  const heartbeatSeconds = random.pick([5, 10, 10, 15, 20, 30, 30, 45, random.integer(2, 60)])
  const isOdd = random.integer(1, 20) === 1
  const snapshotSeconds = isOdd ? random.integer(1, 400) : heartbeatSeconds * random.integer(1, 8)
  return {
    heartbeatSeconds,
    misses: isOdd ? random.pick([0, 1, 255]) : random.integer(1, 6),
    snapshotSeconds,
    delaySeconds: random.pick([0, 5, 10, 40, 40, random.integer(0, 60)]),
  }
}

function drawSettings(random: Random): FuzzSettings {
  const often = (percent: number): boolean => random.integer(1, 100) <= percent
  return {
    rhythm: often(60) ? drawRhythm(random) : null,
    timeouts: often(25) ? { connectSeconds: random.integer(1, 40), readSeconds: random.integer(1, 120) } : null,
    pairs: often(15) ? random.integer(2, 3) : 1,
    retains: often(8),
    sendsBack: often(8),
  }
}

function drawQuirks(random: Random): readonly QuirkId[] {
  // Without its key column (Q5) a table of this project's own is whole all the same.
  const ids = quirkIds.filter((id) => id !== 'Q5')
  const count = random.integer(1, 3)
  const drawn = random.shuffle(ids).slice(0, count)
  return ids.filter((id) => drawn.includes(id))
}

function drawTraffic(random: Random): FuzzTraffic {
  return {
    tuplesPerSecond: random.pick([1, 1, 2, 5]),
    keys: random.integer(1, 4),
    into: random.pick(['dc1', 'both', 'both']),
  }
}

/** A few kinds a run, so that what one kind does is not always mended by another. */
function drawKinds(random: Random): readonly FuzzFaultKind[] {
  const count = random.pick([1, 2, 2, 3, 4, 6, fuzzFaultKinds.length])
  return random.shuffle(fuzzFaultKinds).slice(0, count)
}

interface FaultLimits {
  readonly secondsMax: number
  readonly rhythm: FuzzRhythm
  readonly pes: number
  readonly kinds: readonly FuzzFaultKind[]
}

function drawFaults(random: Random, limits: FaultLimits): readonly FuzzFault[] {
  const count = random.pick([0, 1, 1, 2, 2, 3, 3, 4, 5, 7, 10])
  const faults = Array.from({ length: count }, () => drawFault(random, limits))
  return faults.toSorted((a, b) => a.at - b.at)
}

/** One fault of one of the kinds. */
export function drawFault(random: Random, limits: FaultLimits): FuzzFault {
  const { secondsMax, rhythm, pes, kinds } = limits
  const at = random.integer(1, 10 * secondsMax)
  const line: FuzzLine = random.pick(['both', 'both', 'into_dc1', 'into_dc2'])
  const dc: DatacenterName = random.pick(['dc1', 'dc2'])
  const pe = pes > 1 && random.integer(1, 2) === 1 ? random.integer(0, pes - 1) : null
  const hold = Math.max(1, Math.min(drawHold(random, rhythm), 10 * secondsMax - at))
  const how = random.pick(['drop', 'reject', 'hang'] as const)
  const kind = random.pick(kinds)
  switch (kind) {
    case 'partition':
      return { kind, at, hold, line, ports: random.pick(['all', 'all', 'heartbeat', 'snapshot']), how }
    case 'netem': {
      const delayMs = random.pick([1, 80, 500, 3000, random.integer(1, 20_000)])
      const jitterMs = random.integer(0, 1) * random.integer(0, delayMs)
      return { kind, at, hold, line, delayMs, jitterMs, lossPercent: random.pick([0, 0, 1, 10, 50]) }
    }
    case 'flap':
      return { kind, at, line, how, ...drawFlap(random, { rhythm, tenthsLeft: 10 * secondsMax - at }) }
    case 'connection_reset':
      return { kind, at, line }
    case 'kill':
    case 'pause':
    case 'restart':
      return { kind, at, hold, dc, pe }
    case 'crash':
      return { kind, at, dc, pe }
    case 'operator_restart':
      return { kind, at, dc, operator: random.pick(restartableOperators) }
    case 'special_message':
      return { kind, at, dc, message: random.pick(['OrderlyShutdown', 'SendMeDataFromSnapshotFiles']) }
    case 'disk_slow':
      return { kind, at, hold, dc, delayTenths: random.pick([1, 10, 50, random.integer(1, 600)]) }
    default:
      return { kind, at, hold, dc }
  }
}

/** Around the detection window, where it matters, and here and there; tenths of a second. */
function drawHold(random: Random, { heartbeatSeconds, misses }: FuzzRhythm): number {
  const interval = 10 * heartbeatSeconds
  const known = Math.min(misses, 8)
  return random.pick([
    random.integer(1, interval),
    random.integer(Math.max(1, (known - 1) * interval), (known + 2) * interval),
    random.integer((known + 1) * interval, (known + 12) * interval),
    random.integer(1, 10 * interval),
  ])
}

function drawFlap(
  random: Random,
  { rhythm, tenthsLeft }: { readonly rhythm: FuzzRhythm; readonly tenthsLeft: number },
): { readonly downSeconds: number; readonly upSeconds: number; readonly times: number } {
  const room = Math.max(1, Math.floor(tenthsLeft / 20))
  const downSeconds = Math.min(room, random.integer(1, rhythm.heartbeatSeconds * (Math.min(rhythm.misses, 6) + 2)))
  const upSeconds = Math.min(room, random.integer(1, 3 * rhythm.heartbeatSeconds))
  const most = Math.floor(tenthsLeft / (10 * (downSeconds + upSeconds)))
  return { downSeconds, upSeconds, times: Math.max(1, Math.min(most, random.integer(1, 6))) }
}
