import type { ScriptCheck } from '../model/check.ts'
import { datacenterNames, type DatacenterName } from '../model/datacenter.ts'
import type { Timeline } from '../model/timeline.ts'
import { counted } from '../model/units.ts'
import { worstVerdict, type CheckResult } from '../model/verdict.ts'
import type { Facts } from './facts.ts'
import { endText, launchesOf, type Launch } from './launches.ts'
import { isPassiveSide, livesAtEnd, livesOf } from './liveness.ts'
import { cannotShowAbsence } from './observation.ts'
import { isWithin } from './scope.ts'

type Answer = Pick<CheckResult, 'verdict' | 'message'>

/** Whether the passive side's launch script ran so often, and ended so. */
export function checkScript(spec: ScriptCheck, { timeline, scope }: Facts): CheckResult {
  const { launched, exit } = spec
  const dc = datacenterNames.find((name) => isPassiveSide(timeline, name))
  if (dc === undefined) {
    const message = 'No datacenter of this run is passive, so none has a launch script.'
    return { check: 'script', verdict: 'inconclusive', message, evidence: {} }
  }
  const launches = launchesOf(timeline, dc).filter(({ launchedAt }) => isWithin(scope, launchedAt))
  const answers = [
    ...(launched === undefined ? [] : [judgeCount(timeline, { dc, launches, launched })]),
    ...(exit === undefined ? [] : [judgeEnds(timeline, { dc, launches, exit })]),
  ]
  const verdict = worstVerdict(answers.map((answer) => answer.verdict))
  const message = answers
    .filter((answer) => answer.verdict === verdict)
    .map((answer) => answer.message)
    .join(' ')
  return { check: 'script', verdict, message, evidence: { dc, launches: launches.map(summarize) } }
}

interface Question {
  readonly dc: DatacenterName
  readonly launches: readonly Launch[]
}

function judgeCount(timeline: Timeline, question: Question & { readonly launched: number }): Answer {
  const { dc, launches, launched } = question
  const seen =
    launches.length === 0 ? `${dc} launched no script` : `${dc} launched its script ${times(launches.length)}`
  if (launches.length > launched) return { verdict: 'fail', message: `${seen}; expected ${times(launched)}.` }
  if (launches.length === launched && launched > 0) return { verdict: 'pass', message: `${seen}.` }
  // Fewer are only known to be fewer when one more would have been seen.
  const doubt = doubtOfMore(timeline, dc)
  if (doubt !== null) return { verdict: 'inconclusive', message: `${seen}, but ${doubt}.` }
  if (launches.length === launched) return { verdict: 'pass', message: `${seen}.` }
  return { verdict: 'fail', message: `${seen}; expected ${times(launched)}.` }
}

/** Whether another launch might have gone unseen. The dead launch nothing. */
function doubtOfMore(timeline: Timeline, dc: DatacenterName): string | null {
  const hasDied = livesOf(timeline, dc).length > 0 && !livesAtEnd(timeline, dc)
  return hasDied ? null : cannotShowAbsence(timeline, dc)
}

function judgeEnds(timeline: Timeline, question: Question & { readonly exit: number }): Answer {
  const { dc, launches, exit } = question
  if (launches.length === 0) {
    const doubt = doubtOfMore(timeline, dc)
    const message = `${dc} launched no script that could have ended with exit status ${exit}`
    return { verdict: doubt === null ? 'fail' : 'inconclusive', message: `${message}.` }
  }
  const answers = launches.map((launch) => judgeEnd(launch, exit))
  const verdict = worstVerdict(answers.map((answer) => answer.verdict))
  return answers.find((answer) => answer.verdict === verdict) ?? { verdict, message: '' }
}

function judgeEnd({ end }: Launch, exit: number): Answer {
  const said = `The script ${endText(end)}`
  switch (end.kind) {
    case 'exited':
      return end.status === exit
        ? { verdict: 'pass', message: `${said}.` }
        : { verdict: 'fail', message: `${said}; expected ${exit}.` }
    case 'killed':
      return { verdict: 'fail', message: `${said}; expected exit status ${exit}.` }
    case 'unseen':
      return {
        verdict: 'inconclusive',
        message: `${said}, so that its exit status was not seen. Leave \`exit\` out for such a script.`,
      }
    case 'running':
      return { verdict: 'inconclusive', message: `${said} before the run did; expected exit status ${exit}.` }
    default:
      return end satisfies never
  }
}

function times(count: number): string {
  return count === 0 ? 'never' : count === 1 ? 'once' : counted(count, 'time')
}

function summarize({ launchedAt, end, submitted }: Launch): CheckResult['evidence'] {
  return { launchedAt, end: { ...end }, submittedJob: submitted?.jobId ?? null }
}
