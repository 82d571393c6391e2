import { expect, test } from 'vitest'
import { defaultBehaviour } from '../../model/toolkit-behaviour.ts'
import { isRecord } from '../../support/plain-json.ts'
import type { DatacenterHostMethods, PeState } from '../pair-protocol.ts'
import { createPeer, type MessageChannel } from '../rpc/message-peer.ts'
import { Jobs } from './jobs.ts'

/** Jobs of a DC whose supervisor only listens. */
function created(): {
  readonly jobs: Jobs
  readonly told: string[]
  /** What was remembered at each change. */
  readonly remembered: ReturnType<Jobs['remembered']>[]
} {
  const told: string[] = []
  const remembered: ReturnType<Jobs['remembered']>[] = []
  const channel: MessageChannel = {
    send: (message) => {
      if ('notify' in message) told.push(nameOf(message))
    },
    onMessage: () => undefined,
    onClose: () => undefined,
  }
  const supervisor = createPeer<DatacenterHostMethods>({ channel, handlers: {}, name: 'supervisor' })
  const jobs: Jobs = new Jobs({
    dc: 'dc1',
    supervisor,
    time: () => ({ leaseId: 1, originMs: 0, timeScale: 60 }),
    changed: () => void remembered.push(jobs.remembered()),
  })
  return { jobs, told, remembered }
}

/** The event that is told, or the method that is called. */
function nameOf(message: { readonly notify?: unknown; readonly params?: unknown }): string {
  const { params, notify } = message
  const event = isRecord(params) && isRecord(params['event']) ? params['event']['event'] : notify
  return String(event)
}

const submission = {
  bundle: { application: 'ledger', toolkit: defaultBehaviour, operatorParameters: {} },
  name: undefined,
  parameters: { configFileName: 'x' },
  tracing: 'error',
  fusionTargetPeCount: 1,
} as const

function peOf(jobId: string, about: Partial<PeState> = {}): PeState {
  const how = { status: 'running', statusReason: 'none', launchCount: 1, pid: 7 } as const
  return { jobId, peId: jobId, ...how, internals: null, failure: null, isPaused: false, ...about }
}

test('a job is remembered before its PEs are asked for, so that no PE runs of an unknown job', () => {
  const { jobs, told, remembered } = created()
  const { id } = jobs.submit(submission)
  expect(remembered).toMatchObject([{ lastJob: 1, lastPe: 1, jobs: [{ run: { jobId: id }, wasHealthy: false }] }])
  expect(told).toEqual(['job_submitted', 'startJob'])
})

test('takes up jobs with their PEs as they are now, without those that were never started or have ended', () => {
  const before = created()
  for (let count = 0; count < 3; count += 1) before.jobs.submit(submission)
  before.jobs.peChanged(peOf('1'))
  const { jobs, told } = created()
  jobs.restore(before.jobs.remembered(), [
    peOf('1'),
    peOf('3', { status: 'stopped', statusReason: 'crash', pid: null }),
  ])
  expect(jobs.list().map(({ id, wasHealthy }) => [id, wasHealthy])).toEqual([
    ['1', true],
    ['3', false],
  ])
  expect(jobs.get('3')?.pes.get('3')).toMatchObject({ status: 'stopped' })
  expect(told).toEqual([])
  expect(jobs.submit(submission)).toMatchObject({ id: '4', run: { pes: [{ peId: '4' }] } })
})

test('a job that became healthy while nobody looked is told of, once all jobs are known again', () => {
  const before = created()
  before.jobs.submit(submission)
  before.jobs.submit(submission)
  const { jobs, told, remembered } = created()
  jobs.restore(before.jobs.remembered(), [peOf('1'), peOf('2')])
  expect(told).toEqual(['job_healthy', 'job_healthy'])
  expect(remembered.map((state) => state.jobs.length)).toEqual([2, 2])
})
