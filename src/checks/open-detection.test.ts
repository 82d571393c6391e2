import { expect, test } from 'vitest'
import type { Timeline } from '../model/timeline.ts'
import { judgeCheck } from './evaluate.ts'
import { checkObjectives } from './objectives.ts'
import { deriveFacts } from './judge-check.ts'
import { bothUp, brokenOff, changed, event, faultEvents, settingsOf, state } from './testing/timeline-builder.ts'

const atMost = { kind: 'loss', atMost: { unit: 'seconds', value: 151 } } as const
const atLeast = { kind: 'loss', atLeast: { unit: 'seconds', value: 200 } } as const
const verdicts = (timeline: Timeline): readonly string[] =>
  [atMost, atLeast].map((check) => judgeCheck(check, timeline).verdict)

test('what a dead datacenter had is not lost for good while the other may yet take it over', () => {
  const timeline = brokenOff(450)
  expect(verdicts(timeline)).toEqual(['inconclusive', 'inconclusive'])
  expect(judgeCheck(atMost, timeline).message).toBe(
    'The loss is not known: dc1 had been dead for 50 s when the survivor was asked; dc2 had not declared it down yet and may take 150 s.',
  )
  const objectives = checkObjectives({ lossSeconds: 151, lossPercent: 50 }, deriveFacts(timeline))
  expect(objectives.map(({ verdict }) => verdict)).toEqual(['inconclusive', 'inconclusive'])
})

test('once the window is over, or the other is declared down, the loss is known', () => {
  expect(verdicts(brokenOff(549))).toEqual(['inconclusive', 'inconclusive'])
  expect(verdicts(brokenOff(551))).toEqual(['fail', 'pass'])
  const declared = changed(brokenOff(549), { plus: [event(520, 'remote_down', { dc: 'dc2', of: 'dc1' })] })
  expect(verdicts(declared)).toEqual(['fail', 'pass'])
  expect(verdicts({ ...brokenOff(551), resolutionSeconds: 1 })).toEqual(['inconclusive', 'inconclusive'])
})

test('nobody is waited for who declared the other down before it died', () => {
  const cut = changed(brokenOff(450), { plus: [event(300, 'remote_down', { dc: 'dc2', of: 'dc1' })] })
  expect(verdicts(cut)).toEqual(['fail', 'pass'])
})

test('nobody is waited for who never notices', () => {
  const settings = {
    dc1: settingsOf('dc1'),
    dc2: settingsOf('dc2', { consecutiveHeartbeatMissesAllowed: 255 }),
  }
  expect(verdicts(brokenOff(450, { settings }))).toEqual(['fail', 'pass'])
})

test('nobody is waited for who died as well', () => {
  const both = changed(brokenOff(450), { plus: faultEvents(420, { fault: 'too', kind: 'kill', dc: 'dc2' }) })
  expect(judgeCheck(atMost, both).message).not.toContain('may take')
})

test('a datacenter that lives again is not waited for', () => {
  const back = changed(brokenOff(450), { plus: [event(410, 'job_started', { dc: 'dc1' })] })
  const states = [state({ t: 450, origin: 'dc2', intervals: [] }), state({ t: 450, producedBy: 'dc1', intervals: [] })]
  expect(verdicts({ ...back, states })).toEqual(['fail', 'pass'])
})

test('what is all there is not in question', () => {
  expect(verdicts(brokenOff(450, { states: [state({ t: 450 })] }))).toEqual(['pass', 'fail'])
})

test('a datacenter that ended by itself is waited for like one that was killed', () => {
  const events = [
    ...bothUp,
    event(400, 'pe_exited', { dc: 'dc1' }),
    event(450, 'state_verified', { seenBy: 'run' }),
    event(450, 'run_ended', { seenBy: 'run' }),
  ]
  expect(verdicts(brokenOff(450, { events }))).toEqual(['inconclusive', 'inconclusive'])
})
