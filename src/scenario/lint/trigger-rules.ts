import { datacenterNames, isDatacenterName, otherDatacenter } from '../../model/datacenter.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { DatacenterRef } from '../../model/fault.ts'
import type { Trigger, TriggerEvent } from '../../model/step.ts'
import { formatSeconds } from '../../model/units.ts'
import { signalTicks, snapshotStoreKind } from '../../toolkit/oracle.ts'
import type { Found, LintRule } from './finding.ts'
import { hasEnd, isWithin } from './placed-steps.ts'
import type { PlacedStep } from './placed-steps.ts'
import type { LintSubject } from './subject.ts'

/** The rules about events that steps wait for. */
export const triggerRules: readonly LintRule[] = [
  { id: 'trigger-impossible', severity: 'error', isExcused: true, find: impossibleTriggers },
]

/** A trigger where it stands. */
interface PlacedTrigger {
  readonly trigger: Trigger
  /** `until` of a fault: its own effect may bring the event about. */
  readonly isUntil: boolean
  readonly of: PlacedStep
}

function impossibleTriggers(subject: LintSubject): readonly Found[] {
  return triggersOf(subject).flatMap((placed) => {
    const why = whyNever(subject, placed)
    if (why === null) return []
    const { step } = placed.of
    return [
      {
        message: `\`${step.id}\` waits for ${eventText(placed.trigger)}, which cannot come: ${why}`,
        position: subject.stepAt(step.id),
        advice: 'Wait for another event, or give a time.',
      },
    ]
  })
}

function triggersOf({ steps }: LintSubject): readonly PlacedTrigger[] {
  return steps.flatMap((of): readonly PlacedTrigger[] => {
    const { step } = of
    const found: PlacedTrigger[] = []
    if (step.when !== undefined) found.push({ trigger: step.when, isUntil: false, of })
    if ('fault' in step && step.until !== undefined) found.push({ trigger: step.until, isUntil: true, of })
    if ('action' in step && step.action.kind === 'wait' && step.action.until !== undefined) {
      found.push({ trigger: step.action.until, isUntil: false, of })
    }
    return found
  })
}

function eventText({ event, occurrence = 1 }: Trigger): string {
  const name = event.of === 'step' ? `${event.step}.${event.event}` : `${event.dc}.${event.event}`
  return occurrence === 1 ? `\`${name}\`` : `no. ${occurrence} of \`${name}\``
}

function whyNever(subject: LintSubject, placed: PlacedTrigger): string | null {
  const { trigger } = placed
  if (trigger.event.of === 'step') return whyNotHealed(subject, trigger.event)
  return whyNoEvent(subject, placed) ?? whyTooLate(subject, trigger)
}

/** That a step is there, is a fault and does not come later, the language itself demands. */
function whyNotHealed({ faults }: LintSubject, event: TriggerEvent & { readonly of: 'step' }): string | null {
  const target = faults.find(({ step }) => step.id === event.step)
  if (event.event === 'fault_effective' || target === undefined || hasEnd(target)) return null
  return `\`${event.step}\` is held to the end of the run.`
}

function whyNoEvent(subject: LintSubject, placed: PlacedTrigger): string | null {
  const { event } = placed.trigger
  if (event.of === 'step') return null
  const { scenario, hasOtherSettings } = subject
  switch (event.event) {
    case 'script_launched':
      if (scenario.mode !== 'active-passive') return 'only a passive side launches a script, and both are active.'
      if (event.dc === 'dc1') return 'dc1 is the active side, and launches nothing.'
      return whyNotDown(subject, placed)
    case 'snapshot_signal':
    case 'snapshot_stored':
    case 'protected':
      return hasOtherSettings ? null : whyNoSnapshot(subject, { dc: event.dc, event: event.event })
    case 'snapshot_returned':
      return whyNotReturned(subject)
    case 'remote_down':
    case 'takeover_started':
    case 'takeover_done':
      return whyNotDown(subject, placed)
    default:
      return null
  }
}

function whyNoSnapshot(
  subject: LintSubject,
  of: { readonly dc: DatacenterRef; readonly event: 'snapshot_signal' | 'snapshot_stored' | 'protected' },
): string | null {
  const { settings, behaviour, schedules, scenario } = subject
  const reasons = (isDatacenterName(of.dc) ? [of.dc] : datacenterNames).map((dc): string | null => {
    const sender = of.event === 'snapshot_stored' ? otherDatacenter(dc) : dc
    if (schedules[sender] === null) {
      const isPassive = scenario.mode === 'active-passive' && sender === 'dc2'
      return `${sender} sends no snapshots, since ${isPassive ? 'it is passive' : 'they are off in `crossdc`'}.`
    }
    const keeper = otherDatacenter(sender)
    const isKept = of.event === 'snapshot_signal' || snapshotStoreKind(settings[keeper], behaviour) !== 'none'
    return isKept ? null : `${keeper} has no store for snapshots.`
  })
  return reasons.includes(null) ? null : (reasons[0] ?? null)
}

/** Only with flag 25 on are snapshots sent back (toolkit reference §5.4). */
function whyNotReturned({ scenario, faults, hasUnknownSteps }: LintSubject): string | null {
  const isOn = datacenterNames.some((dc) => scenario.crossdc[dc].sendDataSnapshotsToOriginDCAtStartup === true)
  const isTurnedOn = faults.some(
    ({ step: { fault } }) => fault.kind === 'restart' && fault.crossdc?.sendDataSnapshotsToOriginDCAtStartup === true,
  )
  if (isOn || isTurnedOn || hasUnknownSteps) return null
  return 'sendDataSnapshotsToOriginDCAtStartup is off in both DCs.'
}

function whyNotDown(subject: LintSubject, placed: PlacedTrigger): string | null {
  const { event } = placed.trigger
  if (event.of === 'step' || subject.hasUnknownSteps || subject.isUnsteady) return null
  const others = subject.silences.filter(({ fault }) => placed.isUntil || !isWithin(fault, placed.of))
  const observer = isDatacenterName(event.dc) ? event.dc : undefined
  const failed = observer === undefined ? undefined : otherDatacenter(observer)
  if (others.some(({ dc }) => failed === undefined || dc === failed)) return null
  return `no other step keeps ${failed ?? 'a DC'} from being heard.`
}

/** Whether the event's turn comes only after the end of the run. */
function whyTooLate({ scenario, settings, behaviour, hasOtherSettings }: LintSubject, trigger: Trigger): string | null {
  const { event, occurrence = 1, since } = trigger
  const end = scenario.opts.runForSeconds
  if (event.of === 'step' || end === undefined || since !== undefined || hasOtherSettings) return null
  if (!isDatacenterName(event.dc)) return null
  const sender = senderOf(event.event, event.dc)
  if (sender === null || (event.event === 'protected' && occurrence > 1)) return null
  // Of several parts each is stored for itself, so that a later one may come as early as the first.
  const round = event.event === 'snapshot_signal' ? occurrence : 1
  const signal = signalTicks({ settings: settings[sender], count: Math.min(round, 100_000), behaviour }).at(-1)
  if (signal === undefined) return null
  const seconds = signal.seconds + (sender === 'dc2' ? scenario.opts.startOffsetSeconds : 0)
  return seconds > end ? `it comes at ${formatSeconds(seconds)}, and the run ends at ${formatSeconds(end)}.` : null
}

/** Whose signals an event follows. */
function senderOf(event: string, dc: DatacenterName): DatacenterName | null {
  if (event === 'snapshot_signal' || event === 'protected') return dc
  return event === 'snapshot_stored' ? otherDatacenter(dc) : null
}
