import { otherDatacenter } from '../model/datacenter.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import type { Scenario } from '../model/scenario.ts'
import type { Step } from '../model/step.ts'
import { formatSeconds } from '../model/units.ts'
import type { ExpectedEvent, ForecastParts } from './forecast.ts'
import type { ScheduledStep } from './forecast-steps.ts'
import { shownWindow } from './forecast-time.ts'
import type { Span } from './forecast-time.ts'
import type { PlanRow, PlanTime } from './plan-row.ts'
import { stepNotes } from './plan-notes.ts'
import { checkWords, endWords, stepWords, trafficWords, triggerWords } from './plan-words.ts'

/** The run as rows of a table: its start, its steps in the order of the file, what is to be expected, its end and its checks. */
export function planRows(scenario: Scenario, forecast: ForecastParts): readonly PlanRow[] {
  return [
    ...startRows(scenario, forecast),
    ...actRows(scenario, forecast),
    ...endRows(scenario, forecast),
    ...scenario.checks.map((check) => row({ kind: 'check', what: checkWords(check), begins: atEnd })),
    ...objectiveRows(scenario),
  ]
}

const atEnd: PlanTime = { words: 'of the whole run', window: null }

function startRows(scenario: Scenario, forecast: ForecastParts): readonly PlanRow[] {
  const { setting, ready, expected } = forecast
  const starts = (['dc1', 'dc2'] as const).map((dc) =>
    row({
      kind: 'start',
      what: `start ${dc}'s job, ${scenario.sab[dc]}`,
      begins: exact(setting.startSeconds[dc]),
    }),
  )
  const traffic = scenario.traffic.map((spec) =>
    row({
      kind: 'traffic',
      what: trafficWords(spec),
      begins: time('both jobs healthy', ready),
      ends: trafficEnd(spec),
    }),
  )
  const first = expected.filter(({ event }) => event !== 'takeover').toSorted((a, b) => a.span.min - b.span.min)
  return [...starts, ...traffic, ...first.map((one) => expectedRow(one, scenario))]
}

function trafficEnd({ until, forSeconds, count }: Scenario['traffic'][number]): PlanTime {
  if (until === 'fault') return { words: 'before the first fault', window: null }
  if (forSeconds !== undefined) return { words: `after ${formatSeconds(forSeconds)}`, window: null }
  return { words: count === undefined ? 'with the run' : `after ${count} tuples`, window: null }
}

/** The steps, and each takeover before the first step that begins after it. */
function actRows(scenario: Scenario, forecast: ForecastParts): readonly PlanRow[] {
  const takeovers = forecast.expected.filter(({ event }) => event === 'takeover')
  let left = takeovers.toSorted((a, b) => a.span.min - b.span.min)
  const rows = stepRows(scenario.steps, forecast).flatMap((one) => {
    const from = one.depth === 0 ? (one.begins.window?.min ?? -Infinity) : -Infinity
    const before = left.filter(({ span }) => span.min < from)
    left = left.filter((takeover) => !before.includes(takeover))
    return [...before.map((takeover) => expectedRow(takeover, scenario)), one]
  })
  return [...rows, ...left.map((takeover) => expectedRow(takeover, scenario))]
}

function stepRows(steps: readonly Step[], { schedule }: ForecastParts): readonly PlanRow[] {
  const before = predecessors(steps)
  return schedule.steps.map((scheduled) => {
    const { step, depth } = scheduled
    return {
      kind: 'step',
      depth,
      id: step.id,
      what: stepWords(step),
      begins: time(beginWords(step, before.get(step.id)), scheduled.began),
      ends: endOf(scheduled),
      notes: stepNotes(step),
    }
  })
}

function endOf({ step, ended }: ScheduledStep): PlanTime | null {
  if ('action' in step && !['wait', 'exec', 'http', 'custom'].includes(step.action.kind)) return null
  const words =
    'fault' in step ? endWords(step) : 'group' in step && step.group === 'background' ? 'with the run' : 'when done'
  return { words, window: ended === null ? null : shownWindow(ended) }
}

function beginWords(step: Step, before: string | undefined): string {
  if (step.when !== undefined) return triggerWords(step.when)
  if (step.at !== undefined) return `at ${formatSeconds(step.at)}`
  return before === undefined ? 'at once' : `after ${before}`
}

/** The step that each one follows, by id. */
function predecessors(steps: readonly Step[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const visit = (list: readonly Step[], isParallel: boolean): void => {
    for (const [index, step] of list.entries()) {
      const before = list[index - 1]
      if (before !== undefined && !isParallel) found.set(step.id, before.id)
      if ('steps' in step) visit(step.steps, step.group === 'parallel')
      if ('fault' in step) visit(step.during ?? [], false)
    }
  }
  visit(steps, false)
  return found
}

function expectedRow({ event, dc, span, isSure }: ExpectedEvent, scenario: Scenario): PlanRow {
  const doubt = isSure ? '' : ', perhaps'
  return row({
    kind: 'expected',
    what: `${expectedWords(event, dc, scenario)}${doubt}`,
    begins: time('expected', span),
  })
}

function expectedWords(event: ExpectedEvent['event'], dc: DatacenterName, { mode }: Scenario): string {
  const other = otherDatacenter(dc)
  if (event === 'connected') return `${dc} sees ${other} up`
  if (event === 'protected') return `${dc}'s first snapshot to ${other}`
  const act = mode === 'active-passive' && dc === 'dc2' ? 'launches the application' : 'takes over'
  return `${dc} notices that ${other} is gone and ${act}`
}

function endRows({ opts, steps }: Scenario, { end }: ForecastParts): readonly PlanRow[] {
  const words = opts.runForSeconds === undefined ? 'all steps and takeovers done' : 'run_for'
  const healing = steps.some((step) => 'fault' in step || 'group' in step)
  return [
    row({ kind: 'end', what: 'stop traffic, ask for the state', begins: time(words, end) }),
    ...(healing
      ? [row({ kind: 'end', what: 'heal what still acts, newest first', begins: time('after that', end) })]
      : []),
  ]
}

function objectiveRows({ objectives }: Scenario): readonly PlanRow[] {
  const { rto = {}, lossPercent, lossSeconds } = objectives
  const limits = [
    ...Object.entries(rto).map(([part, seconds]) => `recovery time, ${part}: at most ${formatSeconds(seconds)}`),
    ...(lossPercent === undefined ? [] : [`data loss: at most ${lossPercent} %`]),
    ...(lossSeconds === undefined ? [] : [`data loss: at most ${formatSeconds(lossSeconds)}`]),
  ]
  return limits.map((what) => row({ kind: 'check', what, begins: atEnd }))
}

function row(of: Pick<PlanRow, 'kind' | 'what' | 'begins'> & { readonly ends?: PlanTime }): PlanRow {
  const { kind, what, begins, ends = null } = of
  return { kind, depth: 0, id: '', what, begins, ends, notes: [] }
}

function time(words: string, span: Span): PlanTime {
  return { words, window: shownWindow(span) }
}

function exact(seconds: number): PlanTime {
  return { words: `at ${formatSeconds(seconds)}`, window: { min: seconds, max: seconds } }
}
