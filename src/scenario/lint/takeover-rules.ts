import type { TakeoverCheck } from '../../model/check.ts'
import { otherDatacenter } from '../../model/datacenter.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { PredictedWindow } from '../../model/takeover.ts'
import { formatSeconds } from '../../model/units.ts'
import { blipTolerated, recoveryAfterHealSeconds } from '../../toolkit/oracle.ts'
import type { Found, LintRule } from './finding.ts'
import type { PlacedFault } from './placed-steps.ts'
import { silentSecondsMin, windowOf } from './silence.ts'
import type { Silence } from './silence.ts'
import type { LintSubject, PlacedCheck } from './subject.ts'

// Whether the faults can bring about the takeovers that are expected, or those that must not be (toolkit reference §4.5, §4.6).

/** The rules about faults and the takeovers that follow them. */
export const takeoverRules: readonly LintRule[] = [
  { id: 'takeover-without-fault', severity: 'error', isExcused: true, find: takeoverWithoutFault },
  { id: 'takeover-without-launch', severity: 'error', isExcused: true, find: takeoverWithoutLaunch },
  { id: 'never-down', severity: 'error', isExcused: true, find: neverDown },
  { id: 'fault-never-noticed', severity: 'error', isExcused: true, find: (subject) => tooShort(subject, true) },
  { id: 'fault-maybe-unnoticed', severity: 'warning', isExcused: true, find: (subject) => tooShort(subject, false) },
  { id: 'fault-before-contact', severity: 'error', isExcused: true, find: beforeContact },
  { id: 'never-takeover-fails', severity: 'error', isExcused: true, find: (subject) => tooLong(subject, true) },
  { id: 'never-takeover-by-chance', severity: 'warning', isExcused: true, find: (subject) => tooLong(subject, false) },
  { id: 'stays-down-after-cut', severity: 'error', isExcused: true, find: staysDown },
]

/** Checks of a takeover that must come. */
export function expectedTakeovers(subject: LintSubject): readonly (PlacedCheck & { readonly check: TakeoverCheck })[] {
  return takeovers(subject, false)
}

/** The silences that may bring a takeover by and of the DCs that a check names. */
export function causesOf(
  { silences }: LintSubject,
  { by, of }: { readonly by?: DatacenterName; readonly of?: DatacenterName },
): readonly Silence[] {
  return silences.filter(
    ({ dc }) => (of === undefined || dc === of) && (by === undefined || otherDatacenter(dc) === by),
  )
}

/** `90 s to 150 s` */
export function span({ minSeconds, maxSeconds }: PredictedWindow): string {
  return `${formatSeconds(minSeconds)} to ${formatSeconds(maxSeconds)}`
}

function takeovers(
  { checks }: LintSubject,
  never: boolean,
): readonly (PlacedCheck & { readonly check: TakeoverCheck })[] {
  return checks.filter(
    (placed): placed is PlacedCheck & { readonly check: TakeoverCheck } =>
      placed.check.kind === 'takeover' && placed.check.never === never,
  )
}

function takeoverWithoutFault(subject: LintSubject): readonly Found[] {
  if (subject.hasUnknownSteps || subject.isUnsteady) return []
  return subject.checks.flatMap(({ check, position }) => {
    const needed = neededSilence(check)
    if (needed === null || causesOf(subject, needed.of).length > 0) return []
    return [
      {
        message: `${needed.what} is expected, but no step keeps ${needed.whom} from being heard: nothing can bring it about.`,
        position,
        advice: 'Add the fault that it should follow, such as `kill`, or correct which DC is named.',
      },
    ]
  })
}

interface NeededSilence {
  readonly what: string
  readonly whom: string
  readonly of: { readonly by?: DatacenterName; readonly of?: DatacenterName }
}

/** Whom a check needs to be silent; null: nobody. */
function neededSilence(check: PlacedCheck['check']): NeededSilence | null {
  if (check.kind === 'takeover' && !check.never) {
    const silent = check.of ?? (check.by === undefined ? undefined : otherDatacenter(check.by))
    return { what: 'A takeover', whom: silent ?? 'a DC', of: check }
  }
  if (check.kind === 'status' && check.remote === 'down') {
    const silent = otherDatacenter(check.dc)
    return { what: `That ${check.dc} reports ${silent} down`, whom: silent, of: { of: silent } }
  }
  if (check.kind === 'script' && check.launched !== undefined && check.launched > 0) {
    return { what: 'A launch of the script', whom: 'dc1', of: { of: 'dc1' } }
  }
  const isExpected = (check.kind === 'split_brain' || check.kind === 'mutual_down') && check.polarity.is === 'expected'
  return isExpected ? { what: `\`${check.kind}\``, whom: 'a DC', of: {} } : null
}

/** Only a job that the script brings up can take over from the active side (toolkit reference §4.6, §4.7). */
function takeoverWithoutLaunch(subject: LintSubject): readonly Found[] {
  const { launchScript, mode } = subject.scenario
  const ends = launchScript?.kind === 'exit' ? `ends with ${launchScript.status}` : 'hangs'
  if (mode !== 'active-passive' || (launchScript?.kind !== 'exit' && launchScript?.kind !== 'hang')) return []
  return expectedTakeovers(subject)
    .filter(({ check }) => check.by !== 'dc1' && check.of !== 'dc2')
    .map(({ position }) => ({
      message: `A takeover by dc2 is expected, but its launch script ${ends} and submits no job that could take over.`,
      position,
      advice: 'Expect `takeover: { never: true, by: dc2 }`, or give a script that submits.',
    }))
}

function neverDown(subject: LintSubject): readonly Found[] {
  if (subject.hasOtherSettings) return []
  const causes = expectedTakeovers(subject).flatMap(({ check }) => causesOf(subject, check))
  const deaf = new Map<number, PlacedFault>()
  for (const cause of causes) if (windowOf(cause, subject) === null) deaf.set(cause.fault.index, cause.fault)
  return [...deaf.values()].map(({ step }) => ({
    message: `A takeover is expected after \`${step.id}\`, but with these settings no DC is ever declared down.`,
    position: subject.fieldAt('crossdc'),
    advice: 'Set consecutiveHeartbeatMissesAllowed below 255 and heartbeatExchangeInterval to some seconds.',
  }))
}

/** The one fault that may bring what a check speaks of; undefined where there are several, or none. */
function onlyCause(subject: LintSubject, check: TakeoverCheck): Silence | undefined {
  if (subject.hasUnknownSteps || subject.hasOtherSettings || subject.isUnsteady) return undefined
  const causes = causesOf(subject, check)
  const [first] = causes
  const isOne = causes.every(({ fault }) => fault.index === first?.fault.index)
  return isOne ? (causes.find(({ isSure }) => isSure) ?? undefined) : undefined
}

function tooShort(subject: LintSubject, isNever: boolean): readonly Found[] {
  const found = new Map<number, Found>()
  for (const { check } of expectedTakeovers(subject)) {
    const cause = onlyCause(subject, check)
    if (cause === undefined) continue
    const text = tooShortFor(subject, cause)
    if (text !== null && text.isNever === isNever) found.set(cause.fault.index, text.found)
  }
  return [...found.values()]
}

function tooShortFor(
  subject: LintSubject,
  cause: Silence,
): { readonly isNever: boolean; readonly found: Found } | null {
  const window = windowOf(cause, subject)
  const silent = silentSecondsMin(cause, subject)
  if (window === null || silent === undefined || silent >= window.maxSeconds) return null
  const { step } = cause.fault
  const isLink = cause.by !== 'process'
  // Between its downs a link lets heartbeats through only where the ups are long enough for one.
  const { heartbeatExchangeInterval: pause } = subject.settings[cause.dc]
  if (step.fault.kind === 'flap' && step.fault.upSeconds <= pause) return null
  const held = isLink
    ? `is held for only ${formatSeconds(silent)}`
    : `is over after ${formatSeconds(cause.heldSeconds ?? 0)} and heartbeats may come again ${formatSeconds(silent)} after its beginning`
  return {
    isNever: isLink && silent < blipOf(subject, cause),
    found: {
      message: `A takeover is expected, but \`${step.id}\` ${held} and the toolkit notices it after ${span(window)}.`,
      position: subject.stepAt(step.id),
      advice: `Hold it for more than ${formatSeconds(window.maxSeconds)}.`,
    },
  }
}

function blipOf({ settings, behaviour }: LintSubject, { dc }: Silence): number {
  return blipTolerated({ observer: settings[otherDatacenter(dc)], failed: settings[dc], behaviour })
}

/** A DC that was never heard is never declared down (toolkit reference §4.6, "remote never started"). */
function beforeContact(subject: LintSubject): readonly Found[] {
  const { opts } = subject.scenario
  return expectedTakeovers(subject).flatMap(({ check }) => {
    const cause = onlyCause(subject, check)
    const start = cause?.fault.startSeconds
    if (cause === undefined || start === undefined) return []
    const firstTick = (cause.dc === 'dc2' ? opts.startOffsetSeconds : 0) + subject.settings[cause.dc].crossDCInitDelay
    const comesBack = cause.heldSeconds !== Number.POSITIVE_INFINITY
    if (start >= firstTick || comesBack) return []
    const { id } = cause.fault.step
    return [
      {
        message: `A takeover is expected, but \`${id}\` acts at ${formatSeconds(start)}, before ${cause.dc}'s first heartbeat at ${formatSeconds(firstTick)}: a DC that was never heard is never declared down.`,
        position: subject.stepAt(id),
        advice: `Let it act after ${formatSeconds(firstTick)}.`,
      },
    ]
  })
}

function tooLong(subject: LintSubject, isSure: boolean): readonly Found[] {
  const found = new Map<number, Found>()
  for (const { check } of takeovers(subject, true)) {
    if (check.for !== undefined) continue
    for (const cause of causesOf(subject, check)) {
      const outcome = outcomeOf(subject, cause)
      if (outcome?.isSure === isSure) found.set(cause.fault.index, outcome.found)
    }
  }
  return [...found.values()]
}

/** What a fault does to `takeover: never`; null: nothing that is plain. */
function outcomeOf(subject: LintSubject, cause: Silence): { readonly isSure: boolean; readonly found: Found } | null {
  const observer = otherDatacenter(cause.dc)
  const window = windowOf(cause, subject)
  const silent = silentSecondsMin(cause, subject)
  const isPlain = cause.isSure && cause.by !== 'planned' && !subject.hasOtherSettings && !subject.hasUnknownSteps
  if (!isPlain || window === null || silent === undefined || !takesOver(subject, observer)) return null
  const { startSeconds: start, step } = cause.fault
  const end = subject.scenario.opts.runForSeconds
  if (end !== undefined && (start === undefined || start + window.maxSeconds > end)) return null
  if (silent <= blipOf(subject, cause)) return null
  const isSure = silent >= window.maxSeconds
  const silence = silent === Number.POSITIVE_INFINITY ? 'to the end' : `for ${formatSeconds(silent)}`
  return {
    isSure,
    found: {
      message: isSure
        ? `No takeover is to come, but \`${step.id}\` keeps ${cause.dc} silent ${silence} and ${observer} takes over after ${span(window)}.`
        : `No takeover is to come, but \`${step.id}\` keeps ${cause.dc} silent ${silence} and ${observer} takes over after ${span(window)}: whether it does hangs on the phase.`,
      position: subject.stepAt(step.id),
      advice: isSure
        ? `Heal it within ${formatSeconds(blipOf(subject, cause))}, or expect the takeover.`
        : `Hold it for at most ${formatSeconds(blipOf(subject, cause))}, or for more than ${formatSeconds(window.maxSeconds)} and expect the takeover.`,
    },
  }
}

/** Whether a DC would take over at a DOWN: it lives, and brings up a job that can where it is passive. */
function takesOver({ scenario, silences }: LintSubject, observer: DatacenterName): boolean {
  if (silences.some(({ dc, by }) => dc === observer && by !== 'link')) return false
  const isPassive = scenario.mode === 'active-passive' && observer === 'dc2'
  return !isPassive || scenario.launchScript === undefined || scenario.launchScript.kind === 'submit'
}

/** Two DCs that each saw the other DOWN are silent for ever, also once the line is mended (quirk Q4; toolkit reference §7, 16). */
function staysDown(subject: LintSubject): readonly Found[] {
  const { settings, behaviour, faults } = subject
  const failBack = subject.checks.find(({ check }) => check.kind === 'fail_back')
  if (failBack === undefined || recoveryAfterHealSeconds([settings.dc1, settings.dc2], behaviour) !== null) return []
  const isMended = subject.hasUnknownSteps || subject.silences.some(({ by }) => by === 'process')
  if (isMended || subject.hasOtherSettings) return []
  return faults.flatMap((fault) => {
    if (fault.step.fault.kind !== 'partition') return []
    const cuts = subject.silences.filter((silence) => silence.fault.index === fault.index && silence.isSure)
    const isNoticed = (cut: Silence): boolean =>
      cut.heldSeconds !== undefined && cut.heldSeconds >= (windowOf(cut, subject)?.maxSeconds ?? Infinity)
    if (cuts.length < 2 || !cuts.every(isNoticed)) return []
    return [
      {
        message: `A fail-back is expected, but \`${fault.step.id}\` outlasts the detection of both DCs: each declares the other down, and both stay silent after the healing (quirk Q4).`,
        position: failBack.position,
        advice: 'Add a `restart` of one job after the cut, or hold the cut for less than the detection window.',
      },
    ]
  })
}
