import type { TracingLevel } from '../../applications/hosting/job-run.ts'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { LogLine } from '../../model/timeline.ts'
import type { PeHostMethods, PePlacement, PeRun } from '../pair-protocol.ts'
import { createPeer } from '../rpc/message-peer.ts'
import { consoleLogPath, PeLog, tracePath } from './pe-log.ts'
import { leaseTime, testFolder } from './testing/store-settings.ts'

/** A log, and the lines that the supervisor is told. */
function openLog(tracing: TracingLevel): {
  readonly log: PeLog
  readonly told: readonly LogLine[]
  readonly directory: string
} {
  const directory = testFolder()
  const told: LogLine[] = []
  const channel = {
    send: (message: { readonly params?: { readonly line?: LogLine } }) => {
      if (message.params?.line !== undefined) told.push(message.params.line)
    },
    onMessage: () => undefined,
    onClose: () => undefined,
  }
  const supervisor = createPeer<PeHostMethods>({ channel, handlers: {}, name: 'supervisor' })
  // Of both only what a log needs.
  const run = { peId: '7', tracing } as PeRun
  const placement = { dc: 'dc2', directory, time: leaseTime(60) } as PePlacement
  return { log: new PeLog({ run, placement, supervisor }), told, directory }
}

const levels = ['error', 'warn', 'info', 'debug', 'trace'] as const

test.each([
  ['off', ['error']],
  ['error', ['error']],
  ['warn', ['error', 'warn']],
  ['trace', ['error', 'warn']],
] as const)('at tracing level %s the supervisor is told %j', (tracing, expected) => {
  const { log, told } = openLog(tracing)
  for (const level of levels) log.trace({ level, aspect: 'RemoteDC-Watchdog', text: level })
  expect(told.map(({ level }) => level)).toEqual(expected)
})

test('tells who logged what where and when', () => {
  const { log, told } = openLog('error')
  log.trace({ level: 'error', aspect: 'RemoteDC-Watchdog', text: 'Cannot write\ndc1-0' })
  const line = { dc: 'dc2', level: 'error', source: 'RemoteDC-Watchdog', message: 'Cannot write\ndc1-0' }
  expect(told).toEqual([{ ...line, t: expect.any(Number) }])
})

test('tells the last words of a process as an error of the PE', () => {
  const { log, told, directory } = openLog('off')
  log.lastWords('The PE ends: out of luck')
  expect(told).toMatchObject([{ level: 'error', source: 'PE 7', message: 'The PE ends: out of luck' }])
  expect(readFileSync(consoleLogPath(directory, { dc: 'dc2', peId: '7' }), 'utf8')).toContain('out of luck')
})

test('cuts a long message, and only for the supervisor', () => {
  const { log, told, directory } = openLog('error')
  log.trace({ level: 'error', aspect: 'A', text: 'x'.repeat(1001) })
  log.trace({ level: 'error', aspect: 'A', text: 'y'.repeat(1000) })
  expect(told.map(({ message }) => message)).toEqual([`${'x'.repeat(1000)}…`, 'y'.repeat(1000)])
  expect(readFileSync(tracePath(directory, { dc: 'dc2', peId: '7' }), 'utf8')).toContain('x'.repeat(1001))
})
