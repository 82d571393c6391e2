import { expect, test } from 'vitest'
import type { DatacenterName } from '../model/datacenter.ts'
import type { JsonObject } from '../model/json.ts'
import type { EventName } from '../model/timeline.ts'
import { DeliveryEvidence } from './delivery-evidence.ts'
import { RunClock } from './run-clock.ts'
import { InMemoryPair } from './testing/in-memory-pair.ts'
import { runningJob } from './testing/sample-session.ts'
import { TimelineRecorder } from './timeline-recorder.ts'

function setUp(): { pair: InMemoryPair; recorder: TimelineRecorder; evidence: DeliveryEvidence } {
  const pair = new InMemoryPair()
  const clock = new RunClock(pair.clock)
  clock.startAt(1000)
  const recorder = new TimelineRecorder({ clock, events: pair.events })
  return { pair, recorder, evidence: new DeliveryEvidence({ clock, recorder, seed: 1 }) }
}

const happen = (
  { recorder }: { recorder: TimelineRecorder },
  what: { readonly t: number; readonly event: EventName; readonly dc?: DatacenterName },
): void => recorder.record({ uncertainty: 0, dc: 'dc2', seenBy: 'testbed', ...what })

/** dc2 puts out, or reports, something of dc1's keys. */
const output: JsonObject = { producedBy: 'dc2', origin: 'dc1', channel: 0, counter: 1, key: 'dc1-k00', from: 0, to: 9 }
const report: JsonObject = {
  producedBy: 'dc2',
  origin: 'dc1',
  key: 'dc1-k00',
  intervals: [{ from: 0, to: 2 }],
  checksum: 1,
  duplicates: [],
  corrupt: 0,
  cause: 'query',
  channel: 0,
  channels: 2,
  queryId: 'q1',
  index: 0,
  count: 1,
  replayOf: 'dc2',
}

const read = (before: number, after: number, items: { outputs?: JsonObject[]; states?: JsonObject[] }) =>
  ({ job: runningJob('dc2'), outputs: [], states: [], ...items, before, after }) as const

test('a takeover’s first output is noted once, as between its begin and the read that brought it', () => {
  const trial = setUp()
  happen(trial, { t: 10, event: 'takeover_started' })
  trial.evidence.take(read(8, 14, { outputs: [output] }))
  trial.evidence.take(read(14, 15, { outputs: [{ ...output, counter: 2, from: 10, to: 10 }] }))
  expect(trial.recorder.events().filter(({ event }) => event === 'first_output')).toEqual([
    { t: 12, uncertainty: 2, event: 'first_output', dc: 'dc2', of: 'dc1', seenBy: 'run' },
  ])
})

test('a state report counts as a first output, and every takeover has one of its own', () => {
  const trial = setUp()
  for (const t of [10, 50]) {
    happen(trial, { t, event: 'takeover_started' })
    trial.evidence.take(read(t + 1, t + 3, { states: [{ ...report, cause: 'replay', queryId: '' }] }))
  }
  const firsts = trial.recorder.events().filter(({ event }) => event === 'first_output')
  expect(firsts).toMatchObject([
    { t: 12, uncertainty: 1 },
    { t: 52, uncertainty: 1 },
  ])
})

test('what comes without a takeover, or of the DC’s own keys, is no first output', () => {
  const trial = setUp()
  trial.evidence.take(read(1, 2, { outputs: [output] }))
  happen(trial, { t: 10, event: 'takeover_started' })
  trial.evidence.take(read(11, 12, { outputs: [{ ...output, origin: 'dc2', counter: 2 }] }))
  expect(trial.recorder.events().map(({ event }) => event)).toEqual(['takeover_started'])
})

test('sinks that cannot be read are a measuring fault, told once', async () => {
  const { pair, evidence } = setUp()
  await pair.virtual.advance(5)
  for (const _ of [1, 2]) evidence.takeReadFailure({ job: runningJob('dc2'), error: new Error('refused') })
  expect(evidence.snapshot().measuringFaults).toEqual([
    { t: 5, dc: 'dc2', message: 'The sinks of job 1 could not be read: refused' },
  ])
})

test.for<{ why: string; event: EventName; dc: 'dc1' | 'dc2'; t: number; faults: number }>([
  { why: 'an end before it', event: 'pe_exited', dc: 'dc2', t: 4, faults: 0 },
  { why: 'a cancellation', event: 'job_cancelled', dc: 'dc2', t: 5, faults: 0 },
  { why: 'an end told a real second later', event: 'pe_exited', dc: 'dc2', t: 65, faults: 0 },
  { why: 'an end told after more than that', event: 'pe_exited', dc: 'dc2', t: 65.1, faults: 1 },
  { why: 'the other DC’s end', event: 'pe_exited', dc: 'dc1', t: 4, faults: 1 },
  { why: 'something else', event: 'remote_down', dc: 'dc2', t: 4, faults: 1 },
])('$why leaves $faults measuring faults of a failed read', async ({ event, dc, t, faults }) => {
  const trial = setUp()
  await trial.pair.virtual.advance(5)
  trial.evidence.takeReadFailure({ job: runningJob('dc2'), error: new Error('refused') })
  happen(trial, { t, event, dc })
  expect(trial.evidence.snapshot().measuringFaults).toHaveLength(faults)
})

test('the end of a job that was replaced since does not explain a failed read', async () => {
  const trial = setUp()
  happen(trial, { t: 2, event: 'pe_exited' })
  happen(trial, { t: 4, event: 'job_started' })
  await trial.pair.virtual.advance(5)
  trial.evidence.takeReadFailure({ job: runningJob('dc2', 2), error: new Error('refused') })
  expect(trial.evidence.snapshot().measuringFaults).toHaveLength(1)
})

test('a query is answered when all channels have, and not before', async () => {
  const { pair, evidence } = setUp()
  const query = evidence.newQuery('dc2')
  const answers = [report, { ...report, channel: 1, key: 'dc1-k01' }]
  let reads = 0
  const readNext = async (): Promise<void> => {
    const states = answers.splice(0, 1)
    reads += 1
    evidence.take(read(0, 1, { states }))
  }
  await pair.drive(query.answered({ timeoutSeconds: 300, read: readNext }))
  expect(reads).toBe(2)
})

test('a query that one channel does not answer is a timeout that says so', async () => {
  const { pair, evidence } = setUp()
  evidence.take(read(0, 1, { states: [report] }))
  const answered = evidence.newQuery('dc2').answered({ timeoutSeconds: 300, read: async () => undefined })
  await expect(pair.drive(answered)).rejects.toThrow(
    'Timed out after 300 s (system time) waiting for dc2 to report its state; last seen: 1 of 2 channels',
  )
})

test('queries are told apart', () => {
  const { evidence } = setUp()
  expect([evidence.newQuery('dc1').id, evidence.newQuery('dc2').id]).toEqual(['q1', 'q2'])
})

test('a second generator into a DC has keys of its own, and reports are summed up by their key’s generator', async () => {
  const { evidence } = setUp()
  const spec = { generator: { kind: 'sequence' }, sizeBytes: 8 } as const
  const [first, second] = await Promise.all([2, 1].map((keys) => evidence.newGenerator('dc1', { ...spec, keys })))
  expect([first?.keys, second?.keys]).toEqual([['dc1-k00', 'dc1-k01'], ['dc1-g2-k00']])
  const [tuple] = second?.next(1) ?? []
  const intervals = [{ from: 0, to: 0 }]
  const states = [
    // After a redirect another DC is the origin of the generator's tuples.
    { ...report, origin: 'dc2', key: 'dc1-g2-k00', intervals },
    { ...report, key: 'dc1-k09', intervals },
    { ...report, key: '', intervals: [] },
  ]
  evidence.take(read(0, 1, { states }))
  const sums = evidence.snapshot().states.map(({ expectedChecksum }) => expectedChecksum)
  expect(sums).toEqual([tuple?.checksum, -1, 0])
})

test('a user’s own application is judged by what it puts out, under its own names', async () => {
  const pair = new InMemoryPair()
  const clock = new RunClock(pair.clock)
  const recorder = new TimelineRecorder({ clock, events: pair.events })
  const application = { ingest: 'Orders', output: 'Bills', key: 'account', sequence: 'nr', checksum: 'sum' }
  const evidence = new DeliveryEvidence({ clock, recorder, seed: 1, application })
  const generator = await evidence.newGenerator('dc1', { generator: { kind: 'sequence' }, keys: 1, sizeBytes: 8 })
  const tuples = generator.next(3)
  const [orders, bills] = [
    { kind: 'inject', operator: 'Orders', url: '' } as const,
    { kind: 'inspect', operator: 'Bills', url: '' } as const,
  ]
  const job = { ...runningJob('dc2'), endpoints: { ingest: orders, output: bills, control: null, state: null } }
  const [first, , third] = tuples.map((tuple) => evidence.itemOf?.(tuple))
  expect(first).toEqual({ account: 'dc1-k00', nr: 0, sum: tuples[0]?.checksum, payload: tuples[0]?.payload })
  evidence.take({ job, before: 0, after: 1, states: [], outputs: [{ ...first }, { ...third }] })
  evidence.deriveStates(['dc2'])
  const { outputs, states, measuringFaults } = evidence.snapshot()
  expect(outputs.map(({ origin, from, to }) => [origin, from, to])).toEqual([
    ['dc1', 0, 0],
    ['dc1', 2, 2],
  ])
  expect(states).toMatchObject([
    {
      producedBy: 'dc2',
      origin: 'dc1',
      intervals: [
        { from: 0, to: 0 },
        { from: 2, to: 2 },
      ],
      basis: 'outputs',
    },
  ])
  expect(states[0]?.checksum).toBe(states[0]?.expectedChecksum)
  expect(measuringFaults).toEqual([])
})
