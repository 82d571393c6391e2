import { expect, test } from 'vitest'
import type { ScriptCheck } from '../model/check.ts'
import type { Timeline } from '../model/timeline.ts'
import type { CheckResult } from '../model/verdict.ts'
import { deriveFacts } from './judge-check.ts'
import { checkScript } from './script-check.ts'
import { ended, launched, launchTimeline, ofJob, passiveTimeline } from './testing/passive-timelines.ts'
import { changed, event, killTimeline } from './testing/timeline-builder.ts'

const judge = (spec: Omit<ScriptCheck, 'kind'>, timeline: Timeline): CheckResult =>
  checkScript({ kind: 'script', ...spec }, deriveFacts(timeline))

const failing = launchTimeline({}, [ended(521, { exitCode: 1 })])
const none = changed(launchTimeline(), { without: ['remote_down', 'script_launched'] })
const cutShort = (timeline: Timeline): Timeline =>
  changed(timeline, { without: ['run_ended'], plus: [event(549, 'run_ended')] })

test('passes when the script ran so often, and ended so', () => {
  expect(judge({ launched: 1 }, passiveTimeline())).toMatchObject({
    check: 'script',
    verdict: 'pass',
    message: 'dc2 launched its script once.',
    evidence: { launches: [{ launchedAt: 520.5, submittedJob: '2' }] },
  })
  expect(judge({ launched: 1, exit: 1 }, failing)).toMatchObject({
    verdict: 'pass',
    message: 'dc2 launched its script once. The script ended with exit status 1.',
  })
})

test.each([
  [{ launched: 0 }, 'dc2 launched its script once; expected never.'],
  [{ launched: 2 }, 'dc2 launched its script once; expected 2 times.'],
  [{ exit: 0 }, 'The script ended with exit status 1; expected 0.'],
])('%j fails when it ran once and ended with 1', (spec, message) => {
  expect(judge(spec, failing)).toMatchObject({ verdict: 'fail', message })
})

test('a launch too many fails, however early the run ended', () => {
  expect(judge({ launched: 0 }, cutShort(failing)).verdict).toBe('fail')
})

test('every launch must have ended so', () => {
  const both = launchTimeline({}, [ended(521, { exitCode: 0 }), launched(700), ended(701, { exitCode: 2 })])
  expect(judge({ launched: 2, exit: 0 }, both)).toMatchObject({ verdict: 'fail' })
  const killed = launchTimeline({}, [ended(521, { exitCode: null, signal: 'SIGKILL' })])
  expect(judge({ exit: 0 }, killed)).toMatchObject({
    verdict: 'fail',
    message: 'The script was ended by SIGKILL; expected exit status 0.',
  })
})

test('a script that was never launched passes only where it would have been seen', () => {
  expect(judge({ launched: 0 }, none)).toMatchObject({ verdict: 'pass', message: 'dc2 launched no script.' })
  expect(judge({ launched: 0 }, cutShort(none)).verdict).toBe('inconclusive')
  expect(judge({ launched: 1 }, none)).toMatchObject({
    verdict: 'fail',
    message: 'dc2 launched no script; expected once.',
  })
  expect(judge({ launched: 1 }, cutShort(none)).verdict).toBe('inconclusive')
  expect(judge({ exit: 0 }, none).verdict).toBe('fail')
  expect(judge({ exit: 0 }, cutShort(none)).verdict).toBe('inconclusive')
})

test('a passive side that died launches nothing any more', () => {
  const dead = changed(cutShort(none), { plus: [ofJob(300, 'pe_exited', '1')] })
  expect(judge({ launched: 0 }, dead).verdict).toBe('pass')
  expect(judge({ launched: 1 }, dead).verdict).toBe('fail')
})

test('an end that was not seen is inconclusive, and so is a script that still runs', () => {
  expect(judge({ exit: 0 }, passiveTimeline())).toMatchObject({
    verdict: 'inconclusive',
    message: expect.stringMatching(/ended the process that had launched it, .* Leave `exit` out/),
  })
  expect(judge({ exit: 0 }, launchTimeline())).toMatchObject({
    verdict: 'inconclusive',
    message: expect.stringContaining('did not end before'),
  })
})

test('without a passive side there is no script', () => {
  expect(judge({ launched: 0 }, killTimeline())).toMatchObject({
    verdict: 'inconclusive',
    message: expect.stringContaining('is passive'),
  })
})
