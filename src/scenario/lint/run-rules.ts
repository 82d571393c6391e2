import { quirkIds } from '../../model/toolkit-behaviour.ts'
import { formatSeconds } from '../../model/units.ts'
import type { Found, LintRule } from './finding.ts'
import { windowOf } from './silence.ts'
import type { LintSubject } from './subject.ts'
import { causesOf, expectedTakeovers, span } from './takeover-rules.ts'

/** The rules about the run as a whole: its end, its deadline, and why it is expected to fail. */
export const runRules: readonly LintRule[] = [
  { id: 'run-ends-before-takeover', severity: 'error', isExcused: true, find: (subject) => endsEarly(subject, true) },
  {
    id: 'run-ends-within-detection',
    severity: 'warning',
    isExcused: true,
    find: (subject) => endsEarly(subject, false),
  },
  { id: 'never-takeover-unwatched', severity: 'warning', find: unwatched },
  { id: 'timeout-before-end', severity: 'error', find: timeoutBeforeEnd },
  { id: 'known-issue-quirk-off', severity: 'warning', find: quirkOff },
]

function endsEarly(subject: LintSubject, isBefore: boolean): readonly Found[] {
  const end = subject.scenario.opts.runForSeconds
  if (end === undefined || subject.hasOtherSettings || subject.hasUnknownSteps || subject.isUnsteady) return []
  return expectedTakeovers(subject).flatMap(({ check, position }) => {
    const windows = causesOf(subject, check).map((cause) => {
      const window = windowOf(cause, subject)
      const { startSeconds } = cause.fault
      if (window === null || startSeconds === undefined) return null
      return { minSeconds: startSeconds + window.minSeconds, maxSeconds: startSeconds + window.maxSeconds }
    })
    const known = windows.filter((window) => window !== null)
    if (known.length === 0 || known.length < windows.length) return []
    const minSeconds = Math.min(...known.map((window) => window.minSeconds))
    const maxSeconds = Math.min(...known.map((window) => window.maxSeconds))
    if (end > maxSeconds || end <= minSeconds !== isBefore) return []
    return [
      {
        message: `A takeover is expected, and comes at ${span({ minSeconds, maxSeconds })} at the earliest, but the run ends at ${formatSeconds(end)} (\`opts.run_for\`).`,
        position,
        advice: `Let the run last for more than ${formatSeconds(maxSeconds)}, or leave \`run_for\` out.`,
      },
    ]
  })
}

/** A takeover that would come after the end is not seen, so that `never` holds for want of looking. */
function unwatched(subject: LintSubject): readonly Found[] {
  const end = subject.scenario.opts.runForSeconds
  if (end === undefined || subject.hasUnknownSteps || subject.hasOtherSettings || subject.isUnsteady) return []
  return subject.checks.flatMap(({ check, position }) => {
    if (check.kind !== 'takeover' || !check.never) return []
    const lasting = causesOf(subject, check)
    const isOver = lasting.map((cause) => {
      const window = windowOf(cause, subject)
      const { startSeconds } = cause.fault
      return window !== null && startSeconds !== undefined && end <= startSeconds + window.minSeconds
    })
    if (lasting.length === 0 || isOver.includes(false)) return []
    return [
      {
        message: `That no takeover comes cannot fail: the run ends at ${formatSeconds(end)} (\`opts.run_for\`), before the toolkit can have noticed any fault.`,
        position,
        advice: 'Let the run last longer.',
      },
    ]
  })
}

function timeoutBeforeEnd({ scenario, faults, fieldAt }: LintSubject): readonly Found[] {
  const { timeoutSeconds: timeout, runForSeconds } = scenario.opts
  if (timeout === undefined) return []
  const starts = faults.flatMap(({ step, startSeconds }) =>
    startSeconds === undefined ? [] : [startSeconds + (step.forSeconds ?? 0)],
  )
  const end = runForSeconds ?? Math.max(0, ...starts)
  if (timeout > end) return []
  const what = runForSeconds === undefined ? 'its last step' : 'its end (`opts.run_for`)'
  return [
    {
      message: `The run is given up after ${formatSeconds(timeout)}, before ${what} at ${formatSeconds(end)}.`,
      position: fieldAt('timeout'),
      advice: 'Raise `timeout`, which is system time, or leave it out.',
    },
  ]
}

function quirkOff({ scenario, behaviour, fieldAt }: LintSubject): readonly Found[] {
  const { knownIssue } = scenario
  if (knownIssue === undefined) return []
  const off = quirkIds.filter((id) => new RegExp(`\\b${id}\\b`).test(knownIssue) && !behaviour.quirks[id])
  if (off.length === 0) return []
  return [
    {
      message: `The known issue is quirk ${off.join(' and ')}, which \`opts.toolkit\` switches off: the scenario will pass, and count as failed.`,
      position: fieldAt('known_issue'),
      advice: 'Remove `known_issue`, or switch the quirk on.',
    },
  ]
}
