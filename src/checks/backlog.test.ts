import { expect, test } from 'vitest'
import { backlogReadings, levelBeforeFault } from './backlog.ts'
import { checkBacklogDrains } from './backlog-drains.ts'
import { deriveFacts } from './judge-check.ts'
import { checkObjectives } from './objectives.ts'
import { backlogTimeline } from './testing/load-builder.ts'
import { killTimeline } from './testing/timeline-builder.ts'

function judge(within: number, timeline = backlogTimeline()): ReturnType<typeof checkBacklogDrains> {
  return checkBacklogDrains({ kind: 'backlog_drains', within }, deriveFacts(timeline))
}

test('the backlog is what was accepted and did not come out yet', () => {
  const timeline = backlogTimeline({ stuckUntil: 700 })
  expect(levelBeforeFault(timeline)).toBe(1)
  expect(backlogReadings(timeline).find(({ t }) => t === 390)?.tuples).toBe(1)
})

test('what a dead datacenter had not put out is nobody’s backlog', () => {
  const timeline = backlogTimeline()
  const short = {
    ...timeline,
    outputs: timeline.outputs.filter(({ producedBy, t }) => producedBy === 'dc2' || t < 300),
  }
  expect(judge(60, short).verdict).toBe('pass')
})

test('drains in time, a second too late, and never', () => {
  // From 521.5 s on dc2 is stuck until 600 s.
  const stuck = backlogTimeline({ stuckUntil: 600 })
  expect(judge(79, stuck)).toMatchObject({ verdict: 'pass', evidence: { drainedSeconds: 78.5, levelTuples: 1 } })
  expect(judge(78, stuck).verdict).toBe('fail')
  const never = backlogTimeline({ stuckUntil: Infinity })
  expect(judge(300, never).verdict).toBe('fail')
  expect(judge(400, never).verdict).toBe('inconclusive')
})

test('outputs that lag behind are no inputs that caught up', () => {
  const lagging = backlogTimeline({ behind: { tuples: 50, until: 600 } })
  expect(judge(79, lagging)).toMatchObject({ verdict: 'pass', evidence: { drainedSeconds: 78.5, peakTuples: 51 } })
  expect(judge(78, lagging).verdict).toBe('fail')
})

test('is inconclusive when outputs were not read, or nothing went in after the outage', () => {
  const measuringFaults = [{ t: 5, dc: 'dc2', message: 'counter jumped from 3 to 5' }] as const
  expect(judge(60, { ...backlogTimeline(), measuringFaults }).verdict).toBe('inconclusive')
  expect(judge(60, killTimeline()).verdict).toBe('inconclusive')
})

test('the time of catching up is a phase of the takeover, with a budget of its own', () => {
  const facts = deriveFacts(backlogTimeline({ stuckUntil: 600 }))
  const [takeover] = facts.takeovers
  const drain = takeover?.phases.find(({ name }) => name === 'drain')
  expect(drain).toMatchObject({ startSeconds: 521.5 })
  expect(drain?.endSeconds).toBeCloseTo(600, 0)
  // It follows what the recovery ends with.
  expect(takeover?.totalSeconds).toBe(121.5)
  const verdicts = (limit: number): readonly string[] =>
    checkObjectives({ rto: { drain: limit } }, facts).map(({ check, verdict }) => `${check}: ${verdict}`)
  expect(verdicts(79)).toEqual(['rto_drain: pass'])
  expect(verdicts(78)).toEqual(['rto_drain: fail'])
})

test('without traffic there is no such phase', () => {
  expect(deriveFacts(killTimeline()).takeovers[0]?.phases.map(({ name }) => name)).not.toContain('drain')
})
