import { datacenterNames, isDatacenterName } from '../../model/datacenter.ts'
import type { DatacenterRef, FaultSpec } from '../../model/fault.ts'
import { datacentersOf } from '../../model/fault.ts'
import type { FaultStep } from '../../model/step.ts'
import { formatSeconds } from '../../model/units.ts'
import { nearestWord } from '../../support/suggest.ts'
import type { Found, LintRule } from './finding.ts'
import { hasEnd, isWithin } from './placed-steps.ts'
import type { PlacedFault } from './placed-steps.ts'
import type { LintSubject } from './subject.ts'

/** The rules about single faults: their targets, their ends, and what they do to each other. */
export const faultRules: readonly LintRule[] = [
  { id: 'fault-without-end', severity: 'warning', isExcused: true, find: faultWithoutEnd },
  { id: 'fault-on-dead-job', severity: 'warning', find: faultOnDeadJob },
  { id: 'target-missing', severity: 'error', find: targetMissing },
  { id: 'role-unknown', severity: 'error', find: roleUnknown },
  { id: 'ports-unused', severity: 'warning', find: portsUnused },
  { id: 'special-message-unknown', severity: 'warning', find: unknownMessage },
  { id: 'too-short-for-scale', severity: 'error', find: tooShortForScale },
  { id: 'loss-needs-slow-time', severity: 'error', find: lossNeedsSlowTime },
]

/** What needs a DC that works again. */
function faultWithoutEnd(subject: LintSubject): readonly Found[] {
  const failBack = subject.checks.find(({ check }) => check.kind === 'fail_back')
  if (failBack === undefined || subject.hasUnknownSteps) return []
  const lasting = subject.silences.filter(
    ({ fault, isSure, dc }) => isSure && !hasEnd(fault) && !isRevived(subject, { fault, dc }),
  )
  return [...new Map(lasting.map(({ fault }) => [fault.index, fault])).values()].map(({ step }) => ({
    message: `A fail-back is expected in line ${failBack.position.line}, but \`${step.id}\` is held to the end of the run.`,
    position: subject.stepAt(step.id),
    advice: 'Give it `for` or `until`, or a step `heal`.',
  }))
}

/** Whether a later step starts the DC's job anew. */
function isRevived({ faults }: LintSubject, of: { readonly fault: PlacedFault; readonly dc: DatacenterRef }): boolean {
  return faults.some(
    ({ index, step: { fault } }) =>
      index > of.fault.index &&
      fault.kind === 'restart' &&
      (fault.target.dc === of.dc || !isDatacenterName(fault.target.dc)),
  )
}

/** Kinds that take the whole job down until they are healed. */
const deadly: readonly FaultSpec['kind'][] = ['kill', 'cancel_job', 'datacenter_outage', 'power_loss']
/** Kinds that need a job that runs. */
const needsLife: readonly FaultSpec['kind'][] = [
  'kill',
  'crash',
  'pause',
  'operator_restart',
  'cancel_job',
  'orderly_shutdown',
  'special_message',
]

function faultOnDeadJob(subject: LintSubject): readonly Found[] {
  return subject.faults.flatMap((later) => {
    if (!needsLife.includes(later.step.fault.kind) || isOnManagement(later.step)) return []
    const killer = subject.faults.find(
      (earlier) => earlier.index < later.index && isDeadAt(subject, { earlier, later }),
    )
    if (killer === undefined) return []
    const [dc] = datacentersOf(later.step.fault)
    const until =
      killer.step.forSeconds === undefined ? 'to the end of the run' : `for ${formatSeconds(killer.step.forSeconds)}`
    return [
      {
        message: `\`${later.step.id}\` acts on ${dc}'s job, which \`${killer.step.id}\` holds down ${until}: there is nothing to act on.`,
        position: subject.stepAt(later.step.id),
        advice: `End \`${killer.step.id}\` before, or act on the other DC.`,
      },
    ]
  })
}

function isDeadAt(subject: LintSubject, of: { readonly earlier: PlacedFault; readonly later: PlacedFault }): boolean {
  const { earlier, later } = of
  const [victim] = datacentersOf(earlier.step.fault)
  const [target] = datacentersOf(later.step.fault)
  const isWhole = deadly.includes(earlier.step.fault.kind) && isWholeJob(earlier.step)
  if (!isWhole || victim === undefined || victim !== target || !isDatacenterName(victim)) return false
  if (earlier.isDrawn || later.isDrawn || isRevived(subject, { fault: earlier, dc: victim })) return false
  // What a group does at once or beside the rest has no order that could be told from here.
  if (earlier.parent !== undefined || (later.parent !== undefined && !isWithin(later, earlier))) return false
  if (isWithin(later, earlier)) return true
  if (!hasEnd(earlier)) return isAfter(later, earlier)
  const { startSeconds: start, step } = earlier
  const { startSeconds: at } = later
  if (start === undefined || at === undefined || step.forSeconds === undefined) return false
  return at >= start && at < start + step.forSeconds
}

function isAfter(later: PlacedFault, earlier: PlacedFault): boolean {
  if (later.startSeconds !== undefined && earlier.startSeconds !== undefined) {
    return later.startSeconds >= earlier.startSeconds
  }
  return later.step.at === undefined && later.step.when === undefined
}

function isWholeJob({ fault }: FaultStep): boolean {
  if (fault.kind === 'power_loss') return fault.target.host === undefined
  return !('target' in fault && ('pes' in fault.target || 'management' in fault.target))
}

function isOnManagement({ fault }: FaultStep): boolean {
  return 'target' in fault && 'management' in fault.target && fault.target.management !== undefined
}

/** `opts.pes` says how many PEs a job has; host names are the topology's, and operators' names the application's. */
function targetMissing(subject: LintSubject): readonly Found[] {
  const { pes } = subject.scenario.opts
  if (pes === undefined) return []
  return subject.faults.flatMap(({ step }) => {
    const { fault } = step
    if (!('target' in fault) || !('pes' in fault.target) || fault.target.pes === undefined) return []
    const beyond = fault.target.pes.filter((index) => index >= pes)
    if (beyond.length === 0) return []
    const said = beyond.map((index) => `pe[${index}]`).join(' and ')
    return [
      {
        message: `\`${step.id}\` acts on ${said}, but each job has ${pes} PE${pes === 1 ? '' : 's'} (\`opts.pes\`), counted from 0.`,
        position: subject.stepAt(step.id),
        advice: `Use pe[0]${pes === 1 ? '' : ` to pe[${pes - 1}]`}, or raise \`opts.pes\`.`,
      },
    ]
  })
}

/** Who survived is known only once somebody failed. */
function roleUnknown(subject: LintSubject): readonly Found[] {
  if (subject.hasUnknownSteps || subject.isUnsteady) return []
  return subject.faults.flatMap((placed) => {
    const role = datacentersOf(placed.step.fault).find((dc) => !isDatacenterName(dc))
    if (role === undefined) return []
    const causes = subject.silences.filter(({ fault }) => fault.index !== placed.index && !isWithin(fault, placed))
    if (causes.length > 0) return []
    return [
      {
        message: `\`${placed.step.id}\` acts on \`${role}\`, but no other step makes a DC fail: nobody is that.`,
        position: subject.stepAt(placed.step.id),
        advice: 'Name dc1 or dc2, or put the fault that somebody survives before it.',
      },
    ]
  })
}

/** Heartbeats go to the base port, snapshot pair c to base + 1 + c (toolkit reference §3.1). */
function portsUnused({ faults, settings, stepAt, hasOtherSettings }: LintSubject): readonly Found[] {
  if (hasOtherSettings) return []
  const used = datacenterNames.flatMap((dc) => {
    const { crossDCHttpPort: base, numberOfHttpSenderReceiverPairs: pairs } = settings[dc]
    return Array.from({ length: pairs + 1 }, (_, offset) => base + offset)
  })
  return faults.flatMap(({ step }) => {
    const { fault } = step
    if (!('ports' in fault) || typeof fault.ports === 'string') return []
    const unused = fault.ports.filter((port) => !used.includes(port))
    if (unused.length === 0) return []
    const [base, last] = [Math.min(...used), Math.max(...used)]
    return [
      {
        message: `\`${step.id}\` names port ${unused.join(', ')}, which no cross-DC connection uses: heartbeats go to ${base}, snapshots to ${base + 1}${last > base + 1 ? ` to ${last}` : ''}.`,
        position: stepAt(step.id),
        advice: 'Write `ports: heartbeat`, `snapshot` or `all`.',
      },
    ]
  })
}

/** Any other word is silently ignored (toolkit reference §2). */
const words = ['OrderlyShutdown', 'SendMeDataFromSnapshotFiles']

function unknownMessage({ faults, stepAt }: LintSubject): readonly Found[] {
  return faults.flatMap(({ step }) => {
    const { fault } = step
    if (fault.kind !== 'special_message' || words.includes(fault.message)) return []
    const near = nearestWord(fault.message, words)
    return [
      {
        message: `\`${step.id}\` sends ${JSON.stringify(fault.message)}, which the toolkit ignores without a word.`,
        position: stepAt(step.id),
        advice: near === undefined ? `It knows ${words.join(' and ')}.` : `Did you mean "${near}"?`,
      },
    ]
  })
}

/** What is shorter than this in real time is lost in the machine's own lateness (decisions 13). */
const realSecondsMin = 0.002

function tooShortForScale({ faults, scenario, stepAt }: LintSubject): readonly Found[] {
  const { timeScale } = scenario.opts
  if (timeScale === undefined) return []
  return faults.flatMap(({ step }) => {
    const held = step.fault.kind === 'flap' ? Math.min(step.fault.downSeconds, step.fault.upSeconds) : step.forSeconds
    if (held === undefined || held / timeScale >= realSecondsMin) return []
    return [
      {
        message: `\`${step.id}\` lasts ${formatSeconds(held)}, which at \`opts.time_scale: ${timeScale}\` is less than ${realSecondsMin * 1000} ms of real time.`,
        position: stepAt(step.id),
        advice: `Use a time scale of at most ${Math.max(1, Math.floor(held / realSecondsMin))}, or a longer fault.`,
      },
    ]
  })
}

/** TCP's own timers do not scale, so neither does what lost packets cost (decisions 13). */
const lossTimeScaleMax = 4

function lossNeedsSlowTime({ faults, scenario, stepAt }: LintSubject): readonly Found[] {
  const { timeScale } = scenario.opts
  if (timeScale === undefined || timeScale <= lossTimeScaleMax) return []
  return faults.flatMap(({ step }) => {
    const { fault } = step
    if (fault.kind !== 'netem' || fault.lossPercent === undefined || fault.lossPercent === 0) return []
    return [
      {
        message: `\`${step.id}\` loses packets, and TCP's own timers do not go faster with \`opts.time_scale: ${timeScale}\`.`,
        position: stepAt(step.id),
        advice: `Use a time scale of at most ${lossTimeScaleMax}.`,
      },
    ]
  })
}
