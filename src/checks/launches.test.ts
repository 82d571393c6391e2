import { expect, test } from 'vitest'
import type { Timeline, TimelineEvent } from '../model/timeline.ts'
import { deriveFacts } from './judge-check.ts'
import { fruitlessLaunch, launchAllowance, launchesOf, launchSeconds, successionOf } from './launches.ts'
import { downSpans } from './status-changes.ts'
import {
  ended,
  launched,
  launchTimeline,
  ofJob,
  passiveTimeline,
  unprotectedTimeline,
} from './testing/passive-timelines.ts'
import { changed, event, killTimeline } from './testing/timeline-builder.ts'

const after = { observer: 'dc2', from: 520, until: Infinity } as const
const withEvents = (...plus: readonly TimelineEvent[]): Timeline => launchTimeline({}, plus)

test('a script that ends is known by its process, with its status or its signal', () => {
  const both = withEvents(ended(521, { exitCode: 3 }), launched(700), ended(701, { exitCode: null, signal: 'SIGKILL' }))
  expect(launchesOf(both, 'dc2')).toEqual([
    { launchedAt: 520.5, end: { kind: 'exited', status: 3 }, submitted: null },
    { launchedAt: 700, end: { kind: 'killed', signal: 'SIGKILL' }, submitted: null },
  ])
  expect(launchesOf(both, 'dc1')).toEqual([])
})

test('another script’s end is not this one’s', () => {
  const other = event(521, 'script_ended', { dc: 'dc2', detail: { pid: 8, exitCode: 0, signal: null } })
  expect(launchesOf(withEvents(other), 'dc2')).toMatchObject([{ end: { kind: 'running' } }])
})

test('a script that ends its own launcher is not seen to end, and its job is the first that comes', () => {
  expect(launchesOf(passiveTimeline(), 'dc2')).toEqual([
    { launchedAt: 520.5, end: { kind: 'unseen' }, submitted: { t: 525, jobId: '2' } },
  ])
})

test('a script whose end nothing tells of still runs; so it does after another job’s end', () => {
  expect(launchesOf(withEvents(ofJob(600, 'pe_exited', '5')), 'dc2')).toMatchObject([{ end: { kind: 'running' } }])
})

test('what came of a DOWN: the launch, the health of the job that was adopted, and the operator’s word', () => {
  expect(successionOf(passiveTimeline(), after)).toMatchObject({
    launch: { launchedAt: 520.5 },
    healthy: { t: 540 },
    told: { t: 541 },
  })
  expect(successionOf(passiveTimeline(), { ...after, until: 539 })).toMatchObject({ healthy: null, told: null })
})

test('another job’s health is not the launched one’s', () => {
  const timeline = changed(passiveTimeline(), { plus: [ofJob(530, 'job_healthy', '9')] })
  expect(successionOf(timeline, after).healthy?.t).toBe(540)
})

test.each([
  ['ended with exit status 1 and submitted no job', true, [ended(521, { exitCode: 1 })]],
  ['ended with exit status 0 and submitted no job', true, [ended(521, { exitCode: 0 })]],
  ['was ended by SIGKILL and submitted no job', true, [ended(521, { exitCode: null, signal: 'SIGKILL' })]],
  ['did not end and submitted no job', true, []],
  ['submitted job 2, which did not become healthy', true, [ofJob(530, 'job_submitted', '2')]],
] as const)('a launch that came to nothing: it %s', (what, isFinal, plus) => {
  const found = fruitlessLaunch(withEvents(...plus), after)
  expect(found).toEqual({ what: `dc2's launch script ${what}`, isFinal })
})

test('it is final only when what may still come would have come', () => {
  const until = (end: number, ...plus: readonly TimelineEvent[]): boolean | undefined =>
    fruitlessLaunch(changed(withEvents(...plus), { without: ['run_ended'], plus: [event(end, 'run_ended')] }), after)
      ?.isFinal
  // At time scale 1 what is seen late comes within 5 s, and a launch takes a minute at most.
  expect(until(525.4, ended(521, { exitCode: 1 }))).toBe(false)
  expect(until(525.5, ended(521, { exitCode: 1 }))).toBe(true)
  expect(until(580.4)).toBe(false)
  expect(until(580.5)).toBe(true)
  expect(until(580.4, ofJob(530, 'job_submitted', '2'))).toBe(false)
  expect(until(580.5, ofJob(530, 'job_submitted', '2'))).toBe(true)
  expect(launchAllowance({ timeScale: 60 })).toBe(300)
})

test('a passive side that launches nothing after a DOWN is told so', () => {
  const silent = changed(launchTimeline(), { without: ['script_launched'] })
  expect(fruitlessLaunch(silent, after)).toEqual({ what: 'dc2 launched no script', isFinal: true })
})

test('a launch that came to a job, and a DOWN at an active side, are not fruitless', () => {
  expect(fruitlessLaunch(passiveTimeline(), after)).toBeNull()
  expect(fruitlessLaunch(killTimeline(), after)).toBeNull()
})

test('the launch takes from the script to the operator’s word, and nothing where nobody is passive', () => {
  const seconds = (timeline: Timeline): readonly (number | null)[] =>
    deriveFacts(timeline).takeovers.map((takeover) => launchSeconds(timeline, takeover))
  expect(seconds(passiveTimeline())).toEqual([20.5])
  expect(seconds(changed(unprotectedTimeline(), { without: ['special_message'] }))).toEqual([19.5])
  expect(seconds(launchTimeline())).toEqual([null])
  expect(seconds(changed(passiveTimeline(), { without: ['script_launched'] }))).toEqual([null])
  expect(seconds(killTimeline())).toEqual([0])
})

test('each DOWN has the launch that came after it', () => {
  const again = [
    event(600, 'remote_up', { dc: 'dc2', of: 'dc1' }),
    event(800, 'remote_down', { dc: 'dc2', of: 'dc1' }),
    launched(801),
  ]
  const timeline = withEvents(ended(521, { exitCode: 1 }), ...again)
  const starts = downSpans(timeline).map((span) => successionOf(timeline, span).launch?.launchedAt)
  expect(starts).toEqual([520.5, 801])
})
