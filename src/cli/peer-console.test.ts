import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { FakePeer } from '../peer/fake-peer.ts'
import { startRawReceiver } from '../peer/testing/raw-receiver.ts'
import { runPeerConsole } from './peer-console.ts'

interface Typed {
  readonly lines: readonly string[]
  readonly json?: boolean
  /** System seconds, of which there are 100 in a real one. */
  readonly forSeconds?: number
}

/** What a console prints and complains of when these lines are typed, until `quit` or its time is over. */
async function typed(options: Typed): Promise<{ readonly text: string; readonly complaints: string }> {
  const { lines, json = false, forSeconds = 300 } = options
  await using job = await startRawReceiver()
  const target = { host: '127.0.0.1', port: job.port - 1 }
  await using peer = await FakePeer.start({ listen: { host: '127.0.0.1', port: 0 }, target, timeScale: 100 })
  let text = ''
  let complaints = ''
  await runPeerConsole({
    peer,
    target,
    json,
    heartbeatSeconds: 1000,
    lines: fed(lines),
    write: (chunk) => void (text += chunk),
    complain: (chunk) => void (complaints += chunk),
    signal: new AbortController().signal,
    forSeconds,
  })
  return { text, complaints }
}

/** Lines as somebody types them: with time for what was sent to be answered. */
async function* fed(lines: readonly string[]): AsyncGenerator<string> {
  for (const line of lines) {
    yield line
    await sleep(50)
  }
}

test('says where it listens, and beats from the start', async () => {
  const { text } = await typed({ lines: ['quit'] })
  expect(text).toMatch(
    /^Playing dc2 on 127\.0\.0\.1, ports \d+ to \d+, to the job at 127\.0\.0\.1:\d+\. Commands: start, /,
  )
})

test('sends what it is told to, and prints a line a message', async () => {
  const lines = ['snapshot 3 some text', 'shutdown', 'return 4 a b', '', 'heartbeat', 'quit']
  const { text, complaints } = await typed({ lines })
  expect(text).toMatch(/ s {2}-> base\+1 {3}snapshot 2 of part "3" from dc2, 35 bytes: answered 204\n/)
  expect(text).toMatch(/-> base\+1 {3}orderly shutdown 3 from dc2, 25 bytes: answered 204\n/)
  expect(text).toMatch(/-> base\+1 {3}returned snapshot 4 from dc2, \d+ bytes: answered 204\n/)
  expect(text).toMatch(/-> base {5}heartbeat 5 from dc2, 25 bytes: /)
  expect(complaints).toBe('')
})

test('prints one JSON object a message', async () => {
  const { text } = await typed({ lines: ['stop', `snapshot 0 ${'x'.repeat(300)}`, 'status', 'quit'], json: true })
  const objects = text
    .trim()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line) as Record<string, unknown>)
  expect(objects[0]).toMatchObject({ peer: 'dc2', listening: { host: '127.0.0.1', pairs: 1 } })
  const sent = objects.find((object) => object['type'] === 2)
  expect(sent).toMatchObject({
    direction: 'sent',
    port_offset: 1,
    count: 2,
    origin: 'dc2',
    part: '0',
    bytes: 326,
    body_cut: true,
    answer: 204,
  })
  expect(sent?.['body_hex']).toHaveLength(512)
  expect(objects.at(-1)).toMatchObject({ status: { heartbeats: false, received: 0 } })
})

test('repeats no more than the beginning of what it does not understand', async () => {
  const { complaints } = await typed({ lines: ['x'.repeat(5000), `stop ${'y'.repeat(5000)}`, 'quit'] })
  expect(complaints).toContain(`Unknown command "${'x'.repeat(80)}…".`)
  expect(complaints).toContain(`got "stop ${'y'.repeat(75)}…".`)
})

test('says what commands there are when it is told another, and how one is given', async () => {
  const { complaints } = await typed({ lines: ['toString', 'snapshot', 'return 1', 'stop now', 'quit'] })
  expect(complaints).toBe(
    [
      'Unknown command "toString". Known: start, stop, heartbeat, snapshot PART TEXT, shutdown, return PART TEXT, status, quit.',
      'Expected "snapshot PART TEXT", got "snapshot".',
      'Expected "return PART TEXT", got "return 1".',
      'Expected "stop", got "stop now".',
      '',
    ].join('\n'),
  )
})

test('tells how it stands, for people', async () => {
  const { text } = await typed({ lines: ['stop', 'status', 'quit'] })
  expect(text).toMatch(/\nAt \d+(\.\d+)? s: heartbeats off, 1 sent, 0 received, nothing received yet\.\n$/)
})

test('goes on after the last line until its time is over', async () => {
  const before = performance.now()
  await typed({ lines: [], forSeconds: 20 })
  expect(performance.now() - before).toBeGreaterThanOrEqual(199)
})
